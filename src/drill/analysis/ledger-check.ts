import type { LedgerRecord } from '../ledger.ts'

/** A row of the insert table as a host has it. */
export interface LedgerRow {
  readonly id: string
  readonly writer: number
  readonly seq: number
  readonly serverId: number
}

/** A shared row as a host has it; `hist` are the versions that were ever applied, in order of application. */
export interface RegisterRow {
  readonly key: string
  readonly version: number
  readonly hist: readonly number[]
}

export interface HostData {
  readonly rows: readonly LedgerRow[]
  readonly registers: readonly RegisterRow[]
}

/** What a host's data says about the client's ledger. Every list names operations as `writer 2 seq 17`. */
export interface LedgerFindings {
  readonly ackedInserts: number
  readonly ackedUpdates: number
  /** Acknowledged inserts that are not there. */
  readonly lost: readonly string[]
  /** Acknowledged updates that are not in the row's history, or whose row went back to an older version. */
  readonly reverted: readonly string[]
  /** One operation that is there twice. */
  readonly duplicates: readonly string[]
  readonly indeterminate: number
  /** Indeterminate (or refused) operations that turned out to have happened: reported, not a fault. */
  readonly appeared: number
  /** Refused by the server, yet there. */
  readonly refusedYetThere: number
  /** Rows that no ledger line explains, beyond those a writer had under way at its end. */
  readonly unexplained: readonly string[]
}

/** Compares one phase's ledger with what one host has of that phase. */
export function checkLedger(records: readonly LedgerRecord[], data: HostData): LedgerFindings {
  const inserts = records.filter((record) => record.kind === 'insert')
  const updates = records.filter((record) => record.kind === 'update')
  const byId = new Map(data.rows.map((row) => [row.id, row]))
  const known = new Set(inserts.map((record) => record.key))
  const registers = new Map(data.registers.map((row) => [row.key, { row, versions: new Set(row.hist) }]))

  const isThere = (record: LedgerRecord): boolean =>
    record.kind === 'insert' ? byId.has(record.key) : registers.get(record.key)?.versions.has(record.version) === true
  const open = records.filter((record) => record.outcome === 'indeterminate')
  const refused = records.filter((record) => record.outcome === 'fail')

  return {
    ackedInserts: inserts.filter(isAcked).length,
    ackedUpdates: updates.filter(isAcked).length,
    lost: inserts.filter((record) => isAcked(record) && !isThere(record)).map(nameOf),
    reverted: [
      ...updates.filter((record) => isAcked(record) && !isThere(record)).map(nameOf),
      ...regressions(updates, data.registers),
    ],
    duplicates: [...duplicateRows(data.rows), ...duplicateVersions(data.registers)],
    indeterminate: open.length,
    appeared: open.filter(isThere).length,
    refusedYetThere: refused.filter(isThere).length,
    unexplained: data.rows.filter((row) => !known.has(row.id)).map((row) => `writer ${row.writer} seq ${row.seq}`),
  }
}

function isAcked(record: LedgerRecord): boolean {
  return record.outcome === 'ok'
}

function nameOf(record: LedgerRecord): string {
  return `writer ${record.writer} seq ${record.seq}${record.kind === 'update' ? ` (${record.key} = ${record.version})` : ''}`
}

/** Rows whose version is below an acknowledged one, or whose history is not in ascending order. */
function regressions(updates: readonly LedgerRecord[], registers: readonly RegisterRow[]): string[] {
  const highest = new Map<string, number>()
  for (const record of updates) {
    if (isAcked(record)) highest.set(record.key, Math.max(highest.get(record.key) ?? 0, record.version))
  }
  const found: string[] = []
  for (const { key, version, hist } of registers) {
    const acked = highest.get(key) ?? 0
    if (version < acked) found.push(`${key} is at version ${version}, acknowledged was ${acked}`)
    if (hist.some((v, i) => i > 0 && v < (hist[i - 1] ?? 0))) found.push(`${key}: its history goes backwards`)
    if (hist.length > 0 && hist.at(-1) !== version) found.push(`${key} is at version ${version}, its history is not`)
  }
  for (const key of highest.keys()) {
    if (!registers.some((row) => row.key === key)) found.push(`${key} is gone`)
  }
  return found
}

function duplicateRows(rows: readonly LedgerRow[]): string[] {
  return repeated(rows.map((row) => `writer ${row.writer} seq ${row.seq}`))
}

function duplicateVersions(registers: readonly RegisterRow[]): string[] {
  return registers.flatMap(({ key, hist }) => repeated(hist.map((version) => `${key} = ${version}`)))
}

function repeated(names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.filter((name) => seen.size === seen.add(name).size)
}

/** Differences between two hosts' rows of the drill, for people: `insert 4711…: only on m1`. */
export function compareHosts(a: HostData, b: HostData, nameA: string, nameB: string): string[] {
  const textA = asText(a)
  const textB = asText(b)
  const found: string[] = []
  for (const [key, value] of textA) {
    const other = textB.get(key)
    if (other === undefined) found.push(`${key}: only on ${nameA}`)
    else if (other !== value) found.push(`${key}: ${nameA} has ${shorten(value)}, ${nameB} has ${shorten(other)}`)
  }
  for (const key of textB.keys()) if (!textA.has(key)) found.push(`${key}: only on ${nameB}`)
  return found
}

function asText({ rows, registers }: HostData): Map<string, string> {
  return new Map([
    ...rows.map((row): [string, string] => [`insert ${row.id}`, `${row.writer},${row.seq},${row.serverId}`]),
    ...registers.map((row): [string, string] => [`register ${row.key}`, `${row.version}:${row.hist.join(',')}`]),
  ])
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 20)}…${text.slice(-30)}` : text
}
