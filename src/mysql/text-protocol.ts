import { type Row, SqlError } from './sql-session.ts'

/**
 * COM_QUERY and its replies, for a session whose login is done. A daemon that asks little, but for months, is asked by its host
 * to take nothing: at two questions a second a driver's own way of reading cost three times as much as this one.
 * Text protocol 4.1 with EOF packets, without query attributes and LOCAL INFILE, which session.ts turns off at login.
 */

const COM_QUERY = 0x03
const OK = 0x00
const EOF = 0xfe
const ERR = 0xff
const NULL = 0xfb
const MORE_RESULTS = 0x08
const BINARY_CHARSET = 63
/** An EOF packet is shorter than this; a row may begin with the same byte. */
const EOF_BYTES = 9
/** Of a packet: longer ones come in parts. */
const LONGEST = 0xffffff
const HEADER_BYTES = 4

/** A question as it goes out. */
export function queryPacket(sql: string): Buffer {
  const length = Buffer.byteLength(sql)
  if (length + 1 >= LONGEST) throw new RangeError(`a statement of ${length} bytes`)
  const packet = Buffer.allocUnsafe(HEADER_BYTES + 1 + length)
  packet.writeUIntLE(length + 1, 0, 3)
  packet[3] = 0
  packet[4] = COM_QUERY
  packet.write(sql, HEADER_BYTES + 1)
  return packet
}

/** The rows of each statement, or why the server refused; then whatever was behind it was not run. */
export type Reply = readonly (readonly Row[])[] | SqlError

interface Column {
  readonly name: string
  readonly encoding: 'utf8' | 'latin1'
}

/** Reads one reply after the other from the bytes as they come. */
export class ReplyReader {
  readonly #onReply: (reply: Reply) => void
  #rest: Buffer | null = null
  #results: Row[][] = []
  #columns: Column[] = []
  #rows: Row[] = []
  #phase: 'header' | 'columns' | 'rows' = 'header'
  #columnsLeft = 0

  constructor(onReply: (reply: Reply) => void) {
    this.#onReply = onReply
  }

  /** Between two replies, with nothing of the next. */
  get atRest(): boolean {
    return this.#phase === 'header' && this.#rest === null && this.#results.length === 0
  }

  /** @throws RangeError, TypeError: this is no reply */
  push(chunk: Buffer): void {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (bytes.length - at >= HEADER_BYTES) {
      const length = bytes.readUIntLE(at, 3)
      if (length === LONGEST) throw new RangeError('a packet of 16 MiB')
      const end = at + HEADER_BYTES + length
      if (bytes.length < end) break
      this.#packet(bytes, at + HEADER_BYTES, end)
      at = end
    }
    this.#rest = at === bytes.length ? null : bytes.subarray(at)
  }

  #packet(bytes: Buffer, at: number, end: number): void {
    const first = bytes.readUInt8(at)
    if (first === ERR) {
      this.#done(errorOf(bytes, at + 1, end))
      return
    }
    switch (this.#phase) {
      case 'header':
        this.#header(bytes, at, first)
        return
      case 'columns':
        if (this.#columnsLeft > 0) {
          this.#columns.push(columnOf(bytes, at, end))
          this.#columnsLeft -= 1
        } else this.#phase = 'rows'
        return
      case 'rows':
        if (first === EOF && end - at < EOF_BYTES) this.#statementDone(bytes.readUInt16LE(at + 3))
        else this.#rows.push(rowOf(this.#columns, bytes, at))
    }
  }

  #header(bytes: Buffer, at: number, first: number): void {
    this.#rows = []
    if (first === OK) {
      const insertId = lengthAt(bytes, lengthAt(bytes, at + 1).next)
      this.#statementDone(bytes.readUInt16LE(insertId.next))
      return
    }
    if (first === NULL) throw new TypeError('the server asks for a local file')
    this.#columnsLeft = lengthAt(bytes, at).value
    this.#columns = []
    this.#phase = 'columns'
  }

  #statementDone(status: number): void {
    this.#results.push(this.#rows)
    this.#phase = 'header'
    if ((status & MORE_RESULTS) === 0) this.#done(this.#results)
  }

  #done(reply: Reply): void {
    this.#phase = 'header'
    this.#results = []
    this.#rows = []
    this.#onReply(reply)
  }
}

/** A length-encoded integer, and where what follows it begins. */
function lengthAt(bytes: Buffer, at: number): { readonly value: number; readonly next: number } {
  const first = bytes.readUInt8(at)
  if (first < NULL) return { value: first, next: at + 1 }
  if (first === 0xfc) return { value: bytes.readUInt16LE(at + 1), next: at + 3 }
  if (first === 0xfd) return { value: bytes.readUIntLE(at + 1, 3), next: at + 4 }
  if (first === 0xfe) return { value: Number(bytes.readBigUInt64LE(at + 1)), next: at + 9 }
  throw new TypeError(`no length: ${first}`)
}

/** Catalog, schema, table and its own name come before the column's; 12 bytes before the end is its character set. */
function columnOf(bytes: Buffer, at: number, end: number): Column {
  let next = at
  for (let skipped = 0; skipped < 4; skipped++) {
    const length = lengthAt(bytes, next)
    next = length.next + length.value
  }
  const name = lengthAt(bytes, next)
  const encoding = bytes.readUInt16LE(end - 12) === BINARY_CHARSET ? 'latin1' : 'utf8'
  return { name: bytes.toString('utf8', name.next, name.next + name.value), encoding }
}

function rowOf(columns: readonly Column[], bytes: Buffer, start: number): Row {
  const row: Record<string, string | null> = {}
  let at = start
  for (const { name, encoding } of columns) {
    if (bytes[at] === NULL) {
      row[name] = null
      at += 1
    } else {
      const { value, next } = lengthAt(bytes, at)
      at = next + value
      row[name] = bytes.toString(encoding, next, at)
    }
  }
  return row
}

/** Number, `#` and five characters of SQLSTATE (left out before the login), text. */
function errorOf(bytes: Buffer, at: number, end: number): SqlError {
  const errno = bytes.readUInt16LE(at)
  const hasState = bytes[at + 2] === 0x23
  const message = bytes.toString('utf8', at + (hasState ? 8 : 2), end)
  return new SqlError(message, { errno, code: `ER_${errno}`, lost: FAREWELLS.has(errno) })
}

/** With these the server ends the connection. */
export const FAREWELLS: ReadonlySet<number> = new Set([1053, 1077, 1079, 1159, 1160, 1161, 1927, 4031])
