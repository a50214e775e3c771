import { describe, expect, it } from 'vitest'
import type { ServerFacts } from '../../../src/hosts/host-facts.ts'
import type { Candidate } from '../../../src/modules/mysql-candidates.ts'
import { type MysqlServerFacts, mysqlServer } from '../../../src/modules/mysql-server.ts'
import { type MysqlUnitFacts, mysqlUnit } from '../../../src/modules/mysql-unit.ts'
import { masked } from '../../../src/modules/step.ts'
import { checkSh, context, hostFacts, INVENTORY, M1, M2, MARIADB, MYSQL, shSyntax, written } from './pair-context.ts'

const UNKNOWN: MysqlServerFacts = { candidates: [], sourcesSay: null, unit: false, atBoot: false, interrupted: false }
const MYSQL_PACKAGE: Candidate = {
  name: 'mysql-server',
  version: '9.7.4-2',
  server: { flavour: 'mysql', version: '9.7.4' },
  others: 31,
}
const MARIADB_PACKAGE: Candidate = {
  name: 'mariadb-server',
  version: '1:10.11.19-0+deb12u1',
  server: { flavour: 'mariadb', version: '10.11.19-MariaDB' },
  others: 0,
}
const BOTH: MysqlServerFacts = { ...UNKNOWN, atBoot: true, candidates: [MARIADB_PACKAGE, MYSQL_PACKAGE] }
const MARIA: MysqlServerFacts = { ...UNKNOWN, atBoot: true, candidates: [MARIADB_PACKAGE] }
const COMMUNITY = { ...MYSQL_PACKAGE, name: 'mysql-community-server' }

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
    ['MariaDB where there is no MySQL', MARIA, {}, 'install mariadb-server 1:10.11.19-0+deb12u1'],
    ['the asked flavour', BOTH, inventory({ flavour: 'mariadb' }), 'install mariadb-server 1:10.11.19-0+deb12u1'],
    [
      'the asked package',
      { ...BOTH, candidates: [COMMUNITY] },
      inventory({ package: 'mysql-community-server' }),
      'install mysql-community-server 9.7.4-2',
    ],
    [
      "the peer's flavour",
      BOTH,
      { peerFacts: hostFacts(M2.address, MARIADB) },
      'install mariadb-server 1:10.11.19-0+deb12u1',
    ],
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

  it('starts the server with the host', () => {
    const steps = plan({ ...BOTH, atBoot: false }, BOTH, {}, MYSQL)
    expect(steps.map((step) => step.title)).toEqual(['start mysql with the host'])
    checkSh(steps)
  })

  it('refuses what can not become a pair', () => {
    expect(() => plan(BOTH, BOTH, { peerFacts: hostFacts(M2.address, MARIADB) }, MYSQL)).toThrow('mariadb on m2')
    expect(() => plan(BOTH, BOTH, inventory({ flavour: 'mariadb' }), MYSQL)).toThrow('asks for mariadb, but mysql')
    expect(() => plan(BOTH, MARIA)).toThrow('mysql-server would be installed here and mariadb-server on m2')
    const facts = hostFacts(M1.address, null, { packageManager: 'dnf' })
    expect(() => plan(UNKNOWN, UNKNOWN, { facts })).toThrow('only be installed with apt')
    expect(() => plan(UNKNOWN)).toThrow('mysql-server, mariadb-server: not in the package sources of m1')
    const sourcesSay = 'E: The repository does not have a Release file.'
    expect(() => plan({ ...UNKNOWN, sourcesSay })).toThrow(`of m1 (${sourcesSay})`)
  })

  it('tells the plays after it which server there will be', () => {
    const awaited = (mine: MysqlServerFacts, changes = {}, server: ServerFacts | null = null) =>
      mysqlServer.expect?.({}, context(server, mine, mine, changes))
    expect(awaited(BOTH)).toEqual({
      server: { flavour: 'mysql', version: '9.7.4', running: false, unit: 'mysql', expected: true },
    })
    expect(awaited(BOTH, inventory({ flavour: 'mariadb' }))).toMatchObject({
      server: { flavour: 'mariadb', version: '10.11.19-MariaDB', unit: 'mariadb' },
    })
    expect(awaited(BOTH, {}, MYSQL)).toBeNull()
    expect(awaited({ ...BOTH, candidates: [{ ...MYSQL_PACKAGE, server: null }] })).toBeNull()
  })

  it.each<[string, string, readonly string[], Candidate['server'], number]>([
    [
      'mysql-server',
      '9.7.4-2',
      ['mysql-server-core\t9.7.4-2', 'mysql-server\t9.7.4-2'],
      { flavour: 'mysql', version: '9.7.4' },
      31,
    ],
    [
      'mysql-server',
      '8.0.44-0ubuntu0.22.04.1',
      ['mysql-server-8.0\t8.0.44-0ubuntu0.22.04.1', 'mysql-server-core-8.0\t8.0.44-0ubuntu0.22.04.1'],
      { flavour: 'mysql', version: '8.0.44' },
      20,
    ],
    // Its own number says nothing.
    [
      'default-mysql-server',
      '1.1.0',
      ['default-mysql-server\t1.1.0', 'mariadb-server-core\t1:10.11.14-0+deb12u2'],
      { flavour: 'mariadb', version: '10.11.14-MariaDB' },
      9,
    ],
    [
      'percona-server-server',
      '8.4.6-6-1.bookworm',
      ['percona-server-server\t8.4.6-6-1.bookworm'],
      { flavour: 'mysql', version: '8.4.6' },
      4,
    ],
    ['some-server', '1.0', [], null, 0],
  ])('knows the server that %s %s brings', (name, version, brings, server, others) => {
    const stdout = [
      `candidate\t${name}\t${version}`,
      ...brings.map((line) => `brings\t${name}\t${line}`),
      `packages\t${name}\t${others + 1}`,
    ]
    expect(mysqlServer.parse(`${stdout.join('\n')}\n`).candidates).toEqual([{ name, version, server, others }])
  })

  it('reads what its probe prints', () => {
    shSyntax(mysqlServer.probe({}, { inventory: INVENTORY, host: M1, peer: M2 }))
    expect(mysqlServer.parse('unit\tmysql\nat_boot\tyes\ninterrupted\tyes\napt_said\tE: no\n')).toEqual({
      candidates: [],
      sourcesSay: 'E: no',
      unit: true,
      atBoot: true,
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
