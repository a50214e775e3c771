/** How an instance's adverts travel, as configured. */
export interface WireConfig {
  /** The first address's; without one, the first peer's. */
  readonly family: 4 | 6
  /** Multicast group that adverts go to; unused with peers. */
  readonly group: string
  /** TTL or hop limit of unicast adverts. */
  readonly unicastTtl: number
  /** By peer; a peer without limits takes 0..255. */
  readonly ttlRanges: Readonly<Record<string, TtlRange>>
  /** Drop unicast adverts from others than the peers. */
  readonly checkUnicastSource: boolean
  /** Version 3 over IPv4 with a checksum of the message alone. */
  readonly messageChecksum: boolean
  /** Unicast on version 3 with the multicast group in the checksum: when a peer does so, or always, or never. */
  readonly oldUnicastChecksum: 'auto' | 'always' | 'never'
  /** auth_hmac; null: adverts are not signed. */
  readonly signature: SignatureConfig | null
}

export interface TtlRange {
  readonly min: number
  readonly max: number
}

export interface SignatureConfig {
  /** Hexadecimal, 32..64 bytes each. */
  readonly keys: readonly { readonly id: number; readonly hex: string }[]
  readonly activeKey: number
  readonly mode: 'enforce' | 'permissive' | 'receive-only'
  /** s that clocks may differ; null: only the order of packets counts. */
  readonly window: number | null
}
