import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { DaemonStatus } from '../../src/keepalived/process/status.ts'
import { runtimeOf } from './environment.ts'
import { LineLog } from './line-log.ts'
import { type HostName, IPV6_LAYOUT, killGroup, type Segment, VIP } from './segment.ts'

export interface InstanceText {
  readonly priority: number
  readonly version: 2 | 3
  /** s */
  readonly advertInterval: number
  readonly password?: string
  readonly nopreempt?: boolean
  /** s; ours only */
  readonly lease?: number
  /** Own and the peer's address; multicast without. */
  readonly unicast?: readonly [string, string]
  /** The VIPs are IPv6's. */
  readonly ipv6?: boolean
  /** A file whose number is added to the priority. */
  readonly trackFile?: string
}

/** A keepalived.conf for one instance. */
export function configText(text: InstanceText): string {
  const { priority, version, advertInterval, password, nopreempt, lease, unicast, ipv6, trackFile } = text
  return [
    'global_defs {',
    '  router_id wire',
    '}',
    ...(trackFile === undefined ? [] : ['track_file number {', `  file "${trackFile}"`, '  weight 1', '}']),
    'vrrp_instance VI_1 {',
    '  state BACKUP',
    '  interface eth0',
    '  virtual_router_id 51',
    `  priority ${priority}`,
    `  version ${version}`,
    `  advert_int ${advertInterval}`,
    ...(nopreempt === true ? ['  nopreempt'] : []),
    ...(lease === undefined ? [] : [`  vip_lease ${lease}`]),
    ...(password === undefined ? [] : ['  authentication {', '    auth_type PASS', `    auth_pass ${password}`, '  }']),
    ...(unicast === undefined
      ? []
      : [`  unicast_src_ip ${unicast[0]}`, '  unicast_peer {', `    ${unicast[1]}`, '  }']),
    ...(trackFile === undefined ? [] : ['  track_file {', '    number', '  }']),
    '  virtual_ipaddress {',
    ...(ipv6 === true ? ['    fe80::100/64', `    ${IPV6_LAYOUT.vip}/64`] : [`    ${VIP}/24`]),
    '  }',
    '}',
    '',
  ].join('\n')
}

/** A running daemon in a host: ours or keepalived. */
export class Daemon {
  readonly log: LineLog
  readonly #child: ChildProcess
  readonly #control: string
  readonly #bundle: string

  constructor(child: ChildProcess, control: string, bundle: string) {
    this.log = new LineLog(child.stdout, child.stderr)
    this.#child = child
    this.#control = control
    this.#bundle = bundle
  }

  /** Waits for keepalived's line, which is ours, too. */
  async enters(state: 'MASTER' | 'BACKUP' | 'FAULT', ms?: number): Promise<void> {
    await this.log.line(new RegExp(`\\(VI_1\\) Entering ${state} STATE`), 0, ms)
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** The supervisor alone. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Every process at once. */
  signalAll(name: NodeJS.Signals): void {
    killGroup(this.#child, name)
  }

  async exited(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit')
    return this.#child.exitCode
  }

  /** Arguments of a Node.js that runs this command. */
  ctlWords(...words: string[]): string[] {
    return [this.#bundle, 'ctl', ...words, `--control=${this.#control}`]
  }

  /** What the command says to stderr, however it ends. */
  ctlSays(...words: string[]): string {
    return spawnSync(process.execPath, this.ctlWords(...words), { encoding: 'utf8' }).stderr
  }

  /** What the command prints. @throws when it fails */
  ctl(...words: string[]): string {
    return execFileSync(process.execPath, this.ctlWords(...words), {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  status(): DaemonStatus['instances'][number] {
    const { instances } = JSON.parse(this.ctl('status')) as DaemonStatus
    const [first] = instances
    if (first === undefined) throw new Error('no instance')
    return first
  }
}

/** Starts daemons with their files in a directory of their own. */
export class Daemons {
  readonly dir = mkdtempSync(join(tmpdir(), 'mmha-wire-'))
  readonly #segment: Segment
  readonly #bundle: string
  readonly #runtimeOf: (host: HostName) => string
  #count = 0

  /** @param runtime the Node.js of a host */
  constructor(segment: Segment, bundle: string, runtime: (host: HostName) => string = runtimeOf) {
    this.#segment = segment
    this.#bundle = bundle
    this.#runtimeOf = runtime
  }

  ours(host: HostName, text: InstanceText): Daemon {
    return this.oursWith(host, configText(text))
  }

  /** @param text a whole keepalived.conf */
  oursWith(host: HostName, text: string): Daemon {
    return this.#start(host, this.#files(text))
  }

  /** Starts the daemon with this number once more, on the same files. */
  again(host: HostName, number: number): Daemon {
    return this.#start(host, resolve(this.dir, `daemon-${number}`))
  }

  #start(host: HostName, base: string): Daemon {
    const control = `${base}.sock`
    const flags = [
      '-n',
      '-l',
      '-f',
      `${base}.conf`,
      '-p',
      `${base}.pid`,
      `--control=${control}`,
      `--maintenance-file=${base}.maintenance`,
    ]
    return new Daemon(this.#segment.spawn(host, this.#runtimeOf(host), this.#bundle, ...flags), control, this.#bundle)
  }

  keepalived(host: HostName, text: InstanceText): Daemon {
    return this.keepalivedWith(host, configText(text))
  }

  /** @param text a whole keepalived.conf */
  keepalivedWith(host: HostName, text: string): Daemon {
    const base = this.#files(text)
    const flags = ['-n', '-l', '-D', '-P', '-f', `${base}.conf`, '-p', `${base}.pid`, '-r', `${base}.vrrp.pid`]
    return new Daemon(this.#segment.spawn(host, 'keepalived', ...flags), '', this.#bundle)
  }

  /** Removes the files; `Segment.close` ends the daemons. */
  close(): void {
    rmSync(this.dir, { recursive: true, force: true })
  }

  #files(text: string): string {
    const base = resolve(this.dir, `daemon-${++this.#count}`)
    writeFileSync(`${base}.conf`, text)
    return base
  }
}
