import type { Sink } from '../events/event.ts'
import type { ServerFacts } from '../hosts/host-facts.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Dialect } from '../mysql/dialect.ts'
import type { Pair } from './verify.ts'

/** A copy that is about to be made. */
export interface Site extends Pair {
  readonly inventory: Inventory
  /** The target's. */
  readonly server: ServerFacts
  readonly targetDialect: Dialect
  /** Bytes a second at most; null: as fast as it goes. */
  readonly throttle: number | null
  readonly sink: Sink
}

/** What came over, and which moment of the source it is. */
export interface Copied {
  /** GTIDs that the source had executed. */
  readonly executed: string
  /** MariaDB: where replication goes on; '' where `executed` says that. */
  readonly position: string
  readonly bytes: number
  /** Of the copying alone. */
  readonly seconds: number
}

/** A way to make the target a copy of the source. */
export interface Way {
  /** What goes over, for “m2 takes …”. */
  readonly takes: string
  /** The accounts come along with everything else, those of the source's host as well; else they are made afterwards. */
  readonly bringsAccounts: boolean
  /** Of root, beside those that every way needs. */
  readonly privileges: readonly string[]
  /** @throws MmhaError (exit 5): it can't work on this pair; nothing was touched */
  requireFit(site: Site): Promise<void>
  /**
   * Replaces the target's data. Its server is closed to everybody but root over the socket, and runs when this begins
   * and ends.
   */
  copy(site: Site): Promise<Copied>
}
