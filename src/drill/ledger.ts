/**
 * The client's own record of what it was told. One line per operation, written before the next operation starts.
 * - `ok`: the server acknowledged it (one row changed).
 * - `noop`: the server acknowledged that it changed nothing (a later version was already there).
 * - `fail`: the server refused it; it certainly did not happen.
 * - `indeterminate`: the connection was lost or given up before an answer; it may or may not have happened.
 */
export type Outcome = 'ok' | 'noop' | 'fail' | 'indeterminate'

export interface LedgerRecord {
  readonly kind: 'insert' | 'update'
  /** Writer number from 0, and its own sequence number from 1: unique together in a phase. */
  readonly writer: number
  readonly seq: number
  /** Row id of an insert (UUID); register name of an update. */
  readonly key: string
  /** Version that an update writes; 0 for an insert. */
  readonly version: number
  readonly outcome: Outcome
  /** Sent and answered, CLOCK_MONOTONIC ms of the client host. */
  readonly begin: number
  readonly end: number
  /** Error code or text of `fail` and `indeterminate`; '' otherwise. Never holds a secret. */
  readonly error: string
}

const KINDS = { i: 'insert', u: 'update' } as const
const OUTCOMES: readonly Outcome[] = ['ok', 'noop', 'fail', 'indeterminate']

/** One line with a newline: a JSON array, short because it is written synchronously. */
export function encodeRecord(record: LedgerRecord): string {
  const { kind, writer, seq, key, version, outcome, begin, end, error } = record
  return `${JSON.stringify([kind === 'insert' ? 'i' : 'u', writer, seq, key, version, outcome, begin, end, error])}\n`
}

/** Parses a ledger file. A last line without newline was being written when its writer died: it is left out. */
export function decodeLedger(text: string): LedgerRecord[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map(decodeRecord)
}

function decodeRecord(line: string): LedgerRecord {
  const fields: unknown = JSON.parse(line)
  if (!Array.isArray(fields) || fields.length !== 9) throw new Error(`not a ledger line: ${line}`)
  const [kind, writer, seq, key, version, outcome, begin, end, error] = fields as unknown[]
  if (kind !== 'i' && kind !== 'u') throw new Error(`unknown operation in ledger line: ${line}`)
  const known = OUTCOMES.find((name) => name === outcome)
  if (known === undefined) throw new Error(`unknown outcome in ledger line: ${line}`)
  return {
    kind: KINDS[kind],
    writer: Number(writer),
    seq: Number(seq),
    key: String(key),
    version: Number(version),
    outcome: known,
    begin: Number(begin),
    end: Number(end),
    error: String(error),
  }
}
