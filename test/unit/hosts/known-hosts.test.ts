import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { HostKeyCheck } from '../../../src/hosts/host-key-check.ts'
import { knownHostLine, parseKnownHosts } from '../../../src/hosts/known-hosts.ts'
import { readKnownHosts } from '../../../src/hosts/known-hosts-files.ts'
import { SSHD } from './local-sshd.ts'

// Many real programs, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const TYPES = ['ed25519', 'ecdsa', 'rsa'] as const
type Type = (typeof TYPES)[number]

/** Who is asked for: `host` or `host:port`. */
const DB1 = 'db1.example.com'
const DB1_PORT = `${DB1}:2222`

/** OpenSSH's answer, name of the case, known_hosts in which `<type>` is a key of the host and `<other>` an ed25519 key of somebody else. */
const CORPUS: readonly (readonly [
  answer: string,
  title: string,
  knownHosts: string,
  asked?: string,
  hashed?: boolean,
])[] = [
  ['unknown', 'nothing', ''],
  ['known', 'its key', `${DB1} <ed25519>`],
  ['known', 'its key, with a comment', `${DB1} <ed25519> root@db1 since 2019`],
  ['known', 'tabs and leading blanks', `  ${DB1}\t<ed25519>`],
  ['known', 'carriage returns', `${DB1} <ed25519> c\r`],
  ['known', 'one of several names', `10.0.0.1,${DB1} <ed25519>`],
  ['known', 'a name in capitals', `DB1.Example.COM <ed25519>`],
  ['known', 'a key of its second type', `${DB1} <ecdsa>`],
  ['known', 'an RSA key', `${DB1} <rsa>`],
  ['known', 'all its keys', `${DB1} <rsa>\n${DB1} <ecdsa>\n${DB1} <ed25519>`],
  ['changed', 'another key', `${DB1} <other>`],
  ['known', 'another key and its own', `${DB1} <other>\n${DB1} <ed25519>`],
  ['changed', 'another ed25519 key, its RSA key', `${DB1} <other>\n${DB1} <rsa>`],
  ['unknown', 'the key of another host', `db2.example.com <ed25519>`],
  ['unknown', 'the beginning of its name', `db1 <ed25519>`],
  ['unknown', 'a dot is a dot', `db1xexample.com <ed25519>`],
  ['known', 'wildcard', `*.example.com <ed25519>`],
  ['known', 'question mark', `db?.example.com <ed25519>`],
  ['unknown', 'question mark is one character', `d?.example.com <ed25519>`],
  ['unknown', 'many stars', `*a*a*a*a*a*a*a*a*a*a*b <ed25519>`],
  ['unknown', 'wildcard without it', `*.example.com,!db1.example.com <ed25519>`],
  ['known', 'wildcard without another', `*.example.com,!db2.example.com <ed25519>`],
  ['unknown', 'without it comes first', `!db1.example.com,*.example.com <ed25519>`],
  ['unknown', 'only a negation', `!db2.example.com <ed25519>`],
  ['known', 'hashed', `${DB1} <ed25519>`, DB1, true],
  ['unknown', 'hashed, another host', `db2.example.com <ed25519>`, DB1, true],
  ['known', 'hashed, several types', `${DB1} <rsa>\n${DB1} <ecdsa>`, DB1, true],
  ['changed', 'hashed, another key', `${DB1} <other>`, DB1, true],
  ['known', '[host]:port', `[${DB1}]:2222 <ed25519>`, DB1_PORT],
  ['known', '[host]:port, hashed', `[${DB1}]:2222 <ed25519>`, DB1_PORT, true],
  ['changed', '[host]:port, another key', `[${DB1}]:2222 <other>`, DB1_PORT],
  ['unknown', '[host]:port for port 22', `[${DB1}]:2222 <ed25519>`],
  ['known', 'the key of port 22 on another port', `${DB1} <ed25519>`, DB1_PORT],
  ['unknown', 'another key of port 22 on another port', `${DB1} <other>`, DB1_PORT],
  ['unknown', 'another port', `[${DB1}]:2223 <ed25519>`, DB1_PORT],
  ['known', '[wildcard]:port', `[*.example.com]:2222 <ed25519>`, DB1_PORT],
  ['known', 'wildcard covers [host]:port', `* <ed25519>`, DB1_PORT],
  ['revoked', 'revoked', `${DB1} <ed25519>\n@revoked * <ed25519>`],
  ['revoked', 'revoked first', `@revoked ${DB1} <ed25519>\n${DB1} <ed25519>`],
  ['known', 'revoked for another host', `${DB1} <ed25519>\n@revoked db2.example.com <ed25519>`],
  ['known', 'another key revoked', `${DB1} <ed25519>\n@revoked * <other>`],
  ['revoked', 'revoked, port', `[${DB1}]:2222 <ed25519>\n@revoked * <ed25519>`, DB1_PORT],
  ['revoked', 'revoked, hashed', `${DB1} <ed25519>\n@revoked ${DB1} <ed25519>`, DB1, true],
  ['unknown', 'an authority alone', `@cert-authority *.example.com <other>`],
  ['unknown', 'the host key as authority', `@cert-authority * <ed25519>`],
  ['known', 'an authority and its key', `@cert-authority * <other>\n${DB1} <ed25519>`],
  ['known', 'comments and blank lines', `# ${DB1} <other>\n\n \n${DB1} <ed25519>`],
  ['known', 'a comment behind blanks', `  # ${DB1} <other>\n${DB1} <ed25519>`],
  ['known', 'unknown marker', `@what ${DB1} <other>\n${DB1} <ed25519>`],
  ['known', 'a line cut short', `${DB1} ssh-ed25519\n${DB1} <ed25519>`],
  ['known', 'a name alone', `${DB1}\n${DB1} <ed25519>`],
  ['known', 'damaged key', `${DB1} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIgarbage!\n${DB1} <ed25519>`],
  ['unknown', 'type and key differ', `${DB1} ssh-rsa <ed25519 key>`],
  ['unknown', 'a type that is none', `${DB1} ssh-foo <ed25519 key>`],
  ['known', 'merge conflict', `<<<<<<< HEAD\n${DB1} <ed25519>\n=======\n`],
  ['unknown', 'a broken hash', `|1|nonsense <ed25519>`],
  ['known', 'no newline at the end', `${DB1} <ed25519>`],
]

const run = promisify(execFile)

/** Each ssh takes a while: a tenth of the answers is asked for anew each time, all of them on demand. */
const ASK_ALL = process.env.ASK_OPENSSH === '1'

/** The answers are the real ssh's, before the real sshd (as its proxy command, so no port and no name is needed). */
describe.skipIf(SSHD === null)('known_hosts, as OpenSSH reads it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mmha-known-'))
  const publicKey = (name: string) =>
    readFileSync(join(folder, `${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ')
      .trim()
  const wire = (name: string) => Buffer.from(publicKey(name).split(' ')[1] ?? '', 'base64')

  beforeAll(() => {
    for (const name of [...TYPES, 'other'])
      execFileSync('ssh-keygen', ['-q', '-t', name === 'other' ? 'ed25519' : name, '-N', '', '-f', join(folder, name)])
    const config = [...TYPES.map((type) => `HostKey ${folder}/${type}`), 'UsePAM no', 'StrictModes no']
    writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`)
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function written(title: string, text: string, hashed: boolean): string {
    const file = join(folder, title.replaceAll(/\W/g, '_'))
    const filled = text
      .replaceAll('<ed25519 key>', publicKey('ed25519').split(' ')[1] ?? '')
      .replaceAll(/<(ed25519|ecdsa|rsa|other)>/g, (_, name: string) => publicKey(name))
    writeFileSync(file, title.startsWith('no newline') ? filled : `${filled}\n`)
    if (hashed) execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
    return file
  }

  async function openssh(file: string, host: string, port: string): Promise<string> {
    const options = {
      ProxyCommand: `${SSHD ?? ''} -i -f ${folder}/sshd_config`,
      UserKnownHostsFile: file,
      GlobalKnownHostsFile: '/dev/null',
      StrictHostKeyChecking: 'yes',
      BatchMode: 'yes',
      PreferredAuthentications: 'none',
      CanonicalizeHostname: 'no',
    }
    const words = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`])
    const said = await run('ssh', ['-F', 'none', ...words, '-p', port, `root@${host}`, 'true'], {
      timeout: 30_000,
    }).catch((error: { stderr: string }) => error)
    const { stderr } = said
    if (/REVOKED HOST KEY/.test(stderr)) return 'revoked'
    if (/IDENTIFICATION HAS CHANGED/.test(stderr)) return 'changed'
    if (/host key is known for/.test(stderr)) return 'unknown'
    if (/Permission denied/.test(stderr)) return 'known'
    throw new Error(`what is this? ${stderr}`)
  }

  /** What we say of the key that the host shows when asked in our order. */
  function ours(file: string, host: string, port: number): string {
    const known = readKnownHosts([file])
    const target = { host, port, user: 'root', keys: [], password: null, knownHosts: [file] }
    const check = new HostKeyCheck(target, known)
    const first = check.tries[0]?.[0] ?? ''
    const type: Type = first.includes('ed25519') ? 'ed25519' : first.startsWith('ecdsa') ? 'ecdsa' : 'rsa'
    if (check.verify(wire(type))) return 'known'
    const verdict = check.distrusted?.verdict ?? ''
    // Three kinds of "not known" of ours, which OpenSSH calls by one name.
    return ['other', 'authority'].includes(verdict) ? 'unknown' : verdict
  }

  it.each(CORPUS.map((entry, index) => ({ entry, index })))('$entry.1: $entry.0', async ({ entry, index }) => {
    const [answer, title, text, asked = DB1, hashed = false] = entry
    const [host = '', port = '22'] = asked.split(':')
    const file = written(title, text, hashed)
    expect(ours(file, host, Number(port))).toBe(answer)
    if (ASK_ALL || index % 10 === 0) expect(await openssh(file, host, port)).toBe(answer)
  })

  it.each([
    [22, false],
    [2222, false],
    [22, true],
    [2222, true],
  ])('what we write is found by ssh-keygen -F (port %i, hashed %s)', (port, hashed) => {
    const file = join(folder, 'written')
    writeFileSync(file, knownHostLine({ host: 'DB1.example.com', port }, wire('ecdsa'), hashed))
    const name = port === 22 ? DB1 : `[${DB1}]:${port}`
    const found = execFileSync('ssh-keygen', ['-F', name, '-f', file]).toString()
    expect(found).toContain(publicKey('ecdsa'))
    expect(readFileSync(file, 'utf8').includes('example')).toBe(!hashed)
  })

  it('says which lines it could not read, where the host is not known', () => {
    const file = written('broken', `# fine\n${DB1} ssh-ed25519\n@what x y\n`, false)
    const check = new HostKeyCheck(
      { host: DB1, port: 22, user: 'root', keys: [], password: null, knownHosts: [file] },
      readKnownHosts([file]),
    )
    expect(check.verify(wire('rsa'))).toBe(false)
    expect(check.distrusted?.broken).toEqual([`${file}:2`, `${file}:3`])
  })

  it('takes a key that a person has accepted, and no other, from a file that can be read by nobody', () => {
    const { entries } = parseKnownHosts(`${DB1} ${publicKey('rsa')}\n`)
    const target = { host: DB1, port: 22, user: 'root', keys: [], password: null, knownHosts: ['/nowhere/at/all'] }
    const check = new HostKeyCheck(target, readKnownHosts(target.knownHosts), entries)
    expect(check.tries[0]?.[0]).toBe('rsa-sha2-512')
    expect([check.verify(wire('rsa')), check.verify(wire('ed25519'))]).toEqual([true, false])
  })
})
