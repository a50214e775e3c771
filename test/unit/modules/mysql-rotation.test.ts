import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { secretSource } from '../../../src/modules/generated-secret.ts'
import { fingerprintOf } from '../../../src/modules/mysql-account-facts.ts'
import { mysqlRotation } from '../../../src/modules/mysql-rotation.ts'
import { asRoot } from '../../../src/modules/mysql-session.ts'
import type { RotationFacts } from '../../../src/modules/rotation-facts.ts'
import { revealed } from '../../../src/modules/step.ts'
import { sql } from '../../../src/mysql/sql-text.ts'
import { checkSh, context, fromPeer, INVENTORY, M1, M2, MARIADB, MYSQL, shSyntax, written } from './pair-context.ts'

const RUN = 'a1b2'
const rotation = mysqlRotation(secretSource(Buffer.alloc(32, 7)), RUN)
const STAGES = ['role', 'accept', 'use', 'forget'] as const

function facts(peer: string, changes: Partial<RotationFacts> = {}, password = 'former'): RotationFacts {
  const file = { access: '600 root', user: 'mmha_repl', host: peer, port: '3306' }
  return {
    accounts: {
      shown: null,
      server: 'up',
      replication: {
        file: { ...file, fingerprint: fingerprintOf(password) },
        login: 'ok',
        account: { exists: true, privileges: [] },
      },
      role: {
        file: { ...file, user: 'mmha_role', fingerprint: 'r' },
        login: 'ok',
        account: { exists: true, privileges: [] },
      },
      schema: true,
    },
    next: { file: null, login: 'unknown' },
    leftovers: false,
    replicationRun: '',
    roleRun: '',
    channelDiffers: false,
    ...changes,
  }
}

const NEXT = { file: { ...file(), fingerprint: fingerprintOf('next') }, login: 'ok' as const }

function file() {
  return { access: '600 root', user: 'mmha_repl', host: '', port: '3306' }
}

/** What is planned on m1 and on m2, stage by stage, as if its turn had come. */
function stages(mine: RotationFacts, theirs: RotationFacts, changes = {}): Record<string, readonly number[]> {
  const seen = context(MYSQL, mine, theirs, changes)
  return Object.fromEntries(
    STAGES.map((stage) => [stage, [seen, fromPeer(seen)].map((one) => rotation.plan({ stage }, one).length)]),
  )
}

/** The plan that is shown looks ahead. */
const AHEAD = { written: new Set<string>() }

describe('mysql_rotation', () => {
  it.each([
    ['mysql-9.7', MYSQL],
    ['mariadb-10.11', MARIADB],
    ['mysql-5.7', { ...MYSQL, version: '5.7.44' }],
  ] as const)('the statements of %s, no password in what is shown', async (name, server) => {
    const seen = context(server, facts(M2.address), facts(M1.address), AHEAD)
    const steps = STAGES.flatMap((stage) => rotation.plan({ stage }, { ...seen, taskId: `play/${stage}` }))
    checkSh(steps)
    const passwords = steps.flatMap(({ run }) => [...revealed(run).matchAll(/^password="(.+)"$/gm)].map(([, it]) => it))
    expect(new Set(passwords).size).toBe(2)
    const shown = written(steps)
    for (const password of passwords) expect(shown + JSON.stringify(steps)).not.toContain(password)
    await expect(shown).toMatchFileSnapshot(`../../golden/mysql_rotation/${name}.txt`)
  })

  it('gives both hosts the same replication password, and each its own for the role', () => {
    const seen = context(MYSQL, facts(M2.address), facts(M1.address))
    const password = (stage: 'role' | 'accept', one = seen) =>
      /^password=.+$/m.exec(revealed(rotation.plan({ stage }, one)[0]?.run ?? { parts: [] }))?.[0]
    expect(password('accept')).toBe(password('accept', fromPeer(seen)))
    expect(password('role')).not.toBe(password('role', fromPeer(seen)))
  })

  const done = { replicationRun: RUN, roleRun: RUN }
  const accepted = { next: NEXT, leftovers: true, roleRun: RUN }
  const used = { ...accepted, replicationRun: RUN }
  it.each<[string, RotationFacts, RotationFacts, Record<string, readonly number[]>]>([
    [
      'nothing was done',
      facts(M2.address),
      facts(M1.address),
      { role: [1, 1], accept: [1, 1], use: [1, 1], forget: [1, 1] },
    ],
    [
      'one host only accepts it: another one for both',
      facts(M2.address, accepted),
      facts(M1.address),
      { role: [0, 1], accept: [1, 1], use: [1, 1], forget: [1, 1] },
    ],
    [
      'both accept it, by an earlier run',
      facts(M2.address, accepted),
      facts(M1.address, accepted),
      { role: [0, 0], accept: [0, 0], use: [1, 1], forget: [1, 1] },
    ],
    [
      'one uses it, the other does not yet',
      facts(M2.address, accepted, 'next'),
      facts(M1.address, accepted),
      { role: [0, 0], accept: [0, 0], use: [1, 1], forget: [1, 1] },
    ],
    [
      'both use it',
      facts(M2.address, used, 'next'),
      facts(M1.address, used, 'next'),
      { role: [0, 0], accept: [0, 0], use: [1, 1], forget: [1, 1] },
    ],
    [
      'all is done',
      facts(M2.address, done, 'next'),
      facts(M1.address, done, 'next'),
      { role: [0, 0], accept: [0, 0], use: [0, 0], forget: [0, 0] },
    ],
  ])('goes on where a run was cut: %s', (_name, mine, theirs, wanted) => {
    expect(stages(mine, theirs, AHEAD)).toEqual(wanted)
  })

  it('forgets nothing that the peer still uses', () => {
    const seen = context(MYSQL, facts(M2.address, used, 'next'), facts(M1.address, accepted))
    expect(() => rotation.plan({ stage: 'forget' }, seen)).toThrow('m2 still uses the former')
    const late = context(
      MYSQL,
      facts(M2.address, used, 'next'),
      facts(M1.address, { ...used, channelDiffers: true }, 'next'),
    )
    expect(() => rotation.plan({ stage: 'forget' }, late)).toThrow('m2 still uses the former')
  })

  it("brings in the inventory's password, and has nothing to do once it is there", () => {
    const password = new Secret('from the inventory')
    const inventory = { ...INVENTORY, replication: { ...INVENTORY.replication, password } }
    const seen = context(MYSQL, facts(M2.address), facts(M1.address), { inventory })
    expect(revealed(rotation.plan({ stage: 'accept' }, seen)[0]?.run ?? { parts: [] })).toContain(password.reveal())
    const settled = [M2, M1].map(({ address }) => facts(address, { roleRun: RUN }, password.reveal()))
    const [mine, theirs] = settled
    if (mine === undefined || theirs === undefined) throw new Error('two')
    expect(stages(mine, theirs, { inventory })).toEqual({ role: [0, 0], accept: [0, 0], use: [0, 0], forget: [0, 0] })
  })

  it.each([
    ['root is not let in', { server: 'denied' as const }],
    ['a password is refused', { role: { ...facts('').accounts.role, login: 'denied' as const } }],
    ['the peer is away', { replication: { ...facts('').accounts.replication, login: 'unknown' as const } }],
  ])('is refused where %s', (_why, changes) => {
    const good = facts(M2.address)
    const mine = { ...good, accounts: { ...good.accounts, ...changes } }
    expect(() => rotation.plan({ stage: 'role' }, context(MYSQL, mine, facts(M1.address)))).toThrow(
      expect.objectContaining({ code: 'ROTATION_REFUSED' }),
    )
  })

  it('reads what its probe prints', () => {
    shSyntax(rotation.probe({ stage: 'use' }, { inventory: INVENTORY, host: M1, peer: M2 }))
    const stdout = `next_file\tabc\t600 root\tmmha_repl\t10.77.0.12\t3306
next_login\tok
leftover\t/etc/mmha/peer-next.cnf
replication_run\tone
role_run\ttwo
channel\tMaster_Host\t10.77.0.12
channel_password\tx
file_password\ty
`
    expect(rotation.parse(stdout)).toMatchObject({
      next: { file: { fingerprint: 'abc' }, login: 'ok' },
      leftovers: true,
      replicationRun: 'one',
      roleRun: 'two',
      channelDiffers: true,
    })
  })
})

describe('statements with secrets', () => {
  it('say of an error only what the server said: a client prints the statement when a connection is lost', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mmha-client-'))
    try {
      const client = `#!/bin/sh
case $* in *--execute=*) echo 0; exit;; esac
echo -------------- >&2
cat >&2
echo "ERROR 1064 (42000) at line 2: You have an error near '\\"top secret\\"' at line 1" >&2
exit 1
`
      for (const name of ['mysql', 'mariadb']) {
        writeFileSync(join(folder, name), client)
        chmodSync(join(folder, name), 0o755)
      }
      const script = revealed(asRoot([sql`ALTER USER a@b IDENTIFIED BY ${new Secret('top secret')}`]))
      const run = spawnSync('/bin/sh', ['-eu'], {
        input: script,
        env: { PATH: `${folder}:/usr/bin:/bin` },
        encoding: 'utf8',
      })
      expect(run.status).toBe(1)
      expect(run.stdout + run.stderr).toBe('ERROR 1064 (42000) at line 2: You have an error\n')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
