import type { LedgerRecord } from '../ledger.ts'
import type { LedgerRow } from './ledger-check.ts'

export interface ServerUse {
  /** Server ids in the order in which they first acknowledged an insert. */
  readonly servers: readonly number[]
  /**
   * Inserts acknowledged by one server between two acknowledgements of another: both took writes by turns, or the address
   * went there and back.
   */
  readonly splitWrites: number
}

/** Which servers took the acknowledged inserts, and whether one took some in the middle of the other's. */
export function serverUse(records: readonly LedgerRecord[], rows: readonly LedgerRow[]): ServerUse {
  const serverOf = new Map(rows.map((row) => [row.id, row.serverId]))
  const acked = records
    .filter((record) => record.kind === 'insert' && record.outcome === 'ok' && serverOf.has(record.key))
    .map((record) => ({ begin: record.begin, end: record.end, server: serverOf.get(record.key) ?? 0 }))
    .sort((a, b) => a.end - b.end)
  const servers = [...new Set(acked.map(({ server }) => server))]
  let splitWrites = 0
  for (const server of servers) {
    const others = acked.filter((write) => write.server !== server)
    const firstEnd = others.reduce((first, { end }) => Math.min(first, end), Number.POSITIVE_INFINITY)
    const lastBegin = others.reduce((last, { begin }) => Math.max(last, begin), Number.NEGATIVE_INFINITY)
    splitWrites += acked.filter((w) => w.server === server && w.begin > firstEnd && w.end < lastBegin).length
  }
  return { servers, splitWrites }
}
