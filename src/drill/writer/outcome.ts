import type { Outcome } from '../ledger.ts'

/**
 * Server errors that come before anything is done: the operation certainly did not happen.
 * Everything else after the statement was sent is indeterminate: 1053, 1317 and 1927 (shutdown, interrupted, killed)
 * may arrive while a commit waits for the replica's acknowledgement, and then the row stays.
 */
const REFUSED = new Set([
  1040, // too many connections
  1044, // access denied for database
  1045, // access denied
  1049, // unknown database
  1062, // duplicate key
  1129, // host blocked
  1130, // host not allowed
  1142, // command denied
  1146, // no such table
  1203, // user has too many connections
  1205, // lock wait timeout: the statement is rolled back
  1213, // deadlock: the transaction is rolled back
  1226, // resource limit of the user
  1290, // read-only
  1836, // read-only mode
  3032, // offline mode
])

/** What a server's answer or a broken connection says about the operation. */
export function outcomeOfError(errno: number | undefined): Outcome {
  return errno !== undefined && REFUSED.has(errno) ? 'fail' : 'indeterminate'
}

/** The server lives and is closed for writes. */
export function isReadOnly(errno: number | undefined): boolean {
  return errno === 1290 || errno === 1836
}

export function outcomeOfRows(affected: number): Outcome {
  return affected > 0 ? 'ok' : 'noop'
}
