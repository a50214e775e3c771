/** The two kinds of writes: rows that must stay, and shared rows whose versions must only grow. */
export interface Operation {
  readonly kind: 'insert' | 'update'
  readonly key: string
  readonly version: number
  readonly sql: string
  readonly values: readonly (string | number)[]
}

/** A row of its own. `server_id` says which server took it: that shows writes taken on both sides. */
export function insertOperation(id: string, phase: string, writer: number, seq: number): Operation {
  return {
    kind: 'insert',
    key: id,
    version: 0,
    sql: 'INSERT INTO ledger (id, phase, writer, seq, server_id, at) VALUES (?, ?, ?, ?, @@server_id, NOW(6))',
    values: [id, phase, writer, seq],
  }
}

/**
 * A new version of a shared row. `hist` keeps every version that was ever applied, so that an acknowledged update which
 * was reverted and then overwritten is still seen; an insert-only ledger can't see a silent swap at all.
 */
export function updateOperation(register: string, version: number, writer: number): Operation {
  return {
    kind: 'update',
    key: register,
    version,
    sql: "UPDATE registers SET v = ?, writer = ?, hist = CONCAT(hist, ',', ?) WHERE k = ? AND v < ?",
    values: [version, writer, version, register, version],
  }
}

export function registerName(phase: string, index: number): string {
  return `${phase}/r${index}`
}
