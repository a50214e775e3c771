import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { SshTarget } from '../../../src/inventory/inventory.ts'

/** A real sshd on loopback with keys and configuration of its own. */
export interface LocalSshd {
  readonly folder: string
  readonly target: SshTarget
  stop(): Promise<void>
}

/** nobody and the like may not log in anywhere, not even with their own sshd. */
const MAY_LOG_IN = !/\/(nologin|false)$/.test(userInfo().shell ?? '')
/** null: there is none, or it would not let us in. */
export const SSHD =
  (MAY_LOG_IN ? ['/usr/sbin/sshd', '/usr/local/sbin/sshd'] : []).find((path) => existsSync(path)) ?? null

/** @param inside root's sh text that comes first, in mount and host name namespaces of its own; `$1` is the sshd's folder */
export async function startSshd(settings: readonly string[] = [], inside = ''): Promise<LocalSshd> {
  if (SSHD === null) throw new Error('no sshd on this machine')
  const folder = mkdtempSync(join(tmpdir(), 'mmha-sshd-'))
  const port = await freePort()
  const key = (name: string, type: string) => {
    const args = type === 'rsa' ? ['-b', '2048'] : []
    execFileSync('ssh-keygen', ['-q', '-t', type, ...args, '-N', '', '-f', join(folder, name)])
    return readFileSync(join(folder, `${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ')
  }
  const hostKey = key('host_ed25519', 'ed25519')
  key('host_ecdsa', 'ecdsa')
  writeFileSync(join(folder, 'authorized_keys'), `${key('user', 'ed25519')}\n`, { mode: 0o600 })
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey}\n`)
  // sshd goes by the first of several.
  const config = [
    ...settings.filter((line) => !line.startsWith('Match')),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host_ecdsa`,
    `HostKey ${folder}/host_ed25519`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin yes',
    'Subsystem sftp internal-sftp',
    ...settings.filter((line) => line.startsWith('Match')),
  ]
  writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`)
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const words = [SSHD, '-D', '-e', '-f', join(folder, 'sshd_config')]
  const wrap = [
    'unshare',
    '-m',
    '-u',
    '--propagation',
    'private',
    'sh',
    '-ec',
    `${inside}\nshift; exec "$@"`,
    'sh',
    folder,
  ]
  const [program = '', ...args] = inside === '' ? words : [...wrap, ...words]
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  await listening(child)
  return {
    folder,
    target: {
      host: '127.0.0.1',
      port,
      user: userInfo().username,
      keys: [join(folder, 'user')],
      password: null,
      knownHosts: [join(folder, 'known_hosts')],
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A TCP proxy on loopback: delays every byte by `delayMs` each way, and can cut all links at once. */
export interface Proxy {
  readonly port: number
  /**
   * Round trips on the wire so far, by cause and not by clock: what is sent is half a trip later than the latest that
   * its sender had received. A busy machine can't make it smaller, and hardly larger.
   */
  trips(): number
  cut(): void
  stop(): Promise<void>
}

export async function startProxy(to: number, delayMs: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const heard = { near: 0, far: 0 }
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port: to, noDelay: true })
    near.setNoDelay(true)
    for (const [from, into, sender, receiver] of [
      [near, far, 'near', 'far'],
      [far, near, 'far', 'near'],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk) => {
        const arrives = heard[sender] + 0.5
        setTimeout(() => {
          heard[receiver] = Math.max(heard[receiver], arrives)
          if (into.writable) into.write(chunk)
        }, delayMs)
      })
      from.on('error', () => {})
      from.on('close', () => setTimeout(() => into.destroy(), delayMs))
    }
  })
  const port = await listen(server)
  return {
    port,
    trips: () => heard.near,
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('listening on')) resolve()
    })
    child.once('exit', () => reject(new Error(`sshd ended: ${text}`)))
  })
}
