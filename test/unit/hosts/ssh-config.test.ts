import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { connect } from '../../../src/hosts/connection.ts'
import { sshConfigDefaults } from '../../../src/hosts/ssh-config/defaults.ts'
import { readConfig, wordsOf } from '../../../src/hosts/ssh-config/read.ts'
import { type HostConfig, resolveConfig } from '../../../src/hosts/ssh-config/resolve.ts'
import { parseSource } from '../../../src/inventory/document.ts'
import { inventoryFrom } from '../../../src/inventory/load.ts'
import { SSHD, startSshd } from './local-sshd.ts'

// Many real programs, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'mmha-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Each is asked of the real ssh for `db1`, and of us. */
const CORPUS: Readonly<Record<string, string>> = {
  nothing: '',
  'all that we read': `Host db1
    HostName 10.0.0.1
    User dba
    Port 2222
    IdentityFile ~/.ssh/db
    IdentityFile /keys/second
    IdentitiesOnly yes
    UserKnownHostsFile ~/.ssh/known_db /tmp/known
    GlobalKnownHostsFile /dev/null
    StrictHostKeyChecking accept-new
    HashKnownHosts yes
    HostKeyAlias db
    ConnectTimeout 7
    ServerAliveInterval 1m30s
    ProxyJump gate`,
  'the first value counts': 'User one\nUser two\nHost db1\nUser three\nPort 1\nHost *\nPort 2',
  'the general behind the special': 'Host db1\nUser dba\nHost *\nUser all\nPort 2200',
  'several identity files of several blocks': 'Host db*\nIdentityFile ~/a\nHost *\nIdentityFile ~/b\nIdentityFile ~/a',
  patterns: 'Host web* db?\nPort 2201',
  'negated patterns': 'Host * !db1\nPort 2201\nHost !web1 d*\nPort 2202',
  'only a negation': 'Host !web1\nPort 2201',
  'other letters': 'Host DB1\nPort 2201\nHost *\nPort 2202',
  'equals signs and blanks': 'Host=db1\nUser = dba\nPort=2201\n  HostName\t=\tdb1.example.com',
  'quotes and comments':
    '# Host db1\nHost "db1" # the first\nUser "dba" # him\nIdentityFile "~/my keys/db"\nIdentityFile /a#b\nHost db2\nPort 1',
  'a host name in capitals': 'Host db1\nHostName DB1.Example.com',
  'tokens in the host name': 'Host db1\nHostName %h.example.com',
  'percent itself': 'Host db1\nHostName a%%b',
  'keywords in capitals': 'HOST db1\nUSER dba\nport 2201',
  'match host': 'Match host db1\nUser dba\nMatch host web*\nUser web\nPort 1',
  'match host goes by HostName':
    'Host db1\nHostName db1.example.com\nMatch host *.example.com\nUser dba\nMatch originalhost db1\nPort 2201',
  'match several and negated': 'Match host db*,!db1\nUser a\nMatch !host web* originalhost db1\nUser b\nPort 2201',
  'match user': 'User dba\nMatch user dba\nPort 2201\nMatch user other\nPort 2202',
  'match localuser': `Match localuser ${userInfo().username}\nPort 2201`,
  'match not localuser': `Match !localuser ${userInfo().username}\nPort 2201`,
  'match all': 'Match all\nPort 2201\nHost db2\nPort 2202',
  'proxy jump, several': 'Host db1\nProxyJump ops@gate:2222,inner',
  'proxy jump none': 'Host db1\nProxyJump none\nHost *\nProxyJump gate',
  'proxy command before proxy jump': 'Host db1\nProxyCommand nc %h %p\nHost *\nProxyJump gate',
  'proxy jump before proxy command': 'Host db1\nProxyJump gate\nHost *\nProxyCommand nc %h %p',
  'strict checking off': 'StrictHostKeyChecking off',
  'identities only no': 'Host db1\nIdentitiesOnly no\nHost *\nIdentitiesOnly yes',
  include: `Include ${folder}/inc/*.conf\nHost db1\nUser late`,
  'include in a block': `Host web1\nInclude ${folder}/inc/b.conf\nHost db1\nUser late`,
  'include of what is not there': `Include ${folder}/none/*\nInclude ${folder}/nothing\nUser dba`,
  'carriage returns': 'Host db1\r\nUser dba\r\nPort 2201\r\n',
  'no newline': 'Host db1\nUser dba',
}

mkdirSync(join(folder, 'inc'))
writeFileSync(join(folder, 'inc/a.conf'), 'Host db1\nPort 2210\n')
writeFileSync(join(folder, 'inc/b.conf'), 'User early\nPort 2211\n')
writeFileSync(join(folder, 'inc/.hidden.conf'), 'Port 2212\n')

function written(title: string, text: string): string {
  const file = join(folder, title.replaceAll(/\W/g, '_'))
  writeFileSync(file, text)
  return file
}

function ours(file: string, question: { user?: string; port?: number } = {}): HostConfig {
  const { settings } = readConfig(file, { home: userInfo().homedir, base: folder })
  return resolveConfig(settings, {
    name: 'db1',
    localUser: userInfo().username,
    home: userInfo().homedir,
    uid: userInfo().uid,
    ...question,
  })
}

describe('ssh_config, as ssh -G reads it', () => {
  it.each(Object.entries(CORPUS))(
    '%s',
    async (title, text) => {
      const file = written(title, text)
      const { stdout } = await run('ssh', ['-G', '-F', file, 'db1'], { timeout: 30_000 })
      const lines = stdout.split('\n').map((line) => line.split(' '))
      const all = (keyword: string) =>
        lines.filter(([first]) => first === keyword).map(([, ...words]) => words.join(' '))
      const home = (path: string) => path.replace(/^~(?=\/)/, userInfo().homedir)
      const config = ours(file)
      const theirs = all('identityfile').map(home)
      const [knownHosts = '', everyones = ''] = [all('userknownhostsfile')[0], all('globalknownhostsfile')[0]]
      expect({
        hostname: config.hostName,
        user: config.user ?? userInfo().username,
        port: String(config.port ?? 22),
        // ssh fills in its own where none is named.
        files: config.identityFiles ?? theirs,
        only: config.identitiesOnly ?? false,
        jump: config.proxyJump === 'none' ? undefined : config.proxyJump,
        command: config.proxyCommand,
        known: config.userKnownHostsFiles ?? knownHosts.split(' ').map(home),
        everyones: config.globalKnownHostsFiles ?? everyones.split(' '),
        strict: CHECKING[config.strictHostKeyChecking ?? 'ask'],
        hash: config.hashKnownHosts ?? false,
        alias: config.hostKeyAlias,
        timeout: String(config.connectTimeout ?? 'none'),
        alive: String(config.aliveInterval ?? 0),
      }).toEqual({
        hostname: all('hostname')[0],
        user: all('user')[0],
        port: all('port')[0],
        files: theirs,
        only: all('identitiesonly')[0] === 'yes',
        jump: all('proxyjump')[0],
        command: all('proxycommand')[0],
        known: knownHosts.split(' ').map(home),
        everyones: everyones.split(' '),
        strict: all('stricthostkeychecking')[0],
        hash: all('hashknownhosts')[0] === 'yes',
        alias: all('hostkeyalias')[0],
        timeout: all('connecttimeout')[0],
        alive: all('serveraliveinterval')[0],
      })
    },
    40_000,
  )

  it('fills in the tokens of paths as ssh does', async () => {
    const file = written(
      'tokens',
      'Host db1\nHostName %h.example.com\nUser dba\nPort 2201\nIdentityFile /k/%h-%n-%p-%r-%u-%i-%l-%L-%%-%C\nIdentityFile %d/x\nIdentityFile $' +
        '{HOME}/y',
    )
    const said = await run('ssh', ['-v', '-F', file, '-o', 'ProxyCommand=false', 'db1'], { timeout: 30_000 }).catch(
      (error: { stderr: string }) => error,
    )
    const named = [...said.stderr.matchAll(/identity file (\S+) type/g)].map(([, path]) => path ?? '')
    expect(ours(file).identityFiles).toEqual(named.filter((path) => !path.endsWith('-cert')))
    expect(named[0]).toContain('/k/db1.example.com-db1-2201-dba-')
  })

  it('goes by what the inventory says before the files', () => {
    const file = written('given', 'Match user ops\nIdentityFile /ops\nHost db1\nUser dba\nPort 2201')
    expect(ours(file, { user: 'ops', port: 22 })).toMatchObject({ user: 'ops', port: 22, identityFiles: ['/ops'] })
  })

  it('says what it does not follow, and where', () => {
    const text = 'Host db1\nMatch exec "test -e /x"\nUser x\nHost db1\nBindAddress 10.0.0.9\nCertificateFile none\nPort'
    const file = written('unsupported', text)
    expect(ours(file).unsupported).toEqual([
      `${file}:2: Match exec is not followed`,
      `${file}:5: BindAddress is not used`,
    ])
    expect(readConfig(file, { home: '/', base: folder }).broken).toEqual([`${file}:7: Port has no value`])
    expect(ours(file).user).toBeUndefined()
  })

  it('reads a line into words', () => {
    expect(wordsOf('  IdentityFile = "a \\"b\\" c" d#e # f')).toEqual(['IdentityFile', 'a "b" c', 'd#e'])
    expect(wordsOf('   # nothing')).toEqual([])
  })

  it('does not include itself for ever', () => {
    const file = written('circle', `Include ${folder}/circle\nUser dba`)
    expect(ours(file).user).toBe('dba')
    expect(readConfig(file, { home: '/', base: folder }).broken[0]).toContain('too deeply')
  })
})

const CHECKING: Readonly<Record<string, string>> = { ask: 'ask', off: 'false', no: 'false', 'accept-new': 'accept-new' }

describe('an inventory beside ~/.ssh/config', () => {
  const config = (text: string) =>
    sshConfigDefaults({ home: '/home/me', user: written('config', text), system: '/dev/null' })
  const load = (inventory: string, text: string) =>
    inventoryFrom(parseSource(`vip: 10.77.0.100/24\nnic: host0\n${inventory}`, 'pair.yml'), {
      sshDefaults: config(text),
    })

  it('needs no settings of its own', () => {
    const [first, second] = load(
      'masters: [{address: 10.77.0.11, ssh: {host: db1}}, 10.77.0.12]',
      'Host db1\nHostName 10.9.9.9\nUser dba\nPort 2201\nIdentityFile ~/.ssh/db\nHost 10.77.*\nUser ops\nProxyJump gate\nHost gate\nUser me\nProxyJump outer:2222',
    ).masters
    expect(first.ssh).toMatchObject({ host: '10.9.9.9', user: 'dba', port: 2201, keys: ['/home/me/.ssh/db'] })
    expect(second.ssh).toMatchObject({ host: '10.77.0.12', user: 'ops', port: 22 })
    expect(second.ssh.jumps?.map(({ host, port, user }) => [host, port, user])).toEqual([
      ['outer', 2222, userInfo().username],
      ['gate', 22, 'me'],
    ])
  })

  it('comes before it', () => {
    const [first] = load(
      'masters: [10.77.0.11, 10.77.0.12]\nssh: {user: root, port: 22, key: /k, jump: [], hostKeys: strict}',
      'User dba\nPort 2201\nIdentityFile /other\nProxyJump gate\nStrictHostKeyChecking no',
    ).masters
    expect(first.ssh).toMatchObject({ user: 'root', port: 22, keys: ['/k'], hostKeys: 'strict' })
    expect(first.ssh.jumps).toEqual([])
  })

  it.each([
    ['ssh -W %h:%p gate', 'gate'],
    ['ssh -q gate -W %h:%p', 'gate'],
    ['/usr/bin/ssh gate -W [%h]:%p', 'gate'],
    ['nc -X connect %h %p', undefined],
  ])('ProxyCommand %s', (command, jump) => {
    const [first] = load('masters: [10.77.0.11, 10.77.0.12]', `ProxyCommand ${command}`).masters
    expect(first.ssh.jumps?.map(({ host }) => host)).toEqual(jump === undefined ? [] : [jump])
    expect((first.ssh.notes ?? []).join()).toContain(jump === undefined ? 'ProxyCommand of ssh_config is not run' : '')
  })

  it.skipIf(SSHD === null)('reaches a host by its name there, through a jump host', async () => {
    const [gate, db] = await Promise.all([startSshd(), startSshd()])
    try {
      execFileSync('sh', ['-c', `cat ${db.folder}/known_hosts >>${gate.folder}/known_hosts`])
      const block = (name: string, { target }: typeof db) =>
        `Host ${name}\nHostName 127.0.0.1\nPort ${target.port}\nUser ${target.user}\nIdentityFile ${target.keys[0]}\nUserKnownHostsFile ${gate.folder}/known_hosts\n`
      const [first] = load(
        'masters: [{address: 10.77.0.11, ssh: {host: db1}}, 10.77.0.12]',
        `${block('db1', db)}ProxyJump gate\n${block('gate', gate)}`,
      ).masters
      const connection = await connect('m1', first.ssh)
      expect((await connection.exec('echo $SSH_CONNECTION')).stdout).toContain(` ${db.target.port}\n`)
      await connection.close()
    } finally {
      await Promise.all([gate.stop(), db.stop()])
    }
  })
})
