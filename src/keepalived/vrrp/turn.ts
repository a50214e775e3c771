import type { VrrpState } from '../process/messages.ts'
import type { Effect } from './event.ts'
import type { Machine, Settings } from './state.ts'
import { priorityOf } from './tracking.ts'

/** One call of the reducer while it is being worked out: a private copy of the machine, and the effects so far. */
export interface Turn {
  readonly settings: Settings
  readonly machine: { -readonly [Key in keyof Machine]: Machine[Key] }
  readonly now: number
  readonly effects: Effect[]
}

export function log(turn: Turn, level: 'info' | 'warn' | 'error', text: string): void {
  turn.effects.push({ do: 'log', level, text: `(${turn.settings.name}) ${text}` })
}

export function enter(turn: Turn, state: VrrpState): void {
  const { machine } = turn
  if (machine.state === state) return
  machine.state = state
  machine.since = turn.now
  log(turn, 'info', `Entering ${state} STATE`)
  turn.effects.push({ do: 'state', state, priority: priorityOf(turn) })
}

/** Sends our advert now and the next one an interval later. */
export function advertise(turn: Turn): void {
  const { machine, settings, now } = turn
  turn.effects.push({ do: 'advert', priority: priorityOf(turn) })
  machine.advertSentAt = now
  machine.advertAt = now + settings.advertMs
}

/** Tells the database's side to be read-only; nothing without a role. */
export function demote(turn: Turn, reason: string): void {
  const { machine, settings } = turn
  if (settings.role === null) return
  turn.effects.push({ do: 'tell', message: { t: 'demote', instance: settings.name, id: machine.nextId++, reason } })
}

/** Answers a planned leave, when one waits. */
export function answerLeave(turn: Turn, ok: boolean, reason: string): void {
  const { machine } = turn
  if (machine.leaveId === null) return
  turn.effects.push({ do: 'left', id: machine.leaveId, ok, reason })
  machine.leaveId = null
}
