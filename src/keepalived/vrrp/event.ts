import type { ToCheck, VrrpState } from '../process/messages.ts'

/** What a virtual router is told, and what it wants done. */
export interface HeardAdvert {
  readonly priority: number
  readonly intervalMs: number
  /** For messages. */
  readonly from: string
  /** The sender's address is higher than ours: it wins a tie. */
  readonly fromHigher: boolean
}

export type VrrpEvent =
  /** `holdUntil`: no election before this moment (vrrp_startup_delay, vrrp_delay_after_boot). */
  | { readonly t: 'start'; readonly holdUntil?: number }
  | { readonly t: 'timer' }
  | { readonly t: 'advert'; readonly advert: HeardAdvert }
  | {
      readonly t: 'track'
      readonly tracker: string
      readonly up: boolean
      readonly weight: number | null
      readonly reverse?: boolean
      readonly reason: string
    }
  | { readonly t: 'link'; readonly up: boolean; readonly reason: string }
  | { readonly t: 'gate'; readonly open: boolean; readonly reason: string }
  | { readonly t: 'promoted'; readonly id: number; readonly ok: boolean; readonly reason: string }
  /** The database is read-only, or there is none: hand over now. */
  | { readonly t: 'leave'; readonly id: number; readonly holdDownMs: number; readonly reason: string }
  /** The database's side can't hand over as planned: at the end of the process it goes without. */
  | { readonly t: 'leaveRefused' }
  /** The check worker died (no promotion until it is back) or is there. */
  | { readonly t: 'check'; readonly there: boolean }
  /** The kernel says that a VIP of ours was removed. */
  | { readonly t: 'vipLost' }
  /** The peer's daemon tells over TCP that it has sent an advert. */
  | { readonly t: 'beat'; readonly priority: number }
  | { readonly t: 'stop'; readonly reason: string }
  /** The kernel took longer than a moment to renew the lease: it may now last longer than the last advert makes the peers wait. */
  | { readonly t: 'renewedLate' }
  /** From the sync group: all members want to be master; another member is not (see group.ts). */
  | { readonly t: 'groupElect' }
  | { readonly t: 'groupLeave'; readonly reason: string }

export type Effect =
  | { readonly do: 'advert'; readonly priority: number }
  /** Add, or renew the lease. */
  | { readonly do: 'addVip' }
  | { readonly do: 'removeVip' }
  /** `why`: on becoming master when it is not said. */
  | { readonly do: 'garp'; readonly why?: 'refresh' | 'lower' }
  | { readonly do: 'state'; readonly state: VrrpState; readonly priority: number }
  | { readonly do: 'tell'; readonly message: Exclude<ToCheck, { t: 'state' }> }
  | { readonly do: 'left'; readonly id: number; readonly ok: boolean; readonly reason: string }
  | { readonly do: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly text: string }
  | { readonly do: 'stopped' }
