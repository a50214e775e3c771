import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { secretSource } from '../../../src/modules/generated-secret.ts'
import { type AccountFacts, fingerprintOf } from '../../../src/modules/mysql-account-facts.ts'
import { mysqlAccounts } from '../../../src/modules/mysql-accounts.ts'
import { passwordLine } from '../../../src/modules/mysql-client.ts'
import { masked, revealed, type Step } from '../../../src/modules/step.ts'
import { parseOptionFile } from '../../../src/mysql/option-file.ts'
import { checkSh, context, fromPeer, INVENTORY, M1, M2, MARIADB, MYSQL, shSyntax, written } from './pair-context.ts'

const source = secretSource(Buffer.alloc(32, 7))
const accounts = mysqlAccounts(source)

const NOTHING: AccountFacts = {
  shown: null,
  server: 'up',
  replication: { file: null, login: 'unknown', account: { exists: false, privileges: [] } },
  role: { file: null, login: 'unknown', account: { exists: false, privileges: [] } },
  schema: false,
}

function good(peerAddress: string, password = 'same'): AccountFacts {
  const access = '600 root'
  return {
    shown: null,
    server: 'up',
    replication: {
      file: { fingerprint: fingerprintOf(password), access, user: 'mmha_repl', host: peerAddress, port: '3306' },
      login: 'ok',
      account: { exists: true, privileges: ['REPLICATION SLAVE', 'REPLICATION CLIENT'] },
    },
    role: {
      file: { fingerprint: 'f', access, user: 'mmha_role', host: '', port: '' },
      login: 'ok',
      account: {
        exists: true,
        privileges: [
          'PROCESS',
          'REPLICATION CLIENT',
          'REPLICATION_SLAVE_ADMIN',
          'SYSTEM_VARIABLES_ADMIN',
          'CONNECTION_ADMIN',
          'REPLICATION SLAVE',
          'SUPER',
          'EVENT',
          'SET_ANY_DEFINER',
          'SYSTEM_USER',
        ],
      },
    },
    schema: true,
  }
}
const MINE = good(M2.address)
const THEIRS = good(M1.address)

function ids(steps: readonly Step[]): string[] {
  return steps.map(({ id }) => id.replace('play/task/', ''))
}

function passwordIn(steps: readonly Step[], part: string): string {
  const text = revealed(steps.find(({ id }) => id.endsWith(part))?.run ?? { parts: [] })
  return /\npassword="([^"]+)"\n/.exec(text)?.[1] ?? ''
}

describe('mysql_accounts', () => {
  it.each([
    ['mysql-9.7', MYSQL],
    ['mariadb-10.11', MARIADB],
  ] as const)('makes both accounts on a fresh %s and keeps their passwords on the host', async (name, server) => {
    const steps = accounts.plan({}, context(server, NOTHING, NOTHING))
    expect(ids(steps)).toEqual(['replication', 'role'])
    checkSh(steps)
    await expect(written(steps)).toMatchFileSnapshot(`../../golden/mysql_accounts/fresh-${name}.txt`)
  })

  it('has nothing to do where both can log in', () => {
    const seen = context(MYSQL, MINE, THEIRS)
    expect(accounts.plan({}, seen)).toEqual([])
    expect(accounts.plan({}, fromPeer(seen))).toEqual([])
  })

  it.each<[string, AccountFacts, AccountFacts]>([
    ['a file is missing', { ...MINE, replication: { ...MINE.replication, file: null } }, THEIRS],
    [
      'an account is missing',
      MINE,
      { ...THEIRS, replication: { ...THEIRS.replication, account: NOTHING.role.account } },
    ],
    ['a login is denied', { ...MINE, replication: { ...MINE.replication, login: 'denied' } }, THEIRS],
    ['the fingerprints differ', MINE, good(M1.address, 'other')],
    ['the peer has another address', good('10.77.0.99'), THEIRS],
  ])('gives both hosts the same new password when %s', (_why, mine, theirs) => {
    const seen = context(MYSQL, mine, theirs)
    const [here, there] = [accounts.plan({}, seen), accounts.plan({}, fromPeer(seen))]
    expect([ids(here), ids(there)]).toEqual([['replication'], ['replication']])
    expect(here[0]?.title).toBe(there[0]?.title)
    const password = passwordIn(here, 'replication')
    expect(password).toHaveLength(32)
    expect(passwordIn(there, 'replication')).toBe(password)
    const shown = written([...here, ...there]) + JSON.stringify([...here, ...there])
    expect(shown).not.toContain(password)
  })

  it('an unreachable peer is no reason for a new password', () => {
    const silent: AccountFacts = { ...MINE, replication: { ...MINE.replication, login: 'unknown' } }
    expect(accounts.plan({}, context(MYSQL, silent, THEIRS))).toEqual([])
  })

  it("takes the inventory's password, once", () => {
    const replication = { ...INVENTORY.replication, password: new Secret('pa"ss\\ w#rd') }
    const inventory = { ...INVENTORY, replication }
    const steps = accounts.plan({}, context(MYSQL, MINE, THEIRS, { inventory }))
    expect(ids(steps)).toEqual(['replication'])
    checkSh(steps)
    const text = revealed(steps[0]?.run ?? { parts: [] })
    expect(text).toContain('\npassword="pa\\"ss\\\\ w#rd"\n')
    expect(masked(steps[0]?.run ?? { parts: [] })).not.toContain('w#rd')
    const password = replication.password.reveal()
    const settled = context(MYSQL, good(M2.address, password), good(M1.address, password), { inventory })
    expect(accounts.plan({}, settled)).toEqual([])
  })

  it.each(['', 'x'.repeat(33), 'a\nb'])('refuses a password that a channel cannot hold: %j', (text) => {
    const inventory = { ...INVENTORY, replication: { ...INVENTORY.replication, password: new Secret(text) } }
    expect(() => accounts.plan({}, context(MYSQL, MINE, THEIRS, { inventory }))).toThrow('1 to 32 characters')
  })

  it('mends the role account of one host alone', () => {
    const mine: AccountFacts = { ...MINE, role: { ...MINE.role, login: 'denied' } }
    const seen = context(MYSQL, mine, THEIRS)
    expect(ids(accounts.plan({}, seen))).toEqual(['role'])
    expect(accounts.plan({}, fromPeer(seen))).toEqual([])
  })

  it('grants what is missing without a new password', async () => {
    const account = { exists: true, privileges: ['REPLICATION SLAVE'] }
    const mine: AccountFacts = { ...MINE, replication: { ...MINE.replication, account } }
    const steps = accounts.plan({}, context(MYSQL, mine, THEIRS))
    expect(ids(steps)).toEqual(['replication-grants'])
    expect(revealed(steps[0]?.run ?? { parts: [] })).not.toContain('IDENTIFIED')
    await expect(written(steps)).toMatchFileSnapshot('../../golden/mysql_accounts/grants.txt')
  })

  it('closes a file that others may read', () => {
    const file = MINE.role.file === null ? null : { ...MINE.role.file, access: '644 root' }
    const steps = accounts.plan({}, context(MYSQL, { ...MINE, role: { ...MINE.role, file } }, THEIRS))
    expect(ids(steps)).toEqual(['access'])
    checkSh(steps)
  })

  it('says what to do when root is not let in, and waits for a server that is not there yet', () => {
    expect(() => accounts.plan({}, context(MYSQL, { ...NOTHING, server: 'denied' }, NOTHING))).toThrow(
      'root may not log in',
    )
    expect(accounts.plan({}, context(null, { ...NOTHING, server: 'down' }, NOTHING))).toEqual([])
  })

  it('probes without a secret, in sh', () => {
    const probe = accounts.probe({}, { inventory: INVENTORY, host: M1, peer: M2 })
    shSyntax(probe)
  })

  it('reads what its probe prints', () => {
    const stdout = [
      'replication_file\tabc\t600 root\tmmha_repl\t10.77.0.12\t3306',
      'server\tup',
      'epochs\t0',
      'account\treplication',
      'account\trole',
      'grant\tGRANT PROCESS, REPLICATION SLAVE ON *.* TO `mmha_role`@`localhost`',
      'grant\tGRANT CONNECTION_ADMIN,REPLICATION_SLAVE_ADMIN ON *.* TO `mmha_role`@`localhost`',
      'grant\tGRANT SELECT ON `mmha`.* TO `mmha_role`@`localhost`',
      'role_login\tdenied',
      '',
    ].join('\n')
    expect(accounts.parse(stdout)).toEqual({
      shown: null,
      server: 'up',
      replication: {
        file: { fingerprint: 'abc', access: '600 root', user: 'mmha_repl', host: '10.77.0.12', port: '3306' },
        login: 'unknown',
        account: { exists: false, privileges: [] },
      },
      role: {
        file: null,
        login: 'denied',
        account: {
          exists: true,
          privileges: ['PROCESS', 'REPLICATION SLAVE', 'CONNECTION_ADMIN', 'REPLICATION_SLAVE_ADMIN'],
        },
      },
      schema: true,
    })
  })
})

describe('generated secrets', () => {
  it('are the same for a purpose within a run, and differ by purpose and run', () => {
    const other = secretSource(Buffer.alloc(32, 8))
    expect(source('replication').reveal()).toBe(source('replication').reveal())
    const all = [source('a'), source('b'), other('a')].map((secret) => secret.reveal())
    expect(new Set(all).size).toBe(3)
    for (const text of all) expect(text).toMatch(/^[\w-]{28}-aZ7$/)
  })
})

describe('the password line of an option file', () => {
  it.each(['plain', 'a"b', 'a\\b', 'a\\"b', ' lead', 'trail ', '#x', "it's", '日本'])(
    'is read back by the daemon: %s',
    (text) => {
      expect(
        parseOptionFile(`[client]\n${passwordLine(text)}\n`)
          .get('client')
          ?.get('password'),
      ).toBe(text)
    },
  )
})
