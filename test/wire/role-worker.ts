import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import type { Config } from '../../src/keepalived/config/config.ts'
import { parseConfig } from '../../src/keepalived/config/parse.ts'
import { socketPair } from '../../src/keepalived/linux/socket.ts'
import { LineChannel } from '../../src/keepalived/process/line-channel.ts'
import type { ToCheck, ToVrrp } from '../../src/keepalived/process/messages.ts'
import type { FromWorker, ToWorker } from '../../src/keepalived/process/supervision.ts'
import { runtimeOf } from './environment.ts'
import { LineLog } from './line-log.ts'
import { type HostName, IPV6_LAYOUT, type Segment, VIP } from './segment.ts'

/** v3, 0.5 s, an address of each family, with a database that the test speaks for. */
export function roleText(priority: number): string {
  return [
    'mysql_server db {',
    '  socket /nowhere/mysqld.sock',
    '  port 3306',
    '  credentials /nowhere/credentials',
    '}',
    'vrrp_instance VI_1 {',
    '  state BACKUP',
    '  interface eth0',
    '  virtual_router_id 51',
    `  priority ${priority}`,
    '  version 3',
    '  advert_int 0.5',
    '  nopreempt',
    '  vip_lease 1',
    '  role {',
    '    mysql db',
    '    peer 10.99.7.99',
    '    peer_credentials /nowhere/peer',
    '    policy availability',
    '    promote_deadline 2',
    '    demote_deadline 2',
    '  }',
    '  virtual_ipaddress {',
    `    ${VIP}/24`,
    '  }',
    '  virtual_ipaddress_excluded {',
    `    ${IPV6_LAYOUT.vip}/64 preferred_lft forever`,
    '  }',
    '}',
  ].join('\n')
}

export function roleConfig(priority: number): Config {
  const text = roleText(priority)
  const { config, diagnostics } = parseConfig(text, 'wire.conf')
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('; '))
  return config
}

/** The real VRRP worker process in a host; the test stands where supervisor and database's side stand. */
export class RoleWorker {
  readonly log: LineLog
  readonly heard: ToCheck[] = []
  /** Asked to close itself before the address goes; null: done at once. */
  onLeave: ((message: Extract<ToCheck, { t: 'leave' }>) => void) | null = null
  /** How long this database needs for its promotion, ms. */
  promotionMs = 0
  /** Told of each advert that it sends, with its priority. */
  onAdvert: (priority: number) => void = () => undefined
  readonly #child: ChildProcess
  readonly #line: LineChannel<ToCheck, ToVrrp>

  constructor(segment: Segment, host: HostName, bundle: string, priority: number) {
    const launcher = ['netns', 'exec', segment.namespace(host), runtimeOf(host)]
    this.#child = fork(bundle, ['--worker', 'vrrp'], { execPath: 'ip', execArgv: launcher, silent: true })
    segment.adopt(this.#child)
    this.log = new LineLog(this.#child.stdout, this.#child.stderr)
    this.#send({ t: 'config', config: roleConfig(priority), configFile: 'wire.conf', realTime: true })
    const [theirs, ours] = socketPair()
    this.#child.send({ t: 'link' } satisfies ToWorker, new Socket({ fd: theirs, readable: false, writable: true }))
    this.#line = new LineChannel<ToCheck, ToVrrp>(
      new Socket({ fd: ours, readable: true, writable: true }),
      (message) => this.#hear(message),
      () => undefined,
    )
    this.say({ t: 'gate', instance: 'VI_1', open: true, reason: 'test' })
  }

  say(message: ToVrrp): void {
    this.#line.send(message)
  }

  mysqldDied(): void {
    this.say({ t: 'track', instance: 'VI_1', tracker: 'mysql db', up: false, weight: null, reason: 'died' })
  }

  /** Planned handover, as `ctl leave` asks for it. @returns the worker's answer */
  async leave(id: number): Promise<Extract<FromWorker, { t: 'left' }>> {
    this.#send({ t: 'leave', id, instance: null, holdDownMs: 10_000, reason: 'test' })
    for (;;) {
      const [message] = (await once(this.#child, 'message')) as [FromWorker]
      if (message.t === 'left') return message
    }
  }

  /** As `pkill keepalived` and a unit's stop do it: the signal comes to all, then the supervisor's word. */
  stopTwice(): void {
    this.#child.kill('SIGTERM')
    this.#send({ t: 'stop', reason: 'SIGTERM' })
    this.#child.kill('SIGTERM')
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #hear(message: ToCheck): void {
    this.heard.push(message)
    if (message.t === 'promote') {
      const { id, instance } = message
      setTimeout(() => this.say({ t: 'promoted', instance, id, ok: true, reason: 'test' }), this.promotionMs)
    } else if (message.t === 'leave') (this.onLeave ?? ((leave) => this.say(leave)))(message)
    else if (message.t === 'advert') this.onAdvert(message.priority)
  }

  #send(message: ToWorker): void {
    this.#child.send(message)
  }
}
