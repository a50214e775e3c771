import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { takeLock } from '../../../src/engine/lock.ts'
import { ROOT_SHELL } from '../../../src/hosts/become.ts'
import { type Connection, connect } from '../../../src/hosts/connection.ts'
import { gather } from '../../../src/hosts/gather.ts'
import { runSections } from '../../../src/hosts/run-sections.ts'
import type { Become, SshTarget } from '../../../src/inventory/inventory.ts'
import { Secret } from '../../../src/inventory/secret.ts'
import { type LocalSshd, SSHD, startSshd } from './local-sshd.ts'
import { refusal } from './refusal.ts'

// Many real programs, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const MAY_MOUNT = process.getuid?.() === 0

/** A password of each kind of character that a shell might take for its own. */
const OWN = `o'w"n $(p) \\w%s!`
const ROOTS = `r'o"o\\t #$`

/** An /etc of its own for this sshd and all below it: users, sudoers, doas.conf. */
const ETC = `
mkdir "$1/mnt"; mount -t tmpfs -o mode=755 none "$1/mnt"; cp -a /etc "$1/mnt/etc"; mount --bind "$1/mnt/etc" /etc
hash() { printf '%s' "$1" | openssl passwd -6 -stdin; }
own=$(hash '${OWN.replaceAll("'", "'\\''")}')
root=$(hash '${ROOTS.replaceAll("'", "'\\''")}')
i=4710
for user in asked free none tty doer freetty; do
  i=$((i + 1))
  echo "mmha-$user:x:$i:$i::/tmp:/bin/sh" >>/etc/passwd
  echo "mmha-$user:x:$i:" >>/etc/group
  echo "mmha-$user:$own:19000:0:99999:7:::" >>/etc/shadow
done
sed -i "s|^root:[^:]*:|root:$root:|" /etc/shadow
sed -i 's/pam_unix.so/& nodelay/' /etc/pam.d/common-auth
rm -f /etc/sudoers.d/*
cat >/etc/sudoers <<END
Defaults logfile=/etc/sudo.log, !syslog, !mail_badpass, !mail_no_user
Defaults:mmha-tty,mmha-freetty requiretty
root ALL=(ALL) ALL
mmha-asked ALL=(ALL) ALL
mmha-tty ALL=(ALL) ALL
mmha-free ALL=(ALL) NOPASSWD: ALL
mmha-freetty ALL=(ALL) NOPASSWD: ALL
END
chmod 440 /etc/sudoers
echo 'permit nopass mmha-doer' >/etc/doas.conf
`

describe.skipIf(SSHD === null || !MAY_MOUNT)('becoming root', () => {
  let sshd: LocalSshd
  const open: Connection[] = []

  beforeAll(async () => {
    // MaxSessions 2 is what a lock and a command beside it need.
    sshd = await startSshd(
      [
        'MaxSessions 2',
        'UsePAM yes',
        'PasswordAuthentication yes',
        'KbdInteractiveAuthentication yes',
        'Match User mmha-none\nPasswordAuthentication no',
        'Match User mmha-tty\nAuthenticationMethods publickey,password',
      ],
      ETC,
    )
    chmodSync(sshd.folder, 0o755)
    chmodSync(join(sshd.folder, 'authorized_keys'), 0o644)
  })
  afterAll(async () => {
    await Promise.all(open.map((connection) => connection.close()))
    await sshd.stop()
  })

  async function as(user: string, become?: Become): Promise<Connection> {
    const target: SshTarget = { ...sshd.target, user: `mmha-${user}`, password: new Secret(OWN) }
    const connection = await connect('m1', become === undefined ? target : { ...target, become })
    open.push(connection)
    return connection
  }
  const by = (method: Become['method'], password: string): Become => ({ method, password: new Secret(password) })

  it.each([
    ['a password', 'free', []],
    ['keyboard-interactive', 'none', []],
    ['a key and a password', 'tty', ['user']],
  ])(
    'comes after logging in with %s',
    async (_, user, keys) => {
      const target = { ...sshd.target, user: `mmha-${user}`, keys: keys.map((key) => join(sshd.folder, key)) }
      const error = await refusal(connect('m1', { ...target, password: new Secret('wrong') }))
      expect(error).toMatchObject({ code: 'SSH_DENIED', exit: 3 })
      expect(error.message).toMatch(/tried .*(password|keyboard-interactive)$/)
      await (await connect('m1', { ...target, password: new Secret(OWN) })).close()
    },
    60_000,
  )

  it.each<[string, string, Become | undefined]>([
    ['sudo that asks nothing', 'free', undefined],
    ['sudo that asks nothing, though there is a password', 'free', by('auto', OWN)],
    ['sudo with a password', 'asked', by('auto', OWN)],
    ['sudo that asks nothing and insists on a terminal', 'freetty', undefined],
    ['sudo with a password that insists on a terminal', 'tty', by('auto', OWN)],
    ["su with root's password", 'none', by('su', ROOTS)],
    ['doas that asks nothing', 'doer', undefined],
  ])(
    'works with %s: scripts, streams, and nothing of the password in them',
    async (_, user, become) => {
      const connection = await as(user, become)
      const { facts } = await gather(connection)
      expect(facts).toMatchObject({ sudo: true, uid: expect.any(Number) })
      expect(facts.uid).toBeGreaterThan(4710)
      const bytes = `first\n${OWN}\n\u0000\u0001${'x'.repeat(200_000)}`
      for (const stdin of [bytes, Readable.from([bytes])]) {
        expect(await connection.exec('cat; id -u', { asRoot: true, stdin })).toEqual({
          code: 0,
          stdout: `${bytes}0\n`,
          stderr: '',
        })
      }
      expect(await connection.exec('echo x >&2; exit 7', { asRoot: true })).toEqual({
        code: 7,
        stdout: '',
        stderr: 'x\n',
      })
      const { stdout } = await connection.exec(ROOT_SHELL, {
        asRoot: true,
        stdin: 'ps -eo args; cat /proc/$PPID/environ /proc/$$/environ; cat /proc/$PPID/cmdline\n',
      })
      expect(stdout).toContain('sshd')
      for (const password of [OWN, ROOTS]) expect(stdout).not.toContain(password)
    },
    60_000,
  )

  it.each<[string, string, Become, RegExp, RegExp]>([
    [
      'a wrong password, tried once',
      'asked',
      by('sudo', 'wrong'),
      /with sudo: .*1 incorrect password attempt/,
      /password/,
    ],
    ['the same, where sudo insists on a terminal', 'tty', by('sudo', 'wrong'), /1 incorrect password/, /password/],
    ["a wrong password of root's", 'none', by('su', 'wrong'), /with su: .*Authentication failure/, /password/],
    ['a user who may not', 'none', by('sudo', OWN), /not in the sudoers/, /sudoers/],
  ])(
    'says what is in the way: %s',
    async (_, user, become, why, hint) => {
      const connection = await as(user, become)
      const error = await refusal(gather(connection))
      expect(error).toMatchObject({ code: 'BECOME_DENIED', exit: 3, host: 'm1', where: 'becoming root' })
      expect(error.message).toMatch(why)
      expect(error.hint).toMatch(hint)
      expect(`${error.message} ${error.hint}`).not.toContain(OWN)
      const log = await (await as('free')).exec('grep incorrect /etc/sudo.log', { asRoot: true })
      expect(log.stdout).not.toMatch(/[2-9] incorrect/)
    },
    60_000,
  )

  it.each([
    ['none', undefined],
    ['asked', undefined],
    ['none', { method: 'doas', password: null } satisfies Become],
  ])('refuses to look with a login that is not root (%s)', async (user, become) => {
    expect(await refusal(gather(await as(user, become)))).toMatchObject({ code: 'NOT_ROOT', exit: 3, host: 'm1' })
  })
})

describe.skipIf(SSHD === null || !MAY_MOUNT)('a host that allows one session a connection', () => {
  let sshd: LocalSshd
  beforeAll(async () => {
    sshd = await startSshd(['MaxSessions 1'])
  })
  afterAll(() => sshd.stop())

  it('is worked on beside its lock, over a second connection, and both end', async () => {
    const connection = await connect('m1', sshd.target)
    const lock = await takeLock(connection)
    const [first, second] = await Promise.all(
      ['a', 'b'].map((id) => runSections(connection, 'probe', [{ id, text: `echo ${id}` }])),
    )
    expect([first?.finished[0]?.output, second?.finished[0]?.output]).toEqual(['a\n', 'b\n'])
    expect(await connection.exec('cat', { asRoot: true, stdin: Readable.from(['streamed']) })).toMatchObject({
      stdout: 'streamed',
    })
    lock.check()
    await lock.release()
    await connection.close()
  })

  it('is worked on though it counts a session that has just ended', async () => {
    const connection = await connect('m1', sshd.target)
    // sshd forgets a session a little after it has closed its channel: the next command may come too early for it.
    for (let i = 0; i < 12; i += 1) expect((await connection.exec(`echo ${i}`)).stdout).toBe(`${i}\n`)
    await connection.close()
  })

  it('with none at all is refused', async () => {
    const none = await startSshd(['MaxSessions 0'])
    try {
      const connection = await connect('m1', none.target)
      expect(await refusal(connection.exec('true'))).toMatchObject({ code: 'SSH_CHANNEL_REFUSED', exit: 3 })
      await connection.close()
    } finally {
      await none.stop()
    }
  })
})
