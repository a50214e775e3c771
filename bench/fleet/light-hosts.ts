import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Ports of loopback that the hosts listen at, the first of them. */
const FIRST_PORT = 23_000
/** Ports of one sshd, which allows no more. */
const LISTENS = 16

/** Pairs whose hosts are ports of OpenSSH servers on loopback, each of which answers as a recorded host did. */
export interface LightFleet {
  readonly inventory: string
  /** ms of processor time that the hosts took until now. */
  cpu(): number
  stop(): Promise<void>
}

/** @param recordings folder with one folder a host, m1 and m2 */
export async function lightFleet(folder: string, recordings: string, pairs: number): Promise<LightFleet> {
  for (const name of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  const publicKey = (name: string) =>
    readFileSync(join(folder, `${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ')
  writeFileSync(join(folder, 'authorized_keys'), `${publicKey('user')}\n`, { mode: 0o600 })
  const ports = Array.from({ length: 2 * pairs }, (_, i) => FIRST_PORT + i)
  writeFileSync(join(folder, 'known_hosts'), ports.map((port) => `[127.0.0.1]:${port} ${publicKey('host')}\n`).join(''))
  const replay = join(import.meta.dirname, 'replay.sh')
  mkdirSync('/run/sshd', { recursive: true })
  const servers = Array.from({ length: Math.ceil(ports.length / LISTENS) }, (_, i) => {
    const own = ports.slice(i * LISTENS, (i + 1) * LISTENS)
    const config = [
      ...own.map((port) => `Port ${port}`),
      'ListenAddress 127.0.0.1',
      `HostKey ${folder}/host`,
      `AuthorizedKeysFile ${folder}/authorized_keys`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin yes',
      'LogLevel ERROR',
      'MaxStartups 200:30:400',
      ...own.flatMap((port) => [
        `Match LocalPort ${port}`,
        `  ForceCommand sh ${replay} ${recordings}/m${((port - FIRST_PORT) % 2) + 1}`,
      ]),
    ]
    const file = join(folder, `sshd_config.${i}`)
    writeFileSync(file, `${config.join('\n')}\n`)
    return spawn('/usr/sbin/sshd', ['-D', '-e', '-f', file], { stdio: ['ignore', 'ignore', 'inherit'] })
  })
  const ended = servers.map((server) => new Promise<void>((resolve) => server.once('exit', () => resolve())))
  for (const port of ports) await listening(port)
  const inventory = join(folder, 'fleet.yml')
  writeFileSync(inventory, inventoryText(folder, ports))
  return {
    inventory,
    cpu: () => servers.reduce((sum, { pid }) => sum + ofChildren(pid), 0),
    stop: async () => {
      for (const server of servers) server.kill()
      await Promise.all(ended)
    },
  }
}

/** Each pair is the recorded one, with ways to it of its own. */
function inventoryText(folder: string, ports: readonly number[]): string {
  const host = (name: string, address: string, port: number | undefined) =>
    `      - { name: ${name}, address: ${address}, ssh: { host: 127.0.0.1, port: ${port} } }\n`
  const pairs = ports.flatMap((port, i) => {
    if (i % 2 === 1) return []
    const name = `p${String(i / 2 + 1).padStart(2, '0')}`
    const hosts = host('m1', '10.77.0.11', port) + host('m2', '10.77.0.12', ports[i + 1])
    return [`  - name: ${name}\n    vip: 10.77.0.100/24\n    masters:\n${hosts}`]
  })
  const ssh = `{ user: root, key: ${folder}/user, knownHosts: [${folder}/known_hosts] }`
  return `nic: host0\nssh: ${ssh}\npairs:\n${pairs.join('')}`
}

/** Processor time of the sessions that have ended, ms. */
function ofChildren(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[13]) + Number(fields[14])) * 10
}

async function listening(port: number): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await delay(20)) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false))
      socket.once('close', () => undefined)
      socket.unref()
    })
    if (open) return
  }
  throw new Error(`no sshd listens at port ${port} after 10 s`)
}
