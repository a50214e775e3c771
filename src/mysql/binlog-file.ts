import { type FileHandle, open } from 'node:fs/promises'
import { contains, type GtidSet, parseGtidSet } from './gtid-set.ts'

/**
 * A binlog or relay log as far as recovery needs it: where each transaction begins and how it ends.
 * Layout (MySQL libs/mysql/binlog/event, MariaDB sql/log_event.h): magic, then events of 19 bytes header
 *   timestamp@0(4) type@4(1) server_id@5(4) size@9(4) end@13(4) flags@17(2), little-endian.
 */
export const MAGIC = Buffer.from([0xfe, 0x62, 0x69, 0x6e])
export const HEADER = 19
/** The server clears it when it closes the file: set means that it died with the file open. */
export const BINLOG_IN_USE = 0x1
const EVENT = {
  query: 2,
  stop: 3,
  rotate: 4,
  formatDescription: 15,
  xid: 16,
  gtid: 33,
  previousGtids: 35,
  xaPrepare: 38,
  transactionPayload: 40,
  gtidTagged: 42,
  mariadbGtid: 162,
  mariadbEncryption: 164,
} as const

/** Was it open when the server ended? So also counts one of which less is left than its first event. */
export async function wasInUse(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => null)
  if (file === null) return true
  try {
    const begin = Buffer.alloc(MAGIC.length + HEADER)
    const { bytesRead } = await file.read(begin, 0, begin.length, 0)
    return bytesRead < begin.length || (begin.readUInt16LE(MAGIC.length + 17) & BINLOG_IN_USE) !== 0
  } finally {
    await file.close()
  }
}

export interface BinlogTransaction {
  readonly gtid: string
  readonly start: number
  readonly end: number
  /**
   * xid: a transaction of InnoDB, prepared there and committed by the binlog; the only kind that recovery rolls back when
   * it is not in the binlog. cut: the file ends inside it, or was closed there, as a relay log is by a shutdown. other: DDL,
   * what engines without transactions did, XA, and compressed ones.
   */
  readonly kind: 'xid' | 'cut' | 'other'
}

export interface BinlogScan {
  readonly inUse: boolean
  /** End of format description and previous GTIDs: what a file needs to be readable. */
  readonly preamble: number
  readonly transactions: readonly BinlogTransaction[]
  /** End of the last whole event. */
  readonly end: number
}

/** Why a file can't be judged: encrypted, tagged GTIDs, not a binlog. */
export class UnreadableBinlog extends Error {}

const GTID_BODY = 25
const MARIADB_GTID_BODY = 13
/** MariaDB: a statement that is a transaction by itself, without a COMMIT or XID after it. */
const STANDALONE = 0x1
/** thread@0(4) time@4(4) length of schema@8(1) error@9(2) length of status@11(2); then status, schema, 0, statement. */
const QUERY_BODY = 13
/** Enough of a statement to know it: `ROLLBACK`, four bytes of checksum, and that it ends there. */
const STATEMENT_BEGIN = 13
/** What opens a transaction of several events … */
const OPENS = /^(BEGIN|XA START )/
/** … and what ends it as text, perhaps with a checksum; not `ROLLBACK TO` a savepoint. */
const ENDS = /^(COMMIT|ROLLBACK)(.{4})?$/s
const WINDOW = 1 << 20

/**
 * Reads event headers only.
 * @param keep which transactions are wanted: a file may hold millions
 * @throws UnreadableBinlog, system errors
 */
export async function scanBinlog(path: string, keep: (gtid: string) => boolean = () => true): Promise<BinlogScan> {
  const file = await open(path, 'r')
  try {
    return await scan(new Window(file, (await file.stat()).size), keep)
  } finally {
    await file.close()
  }
}

async function scan(window: Window, keep: (gtid: string) => boolean): Promise<BinlogScan> {
  const magic = await window.at(0, MAGIC.length)
  if (magic === null || !magic.equals(MAGIC)) throw new UnreadableBinlog('encrypted, or not a binlog')
  const transactions: BinlogTransaction[] = []
  let inUse = false
  let preamble = MAGIC.length
  let open: { gtid: string; start: number; several: boolean } | null = null
  const close = (end: number, kind: BinlogTransaction['kind'] = 'cut') => {
    if (open !== null && keep(open.gtid)) transactions.push({ gtid: open.gtid, start: open.start, kind, end })
    open = null
  }
  let at = MAGIC.length
  for (;;) {
    const header = await window.at(at, HEADER)
    const size = header?.readUInt32LE(9) ?? 0
    if (header === null || size < HEADER || at + size > window.size) break
    const type = header.readUInt8(4)
    if (type === EVENT.gtidTagged) throw new UnreadableBinlog('tagged GTIDs')
    if (type === EVENT.mariadbEncryption) throw new UnreadableBinlog('encrypted')
    if (type === EVENT.formatDescription) inUse = (header.readUInt16LE(17) & BINLOG_IN_USE) !== 0
    if (type === EVENT.formatDescription || type === EVENT.previousGtids) preamble = at + size
    if (type === EVENT.stop || type === EVENT.rotate) close(at)
    if (type === EVENT.gtid) {
      close(at)
      const body = await window.at(at + HEADER, GTID_BODY)
      if (body === null) break
      open = { gtid: gtidOf(body), start: at, several: false }
    } else if (type === EVENT.mariadbGtid) {
      close(at)
      const server = header.readUInt32LE(5)
      const body = await window.at(at + HEADER, MARIADB_GTID_BODY)
      if (body === null) break
      open = { gtid: mariadbGtidOf(server, body), start: at, several: (body.readUInt8(12) & STANDALONE) === 0 }
    } else if (type === EVENT.query && open !== null) {
      const text = await statementAt(window, at, size)
      // Savepoints and statements as text stand between the begin and the end, too.
      if (OPENS.test(text)) open.several = true
      else if (!open.several || ENDS.test(text)) close(at + size, 'other')
    } else if (type === EVENT.xid) {
      close(at + size, 'xid')
    } else if (type === EVENT.xaPrepare || type === EVENT.transactionPayload) {
      close(at + size, 'other')
    }
    at += size
  }
  close(window.size)
  return { inUse, preamble, transactions, end: at }
}

/** How the statement of a query event begins. */
async function statementAt(window: Window, at: number, size: number): Promise<string> {
  const body = await window.at(at + HEADER, QUERY_BODY)
  if (body === null) return ''
  const begin = HEADER + QUERY_BODY + body.readUInt16LE(11) + body.readUInt8(8) + 1
  return (await window.at(at + begin, Math.max(0, Math.min(size - begin, STATEMENT_BEGIN))))?.toString('latin1') ?? ''
}

/** flags@0(1) uuid@1(16) number@17(8) */
function gtidOf(body: Buffer): string {
  const hex = body.toString('hex', 1, 17)
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  return `${uuid}:${body.readBigInt64LE(17)}`
}

/** number@0(8) domain@8(4) flags@12(1); the server stands in the header. */
function mariadbGtidOf(server: number, body: Buffer): string {
  return `${body.readUInt32LE(8)}-${server}-${body.readBigUInt64LE(0)}`
}

/** Positioned reads through a buffer: bodies are skipped, headers of small events come in one read. */
class Window {
  readonly size: number
  readonly #file: FileHandle
  readonly #buffer = Buffer.alloc(WINDOW)
  #from = 0
  #length = 0

  constructor(file: FileHandle, size: number) {
    this.#file = file
    this.size = size
  }

  /** null: the file ends before. What it gives is good until the next call. */
  async at(position: number, length: number): Promise<Buffer | null> {
    if (position + length > this.size) return null
    if (position < this.#from || position + length > this.#from + this.#length) {
      const { bytesRead } = await this.#file.read(this.#buffer, 0, WINDOW, position)
      this.#from = position
      this.#length = bytesRead
      if (bytesRead < length) return null
    }
    const offset = position - this.#from
    return this.#buffer.subarray(offset, offset + length)
  }
}

export type TrimPlan =
  | { readonly cutAt: number; readonly transactions: readonly BinlogTransaction[] }
  | { readonly keep: string }

/**
 * Where to cut a crashed holder's last binlog, so that recovery rolls back what the peer never had. Pure.
 * Only the very end may go, and only transactions that recovery can roll back and that this server itself wrote.
 */
export function planTrim(scan: BinlogScan, theirs: GtidSet, myUuid: string): TrimPlan {
  const has = (one: BinlogTransaction): boolean => contains(theirs, parseGtidSet('mysql', one.gtid))
  const first = scan.transactions.findIndex((one) => !has(one))
  const start = scan.transactions[first]
  if (start === undefined) return { keep: 'the peer has everything that is in it' }
  const tail = scan.transactions.slice(first)
  const strange = tail.find(has)
  if (strange !== undefined) return { keep: `the peer has ${strange.gtid}, which comes after ${start.gtid}` }
  const foreign = tail.find((one) => !one.gtid.startsWith(`${myUuid.toLowerCase()}:`))
  if (foreign !== undefined) return { keep: `${foreign.gtid} was not written by this server` }
  const fixed = tail.find((one) => one.kind === 'other')
  if (fixed !== undefined)
    return { keep: `${fixed.gtid} can't be rolled back (DDL, or an engine without transactions)` }
  return { cutAt: start.start, transactions: tail }
}
