import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Daemon, Daemons, InstanceText } from './daemon.ts'
import { type HostName, Segment } from './segment.ts'

/** What is tried between ours and keepalived: who holds, who follows, how they speak, and what happens to the holder. */

export type Kind = 'ours' | 'keepalived'
export type Pair = readonly [holder: Kind, standby: Kind]
export const FAULTS = ['stop', 'kill', 'silence', 'priority'] as const
export type Fault = (typeof FAULTS)[number]

export interface Flavour {
  readonly version: 2 | 3
  /** s */
  readonly advertInterval: number
  readonly password?: string
  readonly nopreempt: boolean
  readonly unicast?: boolean
  /** On a segment with IPv6 addresses. */
  readonly ipv6?: boolean
}

export const FLAVOURS = {
  'v2 PASS, nopreempt': { version: 2, advertInterval: 1, password: 'wire1234', nopreempt: true },
  'v2 PASS, preempt': { version: 2, advertInterval: 1, password: 'wire1234', nopreempt: false },
  'v3 1 s, nopreempt': { version: 3, advertInterval: 1, nopreempt: true },
  'v3 1 s, preempt': { version: 3, advertInterval: 1, nopreempt: false },
  'v3 0.1 s, nopreempt': { version: 3, advertInterval: 0.1, nopreempt: true },
  'v3 0.1 s, preempt': { version: 3, advertInterval: 0.1, nopreempt: false },
  'v3 0.5 s unicast, nopreempt': { version: 3, advertInterval: 0.5, nopreempt: true, unicast: true },
  'v3 0.5 s unicast, preempt': { version: 3, advertInterval: 0.5, nopreempt: false, unicast: true },
  'v3 0.5 s IPv6, nopreempt': { version: 3, advertInterval: 0.5, nopreempt: true, ipv6: true },
  'v3 0.5 s IPv6, preempt': { version: 3, advertInterval: 0.5, nopreempt: false, ipv6: true },
} as const satisfies Readonly<Record<string, Flavour>>
export type FlavourName = keyof typeof FLAVOURS

export interface Cell {
  readonly pair: Pair
  readonly flavour: FlavourName
  readonly fault: Fault
}

export function nameOf({ pair: [holder, standby], flavour, fault }: Cell): string {
  return `${holder} → ${standby}, ${flavour}: ${fault}`
}

const KINDS = ['ours', 'keepalived'] as const
const PAIRS: readonly Pair[] = KINDS.flatMap((holder) => KINDS.map((standby): Pair => [holder, standby]))
const NAMES = Object.keys(FLAVOURS) as FlavourName[]

export const EVERYTHING: readonly Cell[] = PAIRS.flatMap((pair) =>
  NAMES.flatMap((flavour) => FAULTS.map((fault): Cell => ({ pair, flavour, fault }))),
)

/** Each flavour with each mixed pair once, and each fault with each pair once: what one run of the tests has time for. */
export const SELECTION: readonly Cell[] = [
  ...NAMES.flatMap((flavour, index): Cell[] => [
    { pair: ['ours', 'keepalived'], flavour, fault: FAULTS[index % 4] ?? 'stop' },
    { pair: ['keepalived', 'ours'], flavour, fault: FAULTS[(index + 1) % 4] ?? 'stop' },
  ]),
  ...FAULTS.flatMap((fault, index): Cell[] => {
    const flavour = NAMES[(2 * index + 5) % NAMES.length]
    return flavour === undefined ? [] : [{ pair: ['ours', 'ours'], flavour, fault }]
  }),
]

const PRIORITIES: Readonly<Record<HostName, number>> = { a: 254, b: 253 }

/** A kernel lease counts whole seconds, so it only fits under adverts of half a second and more. */
const LEASE = 1

/** s; of version 2 in parts of a second, of version 3 in parts of the interval. */
function skew({ version, advertInterval }: Flavour, priority: number): number {
  return ((256 - priority) / 256) * (version === 2 ? 1 : advertInterval)
}

function masterDown(flavour: Flavour, priority: number): number {
  return 3 * flavour.advertInterval + skew(flavour, priority)
}

/** Clocks of different watchers. */
const EARLY = 0.01

class Trial {
  readonly #segment: Segment
  readonly #daemons: Daemons
  readonly #cell: Cell
  readonly flavour: Flavour

  constructor(segment: Segment, daemons: Daemons, cell: Cell) {
    this.#segment = segment
    this.#daemons = daemons
    this.#cell = cell
    this.flavour = FLAVOURS[cell.flavour]
  }

  async established(): Promise<{ holder: Daemon; standby: Daemon }> {
    this.weigh('a', 0)
    this.weigh('b', 0)
    const [first, second] = this.#cell.pair
    const holder = this.#daemons[first]('a', this.#text('a'))
    await holder.enters('MASTER', 30_000)
    await this.#segment.vip('a', true, 30_000)
    const standby = this.#daemons[second]('b', this.#text('b'))
    await standby.enters('BACKUP', 30_000)
    // It has heard the holder when two adverts have passed.
    await this.more(2)
    expect(this.#segment.hasVip('b')).toBe(false)
    return { holder, standby }
  }

  /** Waits until `count` more adverts were sent. */
  async more(count: number): Promise<void> {
    const seen = this.#segment.adverts().length
    await this.#segment.advert(() => this.#segment.adverts().length >= seen + count, seen, 30_000)
  }

  /** @param number added to the host's priority */
  weigh(host: HostName, number: number): void {
    writeFileSync(this.#file(host), `${number}\n`)
  }

  /** The address that a host's adverts come from. */
  sender(host: HostName): string {
    return this.flavour.ipv6 === true ? this.#segment.linkLocal(host) : Segment.address(host)
  }

  /** Does the holder's VIP end with its daemon, however that ends? */
  get leased(): boolean {
    return this.#cell.pair[0] === 'ours' && this.flavour.advertInterval >= 0.5
  }

  #file(host: HostName): string {
    return join(this.#daemons.dir, `number-${host}`)
  }

  #text(host: HostName): InstanceText {
    const { unicast, ...flavour } = this.flavour
    const peer = host === 'a' ? 'b' : 'a'
    const ours = this.#cell.pair[host === 'a' ? 0 : 1] === 'ours'
    return {
      ...flavour,
      priority: PRIORITIES[host],
      trackFile: this.#file(host),
      ...(unicast === true ? { unicast: [Segment.address(host), Segment.address(peer)] as const } : {}),
      ...(ours && flavour.advertInterval >= 0.5 ? { lease: LEASE } : {}),
    }
  }
}

/** One cell of the matrix, from start to verdict. */
export async function tryCell(segment: Segment, daemons: Daemons, cell: Cell): Promise<void> {
  const trial = new Trial(segment, daemons, cell)
  const { holder } = await trial.established()
  if (cell.fault === 'stop') await stops(segment, trial, holder)
  else if (cell.fault === 'priority') await losesPriority(segment, trial)
  else await fallsSilent(segment, trial, holder, cell)
}

async function stops(segment: Segment, trial: Trial, holder: Daemon): Promise<void> {
  const { flavour } = trial
  const seen = segment.adverts().length
  holder.signal('SIGTERM')
  const zero = await segment.advert(({ priority }) => priority === 0, seen)
  const taken = await segment.advert(({ from }) => from === trial.sender('b'), seen)
  await segment.vip('b', true)
  await segment.vip('a', false)
  // Skew_Time, which is much less than waiting for adverts that don't come.
  expect(taken.at - zero.at).toBeGreaterThan(skew(flavour, PRIORITIES.b) - EARLY)
  if (flavour.advertInterval >= 0.5) expect(taken.at - zero.at).toBeLessThan(masterDown(flavour, PRIORITIES.b) - 0.5)
  await segment.announced(5, zero.at)
  await holder.exited()
}

async function fallsSilent(segment: Segment, trial: Trial, holder: Daemon, { fault, pair }: Cell): Promise<void> {
  const { flavour, leased } = trial
  holder.signalAll(fault === 'kill' ? 'SIGKILL' : 'SIGSTOP')
  const taken = await segment.advert(({ from, priority }) => from === trial.sender('b') && priority > 0, 0, 30_000)
  await segment.vip('b', true)
  const last = segment.adverts().findLast(({ from, at }) => from === trial.sender('a') && at < taken.at)
  expect(taken.at - (last?.at ?? 0)).toBeGreaterThan(masterDown(flavour, PRIORITIES.b) - EARLY)
  if (leased) expect(await segment.overlaps()).toEqual([])
  // keepalived does not know that its address stays on a host whose daemon was killed.
  expect(segment.hasVip('a')).toBe(!leased)
  if (fault === 'kill') return
  holder.signalAll('SIGCONT')
  // Of two masters the higher priority stays; ours does not believe that it still is one, and preempts where it may.
  const winner: HostName = pair[0] === 'ours' && flavour.nopreempt ? 'b' : 'a'
  await segment.vip(winner, true, 30_000)
  await segment.vip(winner === 'a' ? 'b' : 'a', false, 30_000)
}

async function losesPriority(segment: Segment, trial: Trial): Promise<void> {
  const { flavour } = trial
  const seen = segment.adverts().length
  trial.weigh('a', -54)
  await segment.advert(({ from, priority }) => from === trial.sender('a') && priority === 200, seen)
  if (flavour.nopreempt) {
    // Longer than the Master_Down_Interval of the other.
    await trial.more(5)
    expect(segment.adverts().every(({ from }) => from === trial.sender('a'))).toBe(true)
    expect(segment.hasVip('b')).toBe(false)
    trial.weigh('a', 0)
    await segment.advert(({ priority }) => priority === 254, segment.adverts().length)
    return
  }
  await segment.vip('b', true, 30_000)
  await segment.vip('a', false, 30_000)
  trial.weigh('a', 0)
  await segment.vip('a', true, 30_000)
  await segment.vip('b', false, 30_000)
}
