import { acknowledgements, downtimeOf } from '../../../src/drill/analysis/gaps.ts'
import { type Bounds, overlapOf } from '../../../src/drill/analysis/intervals.ts'
import { checkLedger } from '../../../src/drill/analysis/ledger-check.ts'
import type { DrilledPair } from '../../../src/drill/drilled-pair.ts'
import type { PowerSwitch } from '../../../src/drill/faults/fault.ts'
import { findServer } from '../../../src/drill/faults/server-process.ts'
import { REGISTERS } from '../../../src/drill/options.ts'
import { readDrillData } from '../../../src/drill/pair/drill-data.ts'
import { sameTransactions } from '../../../src/drill/pair/whole.ts'
import { registerStatement } from '../../../src/drill/schema.ts'
import { abortable, until } from '../../../src/drill/until.ts'
import type { WriterClient } from '../../../src/drill/writer-client.ts'
import type { Host } from '../../../src/inventory/inventory.ts'
import { FAULTS, type FaultContext, type FaultName } from './faults.ts'
import type { RunFigures } from './figures.ts'
import { journalOf, type Step, stepsOf } from './profile.ts'
import type { Side } from './sides.ts'

/** ms of writing before a fault. */
const SETTLE = 600
const RESUME = 60_000
const WHOLE = 120_000

export interface Bench {
  readonly pair: DrilledPair
  readonly writer: WriterClient
  readonly writers: number
  readonly power: PowerSwitch
  /** Logs in to a server as the clients do; see `--cold`. */
  readonly visit: (host: Host) => Promise<void>
  readonly signal: AbortSignal
}

export interface OneRun {
  readonly figures: RunFigures
  readonly steps: readonly Step[]
}

/** One fault, once, on a pair that is whole: writes flow, the fault hits, clients come back, everything is repaired. */
export async function runOnce(name: FaultName, side: Side, phase: string, bench: Bench): Promise<OneRun> {
  const { pair, writer, power, signal } = bench
  const fault = FAULTS[name]
  const holder = pair.holder()
  if (holder === null) throw new Error('the pair is not whole')
  const sampler = pair.sampler(holder)
  const context: FaultContext = { pair, side, holder, sampler, server: await findServer(sampler), power, signal }
  await sampler.query(registerStatement(phase, REGISTERS))
  for (const host of pair.masters) await bench.visit(host)
  const started = pair.now()
  const clients: Step[] = []
  const deaf = writer.listen((message) => {
    if (message.t === 'lost' || message.t === 'connected') clients.push({ what: message.t, at: message.mono })
  })
  try {
    writer.send({ t: 'phase', phase })
    await abortable(writer.acknowledgedSince(started + SETTLE, RESUME), signal)
    pair.takeWorstLook()
    const injected = await abortable(fault.inject(context), signal)
    // A writer that gets no answer gives it up after 300 ms; until then an old answer may look like a new one.
    const back = await abortable(writer.acknowledgedSince(injected.end + 100, RESUME), signal).then(
      () => true,
      () => false,
    )
    signal.throwIfAborted()
    const resumed = pair.now()
    const successor = holderNow(pair)
    const seen = back && successor !== null ? await readDrillData(pair.sampler(successor), phase) : null
    const steps = await journals(bench, injected.begin)
    await fault.repair(context)
    const notWhole = await side.whole(pair, WHOLE, signal)
    const records = await writer.finishPhase()
    await until(20_000, 100, signal, async () => (sameTransactions(await pair.look()) ? true : undefined))
    const end = records.reduce((last, record) => Math.max(last, record.end), injected.end)
    const gap = downtimeOf(records, bench.writers, injected.begin, resumed, end)
    const last = pair.holder() ?? holder
    const ledger = checkLedger(records, await readDrillData(pair.sampler(last), phase))
    const there = new Set(seen?.rows.map(({ id }) => id))
    const before = records.filter(
      ({ kind, outcome, end: at }) => kind === 'insert' && outcome === 'ok' && at < injected.begin,
    )
    const [a, b] = pair.bounds()
    const clip = (list: readonly { readonly start: number; readonly end: number }[]) =>
      list.filter((interval) => interval.end > started).map((i) => ({ ...i, start: Math.max(i.start, started) }))
    const vip = (bounds: typeof a) => ({
      certain: clip(bounds?.vip.certain ?? []),
      possible: clip(bounds?.vip.possible ?? []),
    })
    const first = acknowledgements(records).find((at) => gap.outage.to !== null && at >= gap.outage.to)
    return {
      figures: {
        gap: back ? gap.overall : null,
        double: overlapOf(vip(a), vip(b), pair.clockUncertainty).certain,
        worstLook: pair.takeWorstLook(),
        missing: seen === null ? 0 : before.filter(({ key }) => !there.has(key)).length,
        lost: ledger.lost.length + ledger.reverted.length,
        moved: successor !== null && successor.name !== holder.name,
        notWhole,
      },
      steps: [
        ...steps,
        ...clientSteps(clients, injected.begin),
        ...addressSteps([a, b], holder.name, injected.begin),
        { what: 'last write before', at: gap.outage.from - injected.begin },
        ...(first === undefined ? [] : [{ what: 'first write again', at: first - injected.begin }]),
      ],
    }
  } finally {
    deaf()
  }
}

/** The living host with the VIP; one that has lost its power was last seen with it. */
function holderNow(pair: DrilledPair): Host | null {
  const holders = pair.masters.filter((host) => !pair.sampler(host).lost && pair.sampler(host).held)
  return holders.length === 1 ? (holders[0] ?? null) : null
}

async function journals({ pair }: Bench, since: number): Promise<readonly Step[]> {
  const living = pair.masters.filter((host) => !pair.sampler(host).lost)
  const lines = await Promise.all(living.map((host) => journalOf(pair.sampler(host), since)))
  return stepsOf(lines.flat(), since)
}

/** When the address was seen on the holder last, and on the other host first. It is looked for every 2 ms. */
function addressSteps(
  bounds: readonly ({ readonly name: string; readonly vip: Bounds } | undefined)[],
  holder: string,
  fault: number,
): Step[] {
  const steps = bounds.flatMap((host): Step[] => {
    const intervals = host?.vip.certain ?? []
    if (host?.name !== holder) {
      const came = intervals.find(({ start }) => start >= fault)
      return came === undefined ? [] : [{ what: 'address first seen on the successor', at: came.start - fault }]
    }
    const went = intervals.find(({ end }) => end >= fault)
    return went === undefined ? [] : [{ what: 'address last seen on the holder', at: went.end - fault }]
  })
  return steps.filter(({ at }) => Number.isFinite(at))
}

/** When the first and the last client knew that its session was over, and the first one had a new one. */
function clientSteps(clients: readonly Step[], fault: number): Step[] {
  const times = (what: string) =>
    clients.filter((step) => step.what === what && step.at >= fault).map(({ at }) => at - fault)
  const lost = times('lost')
  const connected = times('connected')
  return [
    ...(lost.length === 0 ? [] : [{ what: 'first client cut off', at: Math.min(...lost) }]),
    ...(lost.length === 0 ? [] : [{ what: 'last client cut off', at: Math.max(...lost) }]),
    ...(connected.length === 0 ? [] : [{ what: 'first client logged in again', at: Math.min(...connected) }]),
  ]
}
