/** What moves with the addresses, as configured: lines of virtual_routes and virtual_rules. */

export interface Network {
  readonly address: string
  readonly prefix: number
}

export interface VirtualRoute {
  readonly family: 4 | 6
  readonly to: Network
  readonly via: string | null
  readonly dev: string | null
  /** Preferred source address; null: the kernel's choice (with a lease: the first VIP, whose end ends the route). */
  readonly source: string | null
  readonly metric: number | null
  /** null: main */
  readonly table: number | null
  readonly onlink: boolean
}

export interface VirtualRule {
  readonly family: 4 | 6
  readonly from: Network | null
  readonly to: Network | null
  /** Incoming interface. */
  readonly iif: string | null
  readonly fwmark: number | null
  readonly table: number
  /** Lower ones are looked at first. */
  readonly priority: number
}
