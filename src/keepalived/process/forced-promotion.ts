import type { Config } from '../config/config.ts'
import type { EventLog } from '../observe/event-log.ts'
import type { ControlAnswer } from './control-server.ts'
import type { DaemonStatus } from './status.ts'
import type { ToWorker } from './supervision.ts'

export interface ForceContext {
  readonly config: Config
  readonly events: EventLog
  readonly tellCheck: (message: ToWorker) => void
  readonly status: () => Promise<DaemonStatus>
  readonly log: (level: 'info' | 'warn', text: string) => void
}

/** Adverts that may be lost before their sender counts as gone. */
const LOST_ADVERTS = 3
/** The election and the change of the database, beyond what the applier may take, ms. */
const MARGIN_MS = 10_000
const LOOK_EVERY_MS = 100

/**
 * An operator's word that this node is to hold the address, whatever it may lack. The election and the promotion are the
 * same as ever; only what kept this node from them is passed over. Refused while another node is heard as holder.
 */
export async function forcePromotion(instance: string | null, context: ForceContext): Promise<ControlAnswer> {
  const refuse = (error: string): ControlAnswer => ({ ok: false, error })
  const candidates = context.config.instances.filter(({ name, role }) => role !== null && name === (instance ?? name))
  const [wanted, second] = candidates
  if (wanted === undefined)
    return refuse(`there is no instance ${instance === null ? '' : `${instance} `}with a database`)
  if (second !== undefined) return refuse('there are several instances: name one with --instance')
  const { name, advertInterval, role } = wanted
  const before = await context.status()
  if (before.maintenance) return refuse('this node is in maintenance: mmha-keepalived ctl maintenance off')
  const now = before.instances.find((one) => one.name === name)
  const done = (reason: string): ControlAnswer => ({ ok: true, left: [{ instance: name, ok: true, reason }] })
  if (now?.state === 'MASTER') return done('holds the address already')
  const master = now?.master ?? null
  if (master !== null && Date.now() - master.at < LOST_ADVERTS * advertInterval * 1000)
    return refuse(`${master.address} holds the address, and is heard: ctl switch there`)
  const ms = (role?.promoteDeadline ?? 0) * 1000 + MARGIN_MS
  context.log('warn', `(${name}) an operator says that this node is to hold the address, whatever it may lack`)
  context.events.add({ code: 'forced', instance: name })
  context.tellCheck({ t: 'force', instance: name, ms })
  const until = Date.now() + ms
  for (;;) {
    const status = await context.status()
    const state = status.instances.find((one) => one.name === name)
    if (state?.state === 'MASTER') return done('holds the address')
    if (Date.now() >= until) {
      context.tellCheck({ t: 'force', instance: name, ms: 0 })
      return refuse(`not promoted within ${ms / 1000} s (${whyNot(state)}): journalctl -u mmha-keepalived`)
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

function whyNot(state: DaemonStatus['instances'][number] | undefined): string {
  if (state === undefined) return 'the instance is not known'
  const down = state.trackers.find(({ up, weight }) => up === false && weight === null)
  if (down !== undefined) return `${down.name} is down: ${down.reason}`
  return state.gate.open ? state.state : state.gate.reason
}
