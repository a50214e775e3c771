import type { Language } from '../events/language.ts'
import { frame } from '../events/messages/frame.ts'
import { title as shownTitle } from '../events/messages/titles.ts'
import type { HostFacts } from '../hosts/host-facts.ts'
import type { Step } from '../modules/step.ts'
import type { Deviations, StepName } from './approval.ts'
import type { PlayPlan } from './plan.ts'

/** What a run did on one host. */
export interface HostSummary {
  readonly host: string
  /** Tasks that found nothing to do. */
  readonly ok: number
  /** Steps that were applied, and changed something. */
  readonly changed: number
  /** Steps that only waited for something. */
  readonly waited: number
  /** Steps that are missing and were not applied. */
  readonly pending: number
  /** Tasks whose `when` was false. */
  readonly skipped: number
  readonly failed: number
  readonly roundTrips: number
}

export interface RunResult {
  /** Steps that are missing (of `plan`), or that were applied. */
  readonly steps: readonly Step[]
  /** What is missing, by play, in the order in which it would be applied; [] after applying. */
  readonly plan: readonly PlayPlan[]
  /** What the hosts were when the run began. */
  readonly facts: ReadonlyMap<string, HostFacts>
  readonly deviations: Deviations
  readonly hosts: readonly HostSummary[]
  /** ms, from the first connection to the last answer. */
  readonly ms: number
}

/** `m1 ok=14 changed=0 failed=0  round trips=7  0.42 s` */
export function summaryLine(host: HostSummary, ms: number, language: Language = 'en'): string {
  const count = (state: 'ok' | 'changed' | 'waited' | 'pending' | 'failed' | 'skipped') =>
    ` ${frame(`recap.${state}`)[language]}=${host[state]}`
  const skipped = host.skipped === 0 ? '' : count('skipped')
  const waited = host.waited === 0 ? '' : count('waited')
  const pending = host.pending === 0 ? '' : count('pending')
  return `${host.host}${count('ok')}${count('changed')}${waited}${pending}${count('failed')}${skipped}  ${frame('recap.round-trips')[language]}=${host.roundTrips}  ${(ms / 1000).toFixed(2)} s`
}

/** What was other than planned, one line each; [] when the plan was what happened. */
export function deviationLines(deviations: Deviations, language: Language = 'en'): string[] {
  const { unplanned, notNeeded, declined } = deviations
  const lines = (names: readonly StepName[], how: 'unplanned' | 'declined' | 'not-needed') =>
    // A wait that was over before it began is what was planned.
    names
      .filter(({ waits }) => how === 'declined' || waits !== true)
      .map(({ host, title }) => frame(`recap.${how}`, { host, title: shownTitle(title) })[language])
  return [...lines(unplanned, 'unplanned'), ...lines(declined, 'declined'), ...lines(notNeeded, 'not-needed')]
}
