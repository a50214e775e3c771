import type { EventCode } from '../events/codes.ts'
import type { Sink } from '../events/event.ts'
import type { Host } from '../inventory/inventory.ts'
import type { DrilledPair } from './drilled-pair.ts'
import { compareData } from './equality.ts'
import { evaluate } from './evaluate.ts'
import type { Fault, FaultContext, PowerSwitch } from './faults/fault.ts'
import { findServer } from './faults/server-process.ts'
import type { RunResult } from './result.ts'
import { registerStatement } from './schema.ts'
import { abortable } from './until.ts'
import type { WriterClient } from './writer-client.ts'

export interface ScenarioContext {
  readonly pair: DrilledPair
  readonly writer: WriterClient
  readonly writers: number
  readonly registers: number
  readonly power: PowerSwitch | null
  readonly sink: Sink
  readonly signal: AbortSignal
}

/** ms of writing before the fault and after the pair is whole again. */
const SETTLE = 1000
/** ms; a pair that takes longer has failed. */
const RESUME = 60_000
const BOOT = 180_000
const WHOLE = 120_000

/** One fault, once: writes flow, the fault hits, clients come back, the host is repaired, the data is compared. */
export async function runScenario(fault: Fault, run: number, context: ScenarioContext): Promise<RunResult> {
  const { pair, writer, sink, signal } = context
  const holder = pair.holder()
  if (holder === null) throw new Error('a scenario was started on a pair that is not whole')
  const phase = `${fault.name}-${run}`
  const say = (code: EventCode, message: string): void =>
    sink({ code, level: 'info', message, host: holder.name, data: { fault: fault.name, run } })

  const marks: { at: number; text: string }[] = []
  const mark = (text: string): void => {
    marks.push({ at: pair.now(), text })
  }
  await pair.sampler(holder).query(registerStatement(phase, context.registers))
  const started = pair.now()
  writer.send({ t: 'phase', phase })
  await abortable(writer.acknowledgedSince(started + SETTLE, 30_000), signal)
  const injection = await faultContext(holder, context)
  pair.takeWorstLook()

  say('drill.fault', fault.title)
  const at = new Date()
  const injected = await abortable(fault.inject(injection), signal).catch(async (error: unknown) => {
    await undo(fault, injection, holder, context)
    throw error
  })
  const late = { resumed: pair.now(), repair: null as number | null, whole: null as number | null }
  let notWhole: readonly string[] = []
  let repaired = false
  try {
    await abortable(writer.acknowledgedSince(injected.end + 100, RESUME), signal).catch((error: unknown) => {
      signal.throwIfAborted()
      sink({
        code: 'drill.not-resumed',
        level: 'error',
        message: error instanceof Error ? error.message : String(error),
        host: holder.name,
      })
    })
    late.resumed = pair.now()
    say('drill.resumed', 'clients write again; bringing this host back')

    late.repair = pair.now()
    mark(fault.takesHost ? `power back on ${holder.name}` : `database started on ${holder.name}`)
    await abortable(fault.repair(injection), signal)
    repaired = true
    if (fault.takesHost) {
      await pair.watchAgain(holder, BOOT, signal)
      mark(`${holder.name} answers`)
    }
    const end = await pair.whole(WHOLE, signal)
    if ('pair' in end) {
      late.whole = pair.now()
      mark('pair whole again')
      say('drill.whole', `the pair is whole again after ${seconds(late.whole - injected.begin)}`)
    } else {
      notWhole = end.problems
    }
    await abortable(writer.acknowledgedSince(pair.now() + SETTLE, RESUME), signal).catch(() => signal.throwIfAborted())
  } finally {
    if (!repaired) await undo(fault, injection, holder, context)
  }
  const records = await writer.finishPhase()
  const compared = await compareData(pair, phase, signal)
  return evaluate({ fault, run, at, holder, context, injected, ...late, notWhole, records, compared, marks })
}

async function faultContext(holder: Host, { pair, power }: ScenarioContext): Promise<FaultContext> {
  const sampler = pair.sampler(holder)
  return { holder, sampler, server: await findServer(sampler), power, now: () => pair.now() }
}

/** Brings the host back when the drill ends early; what can't be undone is said, and does not hide the first error. */
async function undo(fault: Fault, injection: FaultContext, holder: Host, context: ScenarioContext): Promise<void> {
  const never = new AbortController().signal
  try {
    await fault.repair(injection)
    if (fault.takesHost) await context.pair.watchAgain(holder, BOOT, never)
  } catch (error) {
    const message = `${holder.name} could not be brought back: ${error instanceof Error ? error.message : String(error)}`
    context.sink({ code: 'drill.not-restored', level: 'error', message, host: holder.name })
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
