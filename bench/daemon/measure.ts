import { spawn } from 'node:child_process'
import { cpus } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { Daemons } from '../../test/wire/daemon.ts'
import { runtimeOf } from '../../test/wire/environment.ts'
import { type HostName, LAYOUT, Segment } from '../../test/wire/segment.ts'
import { DatabasePair } from './database-pair.ts'
import { usageOf } from './process-tree.ts'
import { type Quantiles, quantiles } from './quantiles.ts'
import { type Side, start } from './sides.ts'

export interface Plan {
  readonly bundle: string
  /** A copy of the shipped Node.js that nobody else runs: what is shared with others would not be counted in full. */
  readonly runtime: string
  /** s of looking at a daemon that does nothing but its adverts. */
  readonly idleS: number
  /** s of adverts. */
  readonly jitterS: number
  /** Handovers of each kind. */
  readonly runs: number
}

/** Gratuitous ARP goes out once more after 5 s, and Node.js gives back what its start has left. */
const SETTLE_MS = 6000
/** A daemon that has just started still compiles: so long as it takes more than this of a core it is not at rest. */
const BUSY_PERCENT = 2
const PATIENCE_MS = 30_000
let opened = 0
let abandoned = false
const beginning = new Set<Promise<Segment>>()
const open = new Set<() => Promise<void>>()

/** Ends what runs and removes the namespaces, when somebody has had enough. */
export async function abandon(): Promise<void> {
  abandoned = true
  await Promise.allSettled(beginning)
  await Promise.all([...open].map((close) => close()))
}

export async function onSegment<Result>(plan: Plan, work: (segment: Segment, daemons: Daemons) => Promise<Result>) {
  if (abandoned) throw new Error('abandoned')
  opened += 1
  const made = Segment.open(`bench${opened}`, LAYOUT)
  beginning.add(made)
  const segment = await made.finally(() => beginning.delete(made))
  const daemons = new Daemons(segment, plan.bundle, () => plan.runtime)
  let closed: Promise<void> | null = null
  const close = (): Promise<void> => {
    closed ??= segment.close().finally(() => {
      daemons.close()
      open.delete(close)
    })
    return closed
  }
  open.add(close)
  try {
    if (abandoned) throw new Error('abandoned')
    return await work(segment, daemons)
  } finally {
    await close()
  }
}

export interface Idle {
  /** Per cent of one core. */
  readonly cpuPercent: number
  readonly pssMib: number
  readonly processes: number
}

/** What it takes while nothing happens. @param pid the first of its processes */
async function atRest({ idleS }: Plan, pid: number): Promise<Idle> {
  await settled(pid)
  return during(pid, idleS * 1000)
}

async function during(pid: number, ms: number): Promise<Idle> {
  const before = usageOf(pid)
  const began = performance.now()
  await pause(ms)
  const after = usageOf(pid)
  const cpuPercent = (after.cpuNs - before.cpuNs) / 1e4 / (performance.now() - began)
  return { cpuPercent, pssMib: after.pssKib / 1024, processes: after.processes }
}

async function settled(pid: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  await pause(SETTLE_MS)
  while ((await during(pid, 1000)).cpuPercent > BUSY_PERCENT && performance.now() < deadline);
}

/** A master with `count` instances, one advert a second each. */
export function idle(plan: Plan, side: Side, count: number): Promise<Idle> {
  return onSegment(plan, async (segment, daemons) => {
    const daemon = start(daemons, side, 'b', { count, priority: 100, advertInterval: 1 })
    await segment.vip('b', true, 60_000)
    return atRest(plan, daemon.pid)
  })
}

/** The holder of a pair with databases, which are at rest, too. */
export function idleWithDatabase(plan: Plan): Promise<Idle> {
  return onSegment(plan, async (segment, { dir }) => {
    // The other host's daemon shares no memory with it, as on another host.
    const runtime = (host: HostName): string => (host === 'a' ? plan.runtime : runtimeOf(host))
    const [holder] = await new DatabasePair({ segment, dir, bundle: plan.bundle, runtime }).start()
    return atRest(plan, holder.pid)
  })
}

/** The same of a Node.js that does nothing at all: what no program for it can be below. */
export function idleRuntime(plan: Plan): Promise<Idle> {
  return onSegment(plan, (segment) => {
    const child = segment.spawn('b', plan.runtime, '--max-semi-space-size=1', '-e', 'setInterval(() => {}, 1e6)')
    return atRest(plan, child.pid ?? -1)
  })
}

export interface Jitter {
  readonly count: number
  readonly loaded: boolean
}

/** ms between two adverts: as often as they can be looked at one by one, since 1,000 packets a second would not all be seen. */
export function intervalOf({ count }: Pick<Jitter, 'count'>): number {
  return count === 1 ? 100 : 1000
}

/** ms by which each instance's adverts are off their interval, by the kernel's time stamps on the bridge. */
export function jitter(plan: Plan, side: Side, { count, loaded }: Jitter): Promise<Quantiles> {
  const intervalMs = intervalOf({ count })
  return onSegment(plan, async (segment, daemons) => {
    const daemon = start(daemons, side, 'b', { count, priority: 100, advertInterval: intervalMs / 1000 })
    await segment.vip('b', true, 60_000)
    await settled(daemon.pid)
    const burners = loaded ? cpus().map(() => spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })) : []
    const relieve = () => {
      for (const burner of burners) burner.kill('SIGKILL')
    }
    process.once('exit', relieve)
    try {
      const since = segment.adverts().length
      await pause(plan.jitterS * 1000)
      const heard = segment.adverts().slice(since)
      const instances = Array.from({ length: count }, (_, index) => heard.filter(({ vrid }) => vrid === index + 1))
      return quantiles(
        instances.flatMap((adverts) =>
          offBeat(
            adverts.map(({ at }) => at),
            intervalMs,
          ),
        ),
      )
    } finally {
      relieve()
      process.removeListener('exit', relieve)
    }
  })
}

/** @param times s */
function offBeat(times: readonly number[], intervalMs: number): number[] {
  return times.slice(1).map((at, index) => Math.abs((at - (times[index] ?? at)) * 1000 - intervalMs))
}

/** ms from the holder's signal until the other host has the address; 1 s adverts. */
export async function handover(plan: Plan, side: Side, signal: 'SIGTERM' | 'SIGKILL'): Promise<Quantiles> {
  const taken: number[] = []
  for (let run = 0; run < plan.runs; run++) {
    const ms = await onSegment(plan, async (segment, daemons) => {
      const holder = start(daemons, side, 'a', { count: 1, priority: 101, advertInterval: 1 })
      await segment.vip('a', true, 60_000)
      const standby = start(daemons, side, 'b', { count: 1, priority: 100, advertInterval: 1 })
      await standby.enters('BACKUP', 60_000)
      await pause(1500)
      const began = Date.now()
      if (signal === 'SIGTERM') holder.signal(signal)
      else holder.signalAll(signal)
      await segment.vip('b', true, 60_000)
      const since = segment.holdings().find(({ host }) => host === 'b')?.from ?? Number.NaN
      return since * 1000 - began
    })
    taken.push(ms)
  }
  return quantiles(taken)
}
