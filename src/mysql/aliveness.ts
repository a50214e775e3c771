import type { SqlError } from './sql-session.ts'

/**
 * Answers of a server that is well, if not well disposed: MHA's list. A server that says one of these is no reason to
 * move the address: too many connections (1040, 1203, 1226), host or user not let in (1042–1045, 1129, 1130), old
 * protocols (1251, 1275).
 */
const REFUSES_BUT_LIVES = new Set([1040, 1042, 1043, 1044, 1045, 1129, 1130, 1203, 1226, 1251, 1275])

/** Nobody listens: the process is gone or not there yet. No second opinion needed. */
const NOBODY = new Set(['ECONNREFUSED', 'ENOENT'])

/** What a failure to connect or to get an answer means. */
export type Aliveness = 'degraded' | 'dead' | 'suspect'

export function alivenessOf(error: SqlError): Aliveness {
  if (REFUSES_BUT_LIVES.has(error.errno)) return 'degraded'
  if (NOBODY.has(error.code) || error.errno === 1053) return 'dead'
  return 'suspect'
}
