/** How neighbours are told where an address is, as configured: gratuitous ARP, and neighbour advertisements over IPv6. */
export interface AnnouncementConfig {
  /** Frames per address in a periodic refresh. */
  readonly refreshRepeat: number
  /** After the advert of a lower priority: frames per address at once, and as many again after a delay (s; 0: none). */
  readonly lowerPrioRepeat: number
  readonly lowerPrioDelay: number
  /** s between refreshes of addresses on other interfaces than the instance's; 0: none. */
  readonly extraInterval: number
}

/** s between two frames on an interface, or on all interfaces of a group together; 0: no pace. */
export interface PaceConfig {
  readonly garpInterval: number
  readonly gnaInterval: number
  readonly groups: readonly {
    readonly interfaces: readonly string[]
    readonly garpInterval: number
    readonly gnaInterval: number
  }[]
}
