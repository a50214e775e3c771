import type { VrrpState } from '../process/messages.ts'
import type { Machine, VipState } from '../vrrp/state.ts'

/** What `ctl events` tells. Codes and fields are stable: scripts hang on them. */
export type EventBody =
  | { readonly code: 'vrrp.state'; readonly instance: string; readonly state: VrrpState; readonly before: VrrpState }
  | { readonly code: 'vrrp.address'; readonly instance: string; readonly vip: VipState }
  | { readonly code: 'vrrp.gate'; readonly instance: string; readonly open: boolean; readonly reason: string }
  | {
      readonly code: 'vrrp.tracker'
      readonly instance: string
      readonly tracker: string
      readonly up: boolean
      readonly weight: number | null
      readonly reason: string
    }
  | { readonly code: 'worker.started'; readonly worker: 'vrrp' | 'check'; readonly pid: number | null }
  | { readonly code: 'worker.ended'; readonly worker: 'vrrp' | 'check'; readonly exit: number }
  | { readonly code: 'reload.done' | 'reload.refused' | 'daemon.stopping'; readonly text: string }
  | { readonly code: 'maintenance'; readonly on: boolean }
  /** An operator's word: this node is to hold the address, whatever it may lack. */
  | { readonly code: 'forced'; readonly instance: string }

/** @property at when, ISO 8601 in UTC with ms */
export type DaemonEvent = { readonly at: string } & EventBody

/** What has changed between two moments of a virtual router. Pure. */
export function changesOf(instance: string, before: Machine, after: Machine): EventBody[] {
  const events: EventBody[] = []
  for (const [tracker, { up, weight, reason }] of after.trackers) {
    if (up === null || before.trackers.get(tracker)?.up === up) continue
    events.push({ code: 'vrrp.tracker', instance, tracker, up, weight, reason })
  }
  const { open, reason } = after.gate
  if (open !== before.gate.open || reason !== before.gate.reason) {
    events.push({ code: 'vrrp.gate', instance, open, reason })
  }
  if (after.state !== before.state) {
    events.push({ code: 'vrrp.state', instance, state: after.state, before: before.state })
  }
  if (after.vip !== before.vip) events.push({ code: 'vrrp.address', instance, vip: after.vip })
  return events
}
