/**
 * What the daemon's processes say to each other: newline-delimited JSON over a socketpair.
 * vrrp worker (timers, sockets, addresses) ↔ check worker (probes, database, scripts, mail). End of file = the other is gone.
 */
export type ToCheck =
  /** The instance wants to become master: make the database writable (or say no). One `promoted` answers it. */
  | {
      readonly t: 'promote'
      readonly instance: string
      readonly id: number
      readonly deadlineMs: number
      /** The holder's own daemon has said that it leaves (priority 0); false: it fell silent. */
      readonly farewell: boolean
    }
  /** The instance has left or is leaving mastership: read-only, sessions killed. One `demoted` answers it. */
  | { readonly t: 'demote'; readonly instance: string; readonly id: number; readonly reason: string }
  /**
   * Planned handover (`ctl leave`, end of the daemon): read-only, sessions killed, the peer has applied everything.
   * Answer with ToVrrp `leave` (same id, same holdDownMs), or with `leaveRefused`.
   */
  | {
      readonly t: 'leave'
      readonly instance: string
      readonly id: number
      readonly holdDownMs: number
      readonly reason: string
    }
  /**
   * An operator's word: this server is to hold the address, whatever it may lack. For `ms` nothing keeps it from that but a
   * peer that is open for writes; 0 takes it back.
   */
  | { readonly t: 'force'; readonly instance: string; readonly ms: number }
  /** For notify scripts and the role's own bookkeeping; in order. */
  | {
      readonly t: 'state'
      readonly instance: string
      readonly state: VrrpState
      readonly priority: number
      readonly at: number
      /** Told before to a check worker that has ended since: no news for scripts and mail. */
      readonly known?: boolean
      /** A reload has removed the instance (state STOP): told by `notify_deleted`. */
      readonly deleted?: boolean
    }
  /** The effective priority has changed, where scripts and FIFOs want to know (notify_priority_changes). */
  | { readonly t: 'priority'; readonly instance: string; readonly state: VrrpState; readonly priority: number }
  /** The master has heard an advert of a lower priority than its own, which is told. */
  | { readonly t: 'lower'; readonly instance: string; readonly priority: number }
  /** An advert went out: the other daemon hears of it over TCP, too. */
  | { readonly t: 'advert'; readonly instance: string; readonly priority: number }
  /** A lower-priority or equal advert was heard from this address while master, etc. */
  | { readonly t: 'peer'; readonly instance: string; readonly address: string; readonly priority: number }

export type ToVrrp =
  | {
      readonly t: 'promoted'
      readonly instance: string
      readonly id: number
      readonly ok: boolean
      readonly reason: string
    }
  | {
      readonly t: 'demoted'
      readonly instance: string
      readonly id: number
      readonly ok: boolean
      readonly reason: string
    }
  /** A tracked thing (MYSQL_CHECK, real_server, vrrp_script) changed: weight null means "down is FAULT". */
  | {
      readonly t: 'track'
      readonly instance: string
      readonly tracker: string
      readonly up: boolean
      readonly weight: number | null
      /** The weight counts the other way round; without one, up is FAULT. */
      readonly reverse?: boolean
      readonly reason: string
    }
  /** The peer's daemon has sent an advert of this priority: told over TCP, where adverts themselves may be lost. */
  | { readonly t: 'beat'; readonly instance: string; readonly priority: number }
  /** May this node hold the VIP at all? Closed while quarantined or unknown; starts closed when a role block exists. */
  | { readonly t: 'gate'; readonly instance: string; readonly open: boolean; readonly reason: string }
  /** Planned leave (systemctl stop mysql, switchover): demotion is already done, hand the VIP over now. */
  | {
      readonly t: 'leave'
      readonly instance: string
      readonly id: number
      readonly holdDownMs: number
      readonly reason: string
    }

  /** The handover can't be: the holder stays writable and keeps the VIP. */
  | { readonly t: 'leaveRefused'; readonly instance: string; readonly id: number; readonly reason: string }

export type VrrpState = 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT' | 'STOP'
