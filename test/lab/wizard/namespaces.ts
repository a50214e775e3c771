import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Two hosts with a real sshd each, as network namespaces: two interfaces in two subnets that both share, and a third
 * namespace, without a default route, where the wizard runs. `front0` is 10.91.7.0/24, `back0` 10.91.8.0/24.
 */
export interface SshPair {
  /** Where the wizard runs; its own addresses end in .1. */
  readonly controller: string
  readonly folder: string
  readonly hosts: readonly [SshHost, SshHost]
  down(): Promise<void>
}

export interface SshHost {
  readonly namespace: string
  readonly address: string
  /** `SHA256:…` of the host's only key. */
  readonly fingerprint: string
  /** One line for known_hosts. */
  readonly knownHostsLine: string
}

/** Key that both hosts let in as root. */
export const KEY_FILE = 'login-key'

export async function upSshPair(name: string): Promise<SshPair> {
  const controller = `mmha-${name}`
  const folder = mkdtempSync(join(tmpdir(), `${controller}-`))
  const daemons: ChildProcess[] = []
  const namespaces = [controller, `${controller}-1`, `${controller}-2`] as const
  const down = async () => {
    await Promise.all(daemons.map(stop))
    for (const namespace of namespaces) run('ip', ['netns', 'del', namespace], false)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    mkdirSync('/run/sshd', { recursive: true })
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, KEY_FILE)])
    network(namespaces)
    const hosts = await Promise.all([host(1, namespaces[1], folder, daemons), host(2, namespaces[2], folder, daemons)])
    return { controller, folder, hosts, down }
  } catch (error) {
    await down()
    throw error
  }
}

function network([controller, ...hosts]: readonly [string, string, string]): void {
  for (const namespace of [controller, ...hosts]) {
    run('ip', ['netns', 'add', namespace])
    run('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
  }
  for (const [index, nic] of ['front0', 'back0'].entries()) {
    const subnet = `10.91.${7 + index}`
    const inController = (...args: string[]) => run('ip', ['-n', controller, ...args])
    inController('link', 'add', nic, 'type', 'bridge')
    inController('addr', 'add', `${subnet}.1/24`, 'dev', nic)
    inController('link', 'set', nic, 'up')
    for (const [i, namespace] of hosts.entries()) {
      const port = `${nic}-${i + 1}`
      inController('link', 'add', port, 'type', 'veth', 'peer', 'name', nic, 'netns', namespace)
      inController('link', 'set', port, 'master', nic, 'up')
      run('ip', ['-n', namespace, 'addr', 'add', `${subnet}.${11 + i}/24`, 'dev', nic])
      run('ip', ['-n', namespace, 'link', 'set', nic, 'up'])
    }
  }
}

async function host(number: 1 | 2, namespace: string, folder: string, daemons: ChildProcess[]): Promise<SshHost> {
  const address = `10.91.7.${10 + number}`
  const file = (name: string) => join(folder, `${name}-${number}`)
  run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('host-key')])
  const settings = [
    `ListenAddress ${address}`,
    'Port 22',
    `HostKey ${file('host-key')}`,
    `AuthorizedKeysFile ${join(folder, `${KEY_FILE}.pub`)}`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    // The folder lies below /tmp, which everybody may write to.
    'StrictModes no',
    'UsePAM no',
    `PidFile ${file('sshd.pid')}`,
  ]
  writeFileSync(file('sshd_config'), `${settings.join('\n')}\n`)
  const daemon = spawn(
    'ip',
    [
      'netns',
      'exec',
      namespace,
      'unshare',
      '--uts',
      'sh',
      '-c',
      `hostname db${number} && exec /usr/sbin/sshd -D -e -f "$0"`,
      file('sshd_config'),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  daemons.push(daemon)
  await listening(daemon)
  const publicKey = readFileSync(`${file('host-key')}.pub`, 'utf8')
    .trim()
    .split(' ')
    .slice(0, 2)
    .join(' ')
  const fingerprint = run('ssh-keygen', ['-l', '-f', `${file('host-key')}.pub`]).split(' ')[1] ?? ''
  return { namespace, address, fingerprint, knownHostsLine: `${address} ${publicKey}\n` }
}

function listening(daemon: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    daemon.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      if (log.includes('Server listening on')) resolve()
    })
    daemon.once('exit', (code) => reject(new Error(`sshd ended with ${code}: ${log}`)))
    daemon.once('error', reject)
  })
}

function stop(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    daemon.once('exit', () => resolve())
    daemon.kill('SIGTERM')
  })
}

/** Runs a command to its end and gives its stdout. */
export function run(command: string, args: readonly string[], mustSucceed = true): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    if (mustSucceed) throw error
    return ''
  }
}
