import type { VipState } from '../vrrp/state.ts'
import type { PacketFault } from '../vrrp/validation.ts'
import type { VrrpState } from './messages.ts'

/** What `ctl status` prints as JSON. Stable: provisioning and the drill read it. */
export interface DaemonStatus {
  readonly pid: number
  readonly version: string
  /** This node does not become holder; `ctl maintenance off` ends it. */
  readonly maintenance: boolean
  readonly instances: readonly InstanceStatus[]
  readonly virtualServers: readonly VirtualServerStatus[]
  /** Of the instances with a role; none while the check worker is not heard. */
  readonly databases: readonly DatabaseStatus[]
}

/** The database's side of an instance. null: not known, or the database is down. */
export interface DatabaseStatus {
  readonly instance: string
  readonly up: boolean
  /** Has the role of the holder. */
  readonly holder: boolean | null
  readonly writable: boolean | null
  /** Number of the last promotion in this server's history. */
  readonly epoch: number | null
  /** The peer's database: answers, is slow or cut off, or its end was seen. */
  readonly peer: 'up' | 'silent' | 'down' | null
  /** Both threads of the channel from the peer run; null also where there is no channel. */
  readonly replicates: boolean | null
  /** Why replication has stopped, where a new try meets the same again; null: it has not. */
  readonly refusal: string | null
  /** s, as the server says. */
  readonly secondsBehind: number | null
  /** Transactions that the holder has and this standby has not applied, by GTID; null: not known, or the holder. */
  readonly transactionsBehind: number | null
  /** What would be missing if this server were promoted now; null: not known, or there is no need to: a holder. */
  readonly mayLack: {
    /** Transactions that were received and not applied yet. */
    readonly unapplied: number
    /** Transactions that the peer had when it answered last, and that were not received; null: it never answered. */
    readonly known: number | null
    /** Unix time in s of that answer; null: it answers now, or never did. */
    readonly peerSaid: number | null
    /** Was each of its commits waiting for this server then? null: it was closed for writes, or never answered. */
    readonly waited: boolean | null
  } | null
  /** Commits wait for the standby's acknowledgement. */
  readonly commitsWait: boolean | null
  /** Replicas that acknowledge. */
  readonly standbys: number | null
  /** Every OK that a client got since the last change of this was on the peer first. */
  readonly enforced: boolean
  readonly quarantine: { readonly standing: 'diverged' | 'rolled-back'; readonly why: string } | null
}

export interface VirtualServerStatus {
  /** `ADDRESS:PORT`, `group NAME` or `fwmark N`. */
  readonly name: string
  /** Are its real servers enough for the quorum? null: not known yet. */
  readonly up: boolean | null
  readonly quorum: number
  readonly realServers: readonly {
    readonly address: string
    readonly port: number
    /** null: not known yet. */
    readonly up: boolean | null
    /** As its checks have set it. */
    readonly weight: number
  }[]
}

export interface InstanceStatus {
  readonly name: string
  readonly state: VrrpState
  readonly vip: VipState
  readonly addresses: readonly string[]
  readonly interface: string
  /** Effective, with the weights of the trackers. */
  readonly priority: number
  readonly gate: { readonly open: boolean; readonly reason: string }
  readonly trackers: readonly {
    readonly name: string
    readonly up: boolean | null
    readonly weight: number | null
    readonly reason: string
  }[]
  readonly checkWorker: boolean
  /** Unix time in ms. */
  readonly lastTransition: number
  /** Who was last heard as master; null: nobody since the start. */
  readonly master: {
    readonly address: string
    readonly priority: number
    /** Unix time in ms. */
    readonly at: number
  } | null
  readonly counters: Counters
}

export interface Counters {
  readonly advertsSent: number
  readonly advertsReceived: number
  readonly becameMaster: number
  readonly releasedMaster: number
  readonly priorityZeroSent: number
  readonly priorityZeroReceived: number
  /** Adverts that the kernel refused to send. */
  readonly sendErrors: number
  /** Packets that were dropped (or, for addressList, noted), by reason. */
  readonly faults: Readonly<Partial<Record<PacketFault, number>>>
  /** Worst lateness of the worker's timer, ms. */
  readonly latestMs: number
  /** Longest time between two renewals of the lease on the addresses, ms. */
  readonly longestRenewalMs: number
}
