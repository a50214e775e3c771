import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { LineLog } from './line-log.ts'

export const VIP = '10.99.7.100'
const HOSTS = ['a', 'b'] as const
export type HostName = (typeof HOSTS)[number]
const ADDRESS: Readonly<Record<HostName, string>> = { a: '10.99.7.11', b: '10.99.7.12' }

/** What the hosts' interface and addresses are called, /24 each (IPv6: /64). */
export interface Layout {
  readonly nic: string
  readonly addresses: Readonly<Record<HostName, string>>
  readonly vip: string
}

export const LAYOUT: Layout = { nic: 'eth0', addresses: ADDRESS, vip: VIP }

/** The same over IPv6; adverts come from the link-local addresses. */
export const IPV6_LAYOUT: Layout = {
  nic: 'eth0',
  addresses: { a: 'fd99:7::11', b: 'fd99:7::12' },
  vip: 'fd99:7::100',
}

const prefixOf = ({ vip }: Layout): number => (vip.includes(':') ? 64 : 24)

function ip(...words: string[]): string {
  return execFileSync('ip', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** When one host had the VIP, as its kernel told; seconds. */
export interface Holding {
  readonly host: HostName
  readonly from: number
  readonly to: number
}

export interface SeenAdvert {
  readonly at: number
  readonly from: string
  readonly version: number
  readonly vrid: number
  readonly priority: number
}

/** Two hosts on a bridge, each a network namespace, watched from outside: addresses by netlink, packets by tcpdump. */
export class Segment {
  readonly #prefix: string
  readonly #layout: Layout
  readonly #children: ChildProcess[] = []
  readonly #addresses = new Map<HostName, LineLog>()
  #packets: LineLog = new LineLog()

  private constructor(prefix: string, layout: Layout) {
    this.#prefix = prefix
    this.#layout = layout
  }

  static async open(name: string, layout: Layout): Promise<Segment> {
    const segment = new Segment(`mmha-wire-${process.pid}-${name}`, layout)
    removeAbandoned()
    try {
      segment.#build()
      await segment.#watch()
      return segment
    } catch (error) {
      await segment.close()
      throw error
    }
  }

  static address(host: HostName): string {
    return ADDRESS[host]
  }

  /** The address that the host's IPv6 adverts come from. */
  linkLocal(host: HostName): string {
    const shown = ip('-n', this.namespace(host), '-6', '-o', 'addr', 'show', 'dev', this.#layout.nic, 'scope', 'link')
    const found = /inet6 (fe80::[0-9a-f:]*ff:fe[0-9a-f:]+)\//.exec(shown)?.[1]
    if (found === undefined) throw new Error(`${host} has no link-local address`)
    return found
  }

  namespace(host: HostName): string {
    return `${this.#prefix}-${host}`
  }

  /** Ends what it started and removes the namespaces. */
  async close(): Promise<void> {
    await Promise.all(this.#children.map(endChild))
    const there = ip('netns', 'list')
    for (const part of [...HOSTS, 'switch']) {
      if (there.includes(`${this.#prefix}-${part}`)) ip('netns', 'del', `${this.#prefix}-${part}`)
    }
  }

  /** Cable out, cable in. */
  cable(host: HostName, plugged: boolean): void {
    ip('-n', `${this.#prefix}-switch`, 'link', 'set', `port-${host}`, plugged ? 'up' : 'down')
  }

  hasVip(host: HostName): boolean {
    return ip('-n', this.namespace(host), '-o', 'addr', 'show').includes(` ${this.#layout.vip}/`)
  }

  /** Adds an interface that is up and leads nowhere (its other end stays in the host). */
  addInterface(host: HostName, name: string): void {
    const own = this.namespace(host)
    ip('-n', own, 'link', 'add', name, 'type', 'veth', 'peer', 'name', `${name}-end`)
    for (const end of [name, `${name}-end`]) ip('-n', own, 'link', 'set', end, 'up')
  }

  /** Runs `ip` inside a host. @returns what it prints */
  ip(host: HostName, ...words: string[]): string {
    return ip('-n', this.namespace(host), ...words)
  }

  deleteVip(host: HostName): void {
    ip(
      '-n',
      this.namespace(host),
      'addr',
      'del',
      `${this.#layout.vip}/${prefixOf(this.#layout)}`,
      'dev',
      this.#layout.nic,
    )
  }

  /** Waits until the host's kernel says that the VIP is there (or gone). */
  async vip(host: HostName, there: boolean, ms = 15_000): Promise<void> {
    const log = this.#log(host)
    const look = (): true | undefined => {
      const last = holdingsOf(host, this.#layout.vip, log.lines).at(-1)
      return (last?.to === Number.POSITIVE_INFINITY) === there ? true : undefined
    }
    await log.until(look, `VIP on ${host}: ${there}`, ms)
  }

  adverts(): SeenAdvert[] {
    return this.#packets.lines.flatMap((line) => parseAdvert(line) ?? [])
  }

  /** The first advert after `since` (count of adverts) that fits; waits for it. */
  advert(fits: (advert: SeenAdvert) => boolean, since = 0, ms = 15_000): Promise<SeenAdvert> {
    return this.#packets.until(() => this.adverts().slice(since).find(fits), 'advert', ms)
  }

  gratuitousArps(): number[] {
    const { vip } = this.#layout
    const pattern = new RegExp(`^(\\S+) ARP, Request who-has ${vip} \\(ff:ff:ff:ff:ff:ff\\) tell ${vip}`)
    return this.#packets.lines.flatMap((line) => {
      const time = pattern.exec(line)?.[1]
      return time === undefined ? [] : [Number(time)]
    })
  }

  neighbourAdvertisements(): number[] {
    const pattern = new RegExp(`^(\\S+) IP6 \\S+ > ff02::1: ICMP6, neighbor advertisement, tgt is ${this.#layout.vip},`)
    return this.#packets.lines.flatMap((line) => {
      const time = pattern.exec(line)?.[1]
      return time === undefined ? [] : [Number(time)]
    })
  }

  /** Waits for so many gratuitous ARPs, or neighbour advertisements, after `at` (s). */
  async announced(count: number, at: number, ms = 15_000): Promise<void> {
    const enough = (): true | undefined =>
      [...this.gratuitousArps(), ...this.neighbourAdvertisements()].filter((seen) => seen > at).length >= count
        ? true
        : undefined
    await this.#packets.until(enough, `${count} announcements`, ms)
  }

  /** Who had the VIP when. A holding that goes on ends at infinity. */
  holdings(): Holding[] {
    return HOSTS.flatMap((host) => holdingsOf(host, this.#layout.vip, this.#log(host).lines))
  }

  /** Waits until the holdings are as `find` wants them. */
  holding<Found>(find: (all: readonly Holding[]) => Found | undefined, ms?: number): Promise<Found> {
    const one = (host: HostName): Promise<Found> => this.#log(host).until(() => find(this.holdings()), 'holding', ms)
    return Promise.any(HOSTS.map(one))
  }

  /** Seconds in which both had it, until now: each host's monitor tells in its own time. */
  async overlaps(): Promise<number[]> {
    await Promise.all(HOSTS.map((host) => this.#untilMonitored(host)))
    const all = this.holdings()
    return all.flatMap((one) =>
      all.filter((two) => one.host < two.host && overlap(one, two) > 0).map((two) => overlap(one, two)),
    )
  }

  /** Starts a program inside a host; ended at the latest by `close`. */
  spawn(host: HostName | 'switch', command: string, ...words: string[]): ChildProcess {
    const all = ['netns', 'exec', `${this.#prefix}-${host}`, command, ...words]
    const env = { ...process.env, TZ: 'UTC' }
    const child = spawn('ip', all, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env })
    this.#children.push(child)
    return child
  }

  /** A child that `close` ends. */
  adopt(child: ChildProcess): void {
    this.#children.push(child)
  }

  #log(host: HostName): LineLog {
    const log = this.#addresses.get(host)
    if (log === undefined) throw new Error(`no address log of ${host}`)
    return log
  }

  #build(): void {
    const bridge = `${this.#prefix}-switch`
    const { nic, addresses } = this.#layout
    ip('netns', 'add', bridge)
    ip('-n', bridge, 'link', 'add', 'br0', 'type', 'bridge')
    ip('-n', bridge, 'link', 'set', 'br0', 'up')
    for (const host of HOSTS) {
      const own = this.namespace(host)
      ip('netns', 'add', own)
      ip('-n', own, 'link', 'add', nic, 'type', 'veth', 'peer', 'name', `port-${host}`, 'netns', bridge)
      ip('-n', bridge, 'link', 'set', `port-${host}`, 'master', 'br0', 'up')
      ip('-n', own, 'link', 'set', 'lo', 'up')
      ip('-n', own, 'link', 'set', nic, 'up')
      // keepalived does not wait for the end of duplicate address detection.
      const checked = prefixOf(this.#layout) === 64 ? ['nodad'] : []
      ip('-n', own, 'addr', 'add', `${addresses[host]}/${prefixOf(this.#layout)}`, 'dev', nic, ...checked)
    }
  }

  async #watch(): Promise<void> {
    const filter = 'ip proto 112 or ip proto 51 or ip6 proto 112 or arp or icmp6[0] == 136'
    const dump = this.spawn('switch', 'tcpdump', '-i', 'br0', '-n', '-tt', '-l', '--immediate-mode', filter)
    this.#packets = new LineLog(dump.stdout, dump.stderr)
    for (const host of HOSTS) {
      const monitor = this.spawn(host, 'ip', '-o', '-ts', 'monitor', 'address')
      this.#addresses.set(host, new LineLog(monitor.stdout))
    }
    await this.#packets.line(/listening on/)
    for (const host of HOSTS) await this.#untilMonitored(host)
  }

  /** The monitor doesn't say how far it is: show it an address until it tells of it. */
  async #untilMonitored(host: HostName): Promise<void> {
    const log = this.#log(host)
    const since = log.lines.length
    const probe = setInterval(() => {
      ip('-n', this.namespace(host), 'addr', 'add', '192.0.2.1/32', 'dev', 'lo')
      ip('-n', this.namespace(host), 'addr', 'del', '192.0.2.1/32', 'dev', 'lo')
    }, 50)
    try {
      await log.line(/192\.0\.2\.1/, since)
    } finally {
      clearInterval(probe)
    }
  }
}

/** Namespaces of test processes that were killed before they could clean up. */
function removeAbandoned(): void {
  for (const [, name = '', pid = ''] of ip('netns', 'list').matchAll(/^(mmha-wire-(\d+)-\S+)/gm)) {
    if (!existsSync(`/proc/${pid}`)) ip('netns', 'del', name)
  }
}

function parseAdvert(line: string): SeenAdvert | null {
  const match =
    /^(\S+) IP6? (\S+) > \S+ (?:AH\(.*\): )?VRRPv(\d), Advertisement, (?:\(ttl \d+\), )?vrid (\d+), prio (\d+)/.exec(
      line,
    )
  if (match === null) return null
  const [version = Number.NaN, vrid = Number.NaN, priority = Number.NaN] = match.slice(3).map(Number)
  return { at: Number(match[1]), from: match[2] ?? '', version, vrid, priority }
}

function holdingsOf(host: HostName, vip: string, lines: readonly string[]): Holding[] {
  const found: Holding[] = []
  let from: number | null = null
  for (const line of lines) {
    const match = /^\[(\S+?)\] (Deleted )?.* inet6? (\S+)\//.exec(line)
    if (match === null || match[3] !== vip) continue
    const at = Date.parse(`${match[1]}Z`) / 1000 + microseconds(match[1] ?? '')
    if (match[2] === undefined) from ??= at
    else if (from !== null) {
      found.push({ host, from, to: at })
      from = null
    }
  }
  if (from !== null) found.push({ host, from, to: Number.POSITIVE_INFINITY })
  return found
}

/** Date.parse stops at milliseconds. */
function microseconds(stamp: string): number {
  return Number(`0.000${/\.\d{3}(\d+)/.exec(stamp)?.[1] ?? '0'}`)
}

function overlap(one: Holding, two: Holding): number {
  return Math.min(one.to, two.to) - Math.max(one.from, two.from)
}

/** The whole group: `ip netns exec` becomes the program, which may have children. */
export function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    // It leads no group, or has gone.
    child.kill(signal)
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  const running = child.exitCode === null && child.signalCode === null
  const gone = new Promise<void>((resolve) => {
    if (running) child.once('exit', () => resolve())
    else resolve()
  })
  killGroup(child, 'SIGKILL')
  await gone
}
