import type { Counters } from '../process/status.ts'

/** keepalived's own groups of packet errors, from what we count one by one. */
export interface ErrorCounts {
  readonly length: number
  readonly ttl: number
  readonly type: number
  readonly interval: number
  readonly addressList: number
  readonly authType: number
  readonly authMismatch: number
  readonly authFailure: number
}

export function errorCounts({ faults }: Pick<Counters, 'faults'>): ErrorCounts {
  const { length = 0, ttl = 0, type = 0, interval = 0, addressList = 0 } = faults
  const { authType = 0, authMismatch = 0, authFailure: wrong = 0, ahFailure = 0, ahReplay = 0 } = faults
  const authFailure = wrong + ahFailure + ahReplay
  return { length, ttl, type, interval, addressList, authType, authMismatch, authFailure }
}
