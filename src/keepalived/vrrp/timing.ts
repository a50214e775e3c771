import type { Machine, Settings } from './state.ts'

/** The intervals of RFC 9568 6.1, all in ms. Pure. */

/** A leaving holder answers this long for its successor before it removes the VIP unasked. */
export const LINGER_MS = 300
/**
 * The kernel removes an expired address up to this much after its lease: its timer may round up by 0.25 s
 * (check_lifetime in net/ipv4/devinet.c), and a busy host runs it late (measured: 0.03..0.26 s).
 */
export const LEASE_SLACK_MS = 450
/**
 * A successor that may wait, because the holder has announced its leave and then fell silent, waits longer: the removal
 * needs the kernel's network lock, and hosts where that is contended were seen to be 0.45 s late.
 */
export const PATIENT_SLACK_MS = 900
/** A node whose promotion failed lets others try first. */
export const RETRY_MS = 1000

/** Skew_Time: version 2 counts in seconds, version 3 in the master's interval. */
export function skewMs(settings: Settings, priority: number, masterIntervalMs: number): number {
  return ((256 - priority) * (settings.version === 2 ? 1000 : masterIntervalMs)) / 256
}

/** Master_Down_Interval: three adverts (down_timer_adverts) and the skew. */
export function masterDownMs(settings: Settings, priority: number, masterIntervalMs: number): number {
  return settings.downTimerAdverts * masterIntervalMs + skewMs(settings, priority, masterIntervalMs)
}

/**
 * After so long without an advert of ours somebody else may be master: 10 % short of the peers' shortest patience, but
 * more than the interval itself.
 */
export function suspectAfterMs(settings: Settings): number {
  return Math.max(0.9 * settings.downTimerAdverts, 1.5) * settings.advertMs
}

/** The lease is renewed before each advert, and in between when it would not last until the next one safely. */
export function renewEveryMs(settings: Settings): number {
  const lasts = settings.leaseMs === 0 || settings.leaseMs >= 1.5 * settings.advertMs
  return lasts ? settings.advertMs : settings.leaseMs / 2
}

/** Whether a dead node's VIP has gone before its peers' patience ends. True without a lease, where nothing is promised. */
export function leaseIsSafe(settings: Settings): boolean {
  if (settings.leaseMs === 0) return true
  const sinceAdvert = renewEveryMs(settings) < settings.advertMs ? settings.advertMs : 0
  return sinceAdvert + settings.leaseMs + LEASE_SLACK_MS < settings.downTimerAdverts * settings.advertMs
}

/** When the machine wants its next `timer` event; null: not before something else happens. */
export function nextDeadline(machine: Machine): number | null {
  const all = [
    machine.holdUntil,
    machine.masterDownAt,
    machine.advertAt,
    machine.renewAt,
    machine.vipAt,
    machine.garpAt,
    machine.refreshAt,
    machine.candidacy?.deadlineAt ?? null,
    machine.stopAt,
  ].filter((at) => at !== null)
  return all.length === 0 ? null : Math.min(...all)
}
