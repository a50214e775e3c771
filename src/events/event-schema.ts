import { z } from 'zod'
import { EVENT_CODES, type EventCode } from './codes.ts'

/**
 * What `--json` writes, line by line, as a schema: for `mmha schema --events`, the reference page and the tests.
 * Only they load it; what emits an event is checked by running it.
 */
export const EVENTS_VERSION = 1

const hosts = z.object({ hosts: z.array(z.string()) })
const name = z.object({ name: z.string() })
const fault = z.object({ fault: z.string(), run: z.int().min(1).meta({ description: 'from 1' }) })
const count = z.number().min(0)
const stepId = z.string().meta({ description: 'id of the step, unique on its host' })

const step = z
  .looseObject({
    id: stepId,
    host: z.string(),
    title: z.string(),
    diff: z.string().meta({ description: 'unified diff or a line a change, secrets as ***' }),
    impact: z.enum(['none', 'reload', 'restart', 'vip-moves']),
    notify: z.array(z.string()).meta({ description: 'handlers that follow' }),
  })
  .meta({ description: 'a step, and more of it than is promised here' })

const steps = z.object({ steps: z.array(step) })

const flow = z.object({
  bytes: count,
  rate: count.meta({ description: 'bytes/s' }),
  remaining: count.nullable().meta({ description: 's' }),
})

const seedPlan = z.object({
  from: z.string(),
  way: z.string(),
  throttle: count.nullable().meta({ description: 'bytes/s' }),
  kind: z
    .enum(['unknown', 'nothing', 'copy'])
    .meta({ description: 'unknown: no server runs there yet; nothing: a pair already' }),
  bytes: count.optional().meta({ description: 'of a copy: about so many come' }),
  dropped: z.object({ schemas: z.array(z.string()), bytes: count }).optional(),
  halfCopy: z.boolean().optional().meta({ description: 'a run was cut there' }),
})

const finding = z.object({
  code: z.string().meta({ description: 'docs/preflight.md has them' }),
  severity: z.enum(['blocks', 'warns', 'note']),
  host: z.string().nullable().meta({ description: 'null: of both together' }),
  what: z.string(),
  todo: z.string(),
})

const drillRun = fault.extend({
  at: z.string(),
  holder: z.string(),
  successor: z.string().nullable(),
  downtime: count.nullable().meta({ description: 'ms without an acknowledged write; null: writes never came back' }),
  ledger: z.looseObject({ lost: z.array(z.string()), reverted: z.array(z.string()) }),
  splitVip: z.looseObject({ certain: count, possible: count }).meta({ description: 'ms with the address on both' }),
  failures: z.array(z.string()).meta({ description: 'why the drill fails; []: it does not' }),
})

/** The payload of each code; null: it has none. */
export const EVENT_DATA: Readonly<Record<EventCode, z.ZodObject | null>> = {
  'phase.begin': hosts,
  'phase.end': hosts,
  'host.unreachable': null,
  'preflight.finding': finding,
  'plan.ready': steps,
  'lock.wait': null,
  'plan.new': steps,
  'plan.left': steps,
  'step.upload': z.object({ step: stepId, bytes: count }),
  'step.begin': z.object({ step: stepId }),
  'step.script': z.object({ step: stepId }),
  'step.output': z.object({ step: stepId }),
  'step.changed': z.object({
    step: stepId,
    ms: count,
    status: z.literal(0),
    waited: z.literal(true).optional().meta({ description: 'it only waited for something: no change' }),
  }),
  'step.failed': z.object({ step: stepId, ms: count, status: z.int().min(1) }),
  'run.interrupted': z.object({ waits: z.boolean().meta({ description: 'steps that run are waited for' }) }),
  'drill.waiting': null,
  'drill.ready': null,
  'drill.fault': fault,
  'drill.resumed': fault,
  'drill.not-resumed': null,
  'drill.whole': fault,
  'drill.run': drillRun,
  'drill.interrupted': null,
  'drill.not-restored': null,
  'drill.left-behind': null,
  'seed.plan': seedPlan,
  'seed.stage': null,
  'seed.progress': flow,
  'lab.entered': name,
  'lab.image.build': z.object({ flavour: z.string(), suite: z.string() }),
  'lab.image.damaged': z.object({ flavour: z.string(), folder: z.string() }),
  'lab.image.progress': null,
  'lab.image.ready': z.object({ flavour: z.string(), folder: z.string(), seconds: count }),
  'lab.image.wait': null,
  'lab.server.fallback': z.object({ flavour: z.string(), fallback: z.string() }),
  'lab.inotify': z.object({ limit: count, raised: count }),
  'lab.cleared': null,
  'lab.host.start': null,
  'lab.host.up': z.object({ ms: count }),
  'lab.host.degraded': z.object({ failed: z.array(z.string()) }),
  'lab.up': z.object({ name: z.string(), flavour: z.string(), seconds: count }),
  'lab.up.already': name,
  'lab.down': name,
  'lab.down.nothing': name,
  'lab.power.kill': null,
  'lab.power.off': null,
  'lab.power.on': null,
  'lab.power.reboot': null,
  'lab.cable.cut': null,
  'lab.cable.plug': null,
  'lab.partition': null,
}

const version = z.literal(EVENTS_VERSION)

const said = z
  .object({ code: z.string(), params: z.record(z.string(), z.union([z.string(), z.number()])) })
  .optional()
  .meta({ description: 'what the message is made of, where it has a code: parameters as they stand in it' })

function eventOf(code: EventCode): z.ZodObject {
  const data = EVENT_DATA[code]
  const envelope = z.strictObject({
    type: z.literal('event'),
    version,
    code: z.literal(code),
    level: z.enum(['trace', 'debug', 'info', 'warn', 'error']),
    message: z.string().meta({ description: 'one line for a person, in English; its wording may change' }),
    said,
    pair: z.string().optional().meta({ description: 'name of the pair, where several are worked on' }),
    host: z.string().optional().meta({ description: 'name in the inventory' }),
  })
  // Keys may be added to a payload without a new version: whoever reads must let them pass.
  return (data === null ? envelope : envelope.extend({ data: data.loose() })).meta({ description: EVENT_CODES[code] })
}

const nullable = z.string().nullable()

const error = z
  .strictObject({
    type: z.literal('error'),
    version,
    code: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
    message: z.string(),
    said,
    pair: z.string().optional(),
    host: nullable,
    where: nullable.meta({ description: 'step, task or file:line:column' }),
    hint: nullable.meta({ description: 'what to do' }),
    exit: z.int().min(1).max(255).meta({ description: 'exit code of the command' }),
  })
  .meta({ description: 'the command ends early: the last line; with `pair`: that pair ends early' })

const result = z
  .looseObject({ type: z.literal('result'), version })
  .meta({ description: 'what the command was for: the last line of one that came to its end' })

const fleet = z
  .looseObject({
    type: z.literal('fleet'),
    version,
    command: z.string(),
    exit: z.int().min(0).max(255).meta({ description: 'the worst of its pairs' }),
    ms: count,
    pairs: z.array(z.looseObject({ pair: z.string(), exit: z.int().min(0).max(255) })),
  })
  .meta({ description: 'of several pairs: what came of each; always the last line' })

/** Any line of the output of a command with `--json` that says what it does while it works. */
export const lineSchema: z.ZodType = z
  .union([...codes().map(eventOf), error, result, fleet])
  .meta({ title: 'mmha --json', description: `one line of the output of mmha --json, version ${EVENTS_VERSION}` })

function codes(): EventCode[] {
  return Object.keys(EVENT_CODES) as EventCode[]
}

/** JSON Schema (draft 2020-12) of one line. */
export function eventsJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(lineSchema) }
}
