import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { BINLOG_IN_USE, type BinlogTransaction, HEADER, MAGIC, scanBinlog, UnreadableBinlog } from './binlog-file.ts'
import { type Flavour, familyOf } from './dialect.ts'
import { formatGtidSet, type GtidSet, isEmpty, lastOfDomains, subtract } from './gtid-set.ts'

/** Stretches of binlog files that hold just the wanted transactions, in order. */
export interface BinlogTail {
  readonly parts: readonly { readonly file: string; readonly preamble: number; readonly ranges: readonly Range[] }[]
  readonly transactions: number
  /** MySQL: what no file holds any more. MariaDB, whose numbers leave gaps: null, or the last, when it is not there. */
  readonly missing: GtidSet
}

/** Bytes, the end not included. */
interface Range {
  readonly start: number
  readonly end: number
}

/**
 * Finds transactions in a server's binlogs. One that is cut off is none.
 * @param files oldest first
 * @param wanted in exact numbers (`beyond`)
 * @throws UnreadableBinlog: encrypted, tagged GTIDs; system errors
 */
export async function findTail(files: readonly string[], flavour: Flavour, wanted: GtidSet): Promise<BinlogTail> {
  const found = new Map<string, { first: number; last: number }[]>()
  const parts: { file: string; preamble: number; ranges: Range[] }[] = []
  let transactions = 0
  for (const file of await filesWith(files, wanted)) {
    const { preamble, transactions: all } = await scanBinlog(file, (gtid) => has(wanted, gtid))
    const own = all.filter(({ kind }) => kind !== 'cut')
    if (own.length === 0) continue
    transactions += own.length
    for (const { origin, number } of own.map(({ gtid }) => split(gtid)))
      found.set(origin, [...(found.get(origin) ?? []), { first: number, last: number }])
    parts.push({ file, preamble, ranges: joined(own) })
  }
  return { parts, transactions, missing: missing(flavour, wanted, found) }
}

/** What is said of a tail that is saved. @throws Error: there is nothing to save */
export function savedAs(flavour: Flavour, tail: BinlogTail, path: string): string {
  if (tail.transactions === 0) throw new Error('the binary logs hold none of them any more')
  const lost = isEmpty(tail.missing) ? '' : `; no binary log holds ${formatGtidSet(flavour, tail.missing)} any more`
  return `${tail.transactions} transactions that are only here were saved as a binlog: ${path}${lost}`
}

function missing(flavour: Flavour, wanted: GtidSet, found: GtidSet): GtidSet {
  const left = subtract(wanted, found)
  if (familyOf(flavour).originIsUnique) return left
  const last = [...lastOfDomains(wanted)].map(([domain, { server, seq }]) => `${domain}-${server}-${seq}`)
  return last.every((gtid) => has(found, gtid)) ? new Map() : left
}

/** `uuid:7`, `0-1-7` */
function split(gtid: string): { readonly origin: string; readonly number: number } {
  const at = Math.max(gtid.lastIndexOf(':'), gtid.lastIndexOf('-'))
  return { origin: gtid.slice(0, at), number: Number(gtid.slice(at + 1)) }
}

function has(set: GtidSet, gtid: string): boolean {
  const { origin, number } = split(gtid)
  return set.get(origin)?.some(({ first, last }) => first <= number && number <= last) === true
}

function joined(transactions: readonly BinlogTransaction[]): Range[] {
  const ranges: { start: number; end: number }[] = []
  for (const { start, end } of transactions) {
    const last = ranges.at(-1)
    if (last?.end === start) last.end = end
    else ranges.push({ start, end })
  }
  return ranges
}

/**
 * The files from the first on that may hold any of it: each says at its beginning what came before it, so that weeks of
 * older files are not read.
 */
async function filesWith(files: readonly string[], wanted: GtidSet): Promise<readonly string[]> {
  for (let i = files.length - 1; i > 0; i -= 1) if (await beganWithout(files[i] ?? '', wanted)) return files.slice(i)
  return files
}

/** Nothing of it was there when this file began, as the file says: older ones hold none. @throws UnreadableBinlog: encrypted */
export async function beganWithout(file: string, wanted: GtidSet): Promise<boolean> {
  const before = await cameBefore(file)
  return before !== null && isEmpty(subtract(wanted, subtract(wanted, before)))
}

/** MySQL's, and MariaDB's. */
const PREVIOUS_GTIDS = 35
const GTID_LIST = 163
const START_ENCRYPTION = 164
/** Bytes: enough for a few thousand stretches; a longer list is not looked at. */
const LOOK_AHEAD = 1 << 18

/** What was there when a binlog began; null: it does not say. */
async function cameBefore(file: string): Promise<GtidSet | null> {
  const handle = await open(file, 'r')
  try {
    const buffer = Buffer.alloc(LOOK_AHEAD)
    const { bytesRead } = await handle.read(buffer, 0, LOOK_AHEAD, 0)
    const head = buffer.subarray(0, bytesRead)
    if (!head.subarray(0, MAGIC.length).equals(MAGIC)) throw new UnreadableBinlog('encrypted, or not a binlog')
    for (let at = MAGIC.length; at + HEADER <= head.length; ) {
      const [type, size] = [head.readUInt8(at + 4), head.readUInt32LE(at + 9)]
      if (size < HEADER || at + size > head.length) return null
      const body = head.subarray(at + HEADER, at + size)
      if (type === START_ENCRYPTION) throw new UnreadableBinlog('encrypted')
      if (type === PREVIOUS_GTIDS) return previousGtids(body)
      if (type === GTID_LIST) return gtidList(body)
      at += size
    }
    return null
  } finally {
    await handle.close()
  }
}

/** uuids@0(8), each: uuid(16) intervals(8), each: first(8) end(8), not included. The highest byte says that it has tags. */
function previousGtids(body: Buffer): GtidSet | null {
  if (body.readUInt8(7) !== 0) return null
  const set = new Map<string, { first: number; last: number }[]>()
  let at = 8
  for (let uuids = Number(body.readBigUInt64LE(0)); uuids > 0; uuids -= 1) {
    const hex = body.toString('hex', at, at + 16)
    const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    const count = Number(body.readBigUInt64LE(at + 16))
    at += 24
    const intervals = Array.from({ length: count }, (_, i) => ({
      first: Number(body.readBigInt64LE(at + 16 * i)),
      last: Number(body.readBigInt64LE(at + 16 * i + 8)) - 1,
    }))
    at += 16 * count
    set.set(uuid, intervals)
  }
  return set
}

/** count@0(4, the highest four bits are flags), each: domain(4) server(4) number(8) */
function gtidList(body: Buffer): GtidSet {
  const count = body.readUInt32LE(0) & 0x0fffffff
  return new Map(
    Array.from({ length: count }, (_, i) => {
      const at = 4 + 16 * i
      const last = Number(body.readBigUInt64LE(at + 8))
      return [`${body.readUInt32LE(at)}-${body.readUInt32LE(at + 4)}`, [{ first: 1, last }]] as const
    }),
  )
}

const FLAGS_AT = MAGIC.length + 17

/** The bytes of a binlog that holds just these transactions, as they were logged: `mysqlbinlog` reads it. */
export async function* tailBytes({ parts }: BinlogTail): AsyncGenerator<Buffer> {
  for (const [i, { file, preamble, ranges }] of parts.entries()) {
    const head = await headOf(file, preamble)
    // Of the next files only how their events are to be read.
    yield i === 0 ? head : head.subarray(MAGIC.length, MAGIC.length + head.readUInt32LE(MAGIC.length + 9))
    for (const { start, end } of ranges) yield* createReadStream(file, { start, end: end - 1 })
  }
}

async function headOf(file: string, preamble: number): Promise<Buffer> {
  const handle = await open(file, 'r')
  try {
    const head = Buffer.alloc(preamble)
    await handle.read(head, 0, preamble, 0)
    // Of the copy it is not true, and the checksum does not count it.
    head.writeUInt16LE(head.readUInt16LE(FLAGS_AT) & ~BINLOG_IN_USE, FLAGS_AT)
    return head
  } finally {
    await handle.close()
  }
}
