import { describe, expect, it } from 'vitest'
import type { ServerFacts } from '../../../src/hosts/host-facts.ts'
import { type MysqlServerFacts, mysqlServer } from '../../../src/modules/mysql-server.ts'
import { type MysqlUnitFacts, mysqlUnit } from '../../../src/modules/mysql-unit.ts'
import { masked } from '../../../src/modules/step.ts'
import { checkSh, context, hostFacts, INVENTORY, M1, M2, MARIADB, MYSQL, shSyntax, written } from './pair-context.ts'

const UNKNOWN: MysqlServerFacts = { candidates: {}, unit: false, interrupted: false }
const BOTH: MysqlServerFacts = {
  candidates: { 'mysql-server': '9.7.4-2', 'mariadb-server': '11.8.3-1' },
  unit: false,
  interrupted: false,
}
const MARIA: MysqlServerFacts = { candidates: { 'mariadb-server': '10.11.19-0' }, unit: false, interrupted: false }

function inventory(server: Partial<typeof INVENTORY.server>) {
  return { inventory: { ...INVENTORY, server: { ...INVENTORY.server, ...server } } }
}

function plan(
  mine: MysqlServerFacts,
  theirs: MysqlServerFacts = mine,
  changes = {},
  server: ServerFacts | null = null,
) {
  return mysqlServer.plan({}, context(server, mine, theirs, changes))
}

describe('mysql_server', () => {
  it('leaves a server that is there', () => {
    expect(plan(BOTH, BOTH, {}, MYSQL)).toEqual([])
    expect(plan(BOTH, BOTH, inventory({ package: 'percona-server-server' }), MYSQL)).toEqual([])
  })

  it.each<[string, MysqlServerFacts, object, string]>([
    ['MySQL where there is one', BOTH, {}, 'install mysql-server 9.7.4-2'],
    ['MariaDB where there is no MySQL', MARIA, {}, 'install mariadb-server 10.11.19-0'],
    ['the asked flavour', BOTH, inventory({ flavour: 'mariadb' }), 'install mariadb-server 11.8.3-1'],
    ['the asked package', BOTH, inventory({ package: 'mysql-community-server' }), 'install mysql-community-server'],
    ['either, before the lists are there', UNKNOWN, {}, 'install mysql-server or mariadb-server'],
    ["the peer's flavour", BOTH, { peerFacts: hostFacts(M2.address, MARIADB) }, 'install mariadb-server 11.8.3-1'],
  ])('installs %s', (_what, facts, changes, title) => {
    const steps = plan(facts, facts, changes)
    expect(steps.map((step) => step.title)).toEqual([title])
    checkSh(steps)
  })

  it('finishes an installation that was cut off', () => {
    const stopped = { ...MYSQL, running: false }
    const [none] = plan({ ...BOTH, interrupted: true }, BOTH, {}, stopped)
    expect(none?.title).toBe('install mysql-server 9.7.4-2')
    const steps = plan({ ...BOTH, unit: true, interrupted: true }, BOTH, {}, stopped)
    expect(steps.map((step) => step.title)).toEqual(['finish an installation that was cut off'])
    checkSh(steps)
  })

  it('refuses what can not become a pair', () => {
    expect(() => plan(BOTH, BOTH, { peerFacts: hostFacts(M2.address, MARIADB) }, MYSQL)).toThrow('mariadb on m2')
    expect(() => plan(BOTH, BOTH, inventory({ flavour: 'mariadb' }), MYSQL)).toThrow('asks for mariadb, but mysql')
    expect(() => plan(BOTH, MARIA)).toThrow('mysql-server would be installed here and mariadb-server on m2')
    const facts = hostFacts(M1.address, null, { packageManager: 'dnf' })
    expect(() => plan(UNKNOWN, UNKNOWN, { facts })).toThrow('only be installed with apt')
  })

  it('reads what its probe prints', () => {
    shSyntax(mysqlServer.probe({}, { inventory: INVENTORY, host: M1, peer: M2 }))
    expect(mysqlServer.parse('candidate\tmysql-server\t9.7.4-2\nunit\tmysql\ninterrupted\tyes\n')).toEqual({
      candidates: { 'mysql-server': '9.7.4-2' },
      unit: true,
      interrupted: true,
    })
    expect(mysqlServer.parse('')).toEqual(UNKNOWN)
  })
})

describe('mysql_unit', () => {
  const NONE: MysqlUnitFacts = { dropIns: [] }

  it.each([
    ['mysql', MYSQL],
    ['mariadb', MARIADB],
  ] as const)('puts a drop-in beside the unit of %s, once', async (name, server) => {
    const steps = mysqlUnit.plan({}, context(server, NONE, NONE))
    checkSh(steps)
    await expect(written(steps)).toMatchFileSnapshot(`../../golden/mysql_unit/${name}.txt`)
    const content =
      /MMHA_END_OF_FILE'\n([\s\S]*)MMHA_END_OF_FILE/.exec(masked(steps[0]?.run ?? { parts: [] }))?.[1] ?? ''
    const path = `/etc/systemd/system/${server.unit}.service.d/mmha.conf`
    const facts = mysqlUnit.parse(`drop_in\t${path}\t${Buffer.from(content).toString('base64')}\n`)
    expect(facts).toEqual({ dropIns: [{ path, content }] })
    expect(mysqlUnit.plan({}, context(server, facts, NONE))).toEqual([])
  })

  it('waits for a server, and probes in sh', () => {
    expect(mysqlUnit.plan({}, context(null, NONE, NONE))).toEqual([])
    shSyntax(mysqlUnit.probe({}, { inventory: INVENTORY, host: M1, peer: M2 }))
  })
})
