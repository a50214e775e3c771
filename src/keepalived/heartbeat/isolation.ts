/** Who was heard from when, ms of one monotonic clock; null: never. */
export interface Contacts {
  readonly peerAt: number | null
  readonly witnessAt: number | null
  /** Since when we have been asking without a break of our own. */
  readonly since: number
}

export type Connection =
  /** The peer or a witness was heard from lately. */
  | 'connected'
  /** Nobody for half of the time that it takes: nothing may be decided that presumes the peer's death. */
  | 'doubtful'
  /** Nobody for all of it: if anybody is cut off, it is this node. */
  | 'cut-off'

/** Pure. @param afterMs how long nobody may answer */
export function connectionOf({ peerAt, witnessAt, since }: Contacts, afterMs: number, now: number): Connection {
  const quiet = now - Math.max(peerAt ?? since, witnessAt ?? since, since)
  if (quiet >= afterMs) return 'cut-off'
  return quiet >= afterMs / 2 ? 'doubtful' : 'connected'
}
