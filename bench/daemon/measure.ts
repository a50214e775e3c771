import { spawn } from 'node:child_process'
import { cpus } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { Daemons } from '../../test/wire/daemon.ts'
import { LAYOUT, Segment } from '../../test/wire/segment.ts'
import { usageOf } from './process-tree.ts'
import { type Quantiles, quantiles } from './quantiles.ts'
import { type Side, start } from './sides.ts'

export interface Plan {
  readonly bundle: string
  /** s of looking at a daemon that does nothing but its adverts. */
  readonly idleS: number
  /** s of adverts every 0.1 s. */
  readonly jitterS: number
  /** Handovers of each kind. */
  readonly runs: number
}

/** Daemons that have just started still compile and load; gratuitous ARP goes out once more after 5 s. */
const SETTLE_MS = 9000
let opened = 0
const open = new Set<() => Promise<void>>()

/** Ends what runs and removes the namespaces, when somebody has had enough. */
export async function abandon(): Promise<void> {
  await Promise.all([...open].map((close) => close()))
}

async function onSegment<Result>(bundle: string, work: (segment: Segment, daemons: Daemons) => Promise<Result>) {
  opened += 1
  const segment = await Segment.open(`bench${opened}`, LAYOUT)
  const daemons = new Daemons(segment, bundle)
  const close = async () => {
    if (!open.delete(close)) return
    daemons.close()
    await segment.close()
  }
  open.add(close)
  try {
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

/** A master with `count` instances, one advert a second each. */
export function idle(plan: Plan, side: Side, count: number): Promise<Idle> {
  return onSegment(plan.bundle, async (segment, daemons) => {
    // Host b is on the Node.js that is shipped.
    const daemon = start(daemons, side, 'b', { count, priority: 100, advertInterval: 1 })
    await segment.vip('b', true, 60_000)
    await pause(SETTLE_MS)
    const before = usageOf(daemon.pid)
    const began = performance.now()
    await pause(plan.idleS * 1000)
    const after = usageOf(daemon.pid)
    const cpuPercent = (after.cpuNs - before.cpuNs) / 1e4 / (performance.now() - began)
    return { cpuPercent, pssMib: after.pssKib / 1024, processes: after.processes }
  })
}

/** ms by which adverts are off their 100 ms, by the kernel's time stamps on the bridge. */
export function jitter(plan: Plan, side: Side, loaded: boolean): Promise<Quantiles> {
  return onSegment(plan.bundle, async (segment, daemons) => {
    start(daemons, side, 'b', { count: 1, priority: 100, advertInterval: 0.1 })
    await segment.vip('b', true, 60_000)
    const burners = loaded ? cpus().map(() => spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' })) : []
    const relieve = () => {
      for (const burner of burners) burner.kill('SIGKILL')
    }
    process.once('exit', relieve)
    try {
      await pause(SETTLE_MS)
      const since = segment.adverts().length
      await pause(plan.jitterS * 1000)
      const times = segment
        .adverts()
        .slice(since)
        .map(({ at }) => at)
      return quantiles(times.slice(1).map((at, index) => Math.abs((at - (times[index] ?? at)) * 1000 - 100)))
    } finally {
      relieve()
      process.removeListener('exit', relieve)
    }
  })
}

/** ms from the holder's signal until the other host has the address; 1 s adverts. */
export async function handover(plan: Plan, side: Side, signal: 'SIGTERM' | 'SIGKILL'): Promise<Quantiles> {
  const taken: number[] = []
  for (let run = 0; run < plan.runs; run++) {
    const ms = await onSegment(plan.bundle, async (segment, daemons) => {
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
