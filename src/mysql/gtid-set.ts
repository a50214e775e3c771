import type { Flavour } from './dialect.ts'

/** Inclusive. */
export interface Interval {
  readonly first: number
  readonly last: number
}

/**
 * Which transactions a server has, as a map origin → ascending, disjoint, non-adjacent intervals.
 * MySQL: origin is `uuid` or `uuid:tag`, as gtid_executed writes it.
 * MariaDB: origin is `domain-server`, from @@gtid_binlog_state (*not* gtid_binlog_pos, which forgets all but the last
 * server of a domain): "everything up to seq" is [1, seq]. So the same subset rules hold for both, and a node that
 * wrote 0-1-100 is seen to be apart from one whose history is 0-1-98, 0-2-150. Within one domain the servers share
 * the numbers, so MariaDB's `count` is an upper bound.
 */
export type GtidSet = ReadonlyMap<string, readonly Interval[]>

export const EMPTY: GtidSet = new Map()

export class GtidSyntaxError extends Error {
  constructor(text: string, why: string) {
    super(`not a GTID set (${why}): ${text.length > 120 ? `${text.slice(0, 120)}…` : text}`)
    this.name = 'GtidSyntaxError'
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const TAG = /^[a-z_][a-z0-9_]{0,31}$/
const INTERVAL = /^(\d+)(?:-(\d+))?$/
const MARIADB_GTID = /^(\d+)-(\d+)-(\d+)$/

/** How each family writes its sets. */
const FORM: Readonly<Record<Flavour, Form>> = {
  mysql: {
    parse: parseMysql,
    member: (origin, intervals) =>
      `${origin}:${intervals.map((i) => (i.first === i.last ? i.first : `${i.first}-${i.last}`)).join(':')}`,
    exact: true,
    server: (origin) => origin.split(':')[0],
  },
  mariadb: {
    parse: parseMariadb,
    member: (origin, intervals) => `${origin}-${intervals.at(-1)?.last ?? 0}`,
    exact: false,
    server: (origin) => origin.split('-')[1],
  },
}

interface Form {
  parse(text: string): GtidSet
  member(origin: string, intervals: readonly Interval[]): string
  /** Each number is one transaction; else "everything up to" in a sequence that servers share. */
  readonly exact: boolean
  /** Who wrote it, in lower case. */
  server(origin: string): string | undefined
}

/** @throws GtidSyntaxError */
export function parseGtidSet(flavour: Flavour, text: string): GtidSet {
  return FORM[flavour].parse(text)
}

function parseMysql(text: string): GtidSet {
  const found = new Map<string, Interval[]>()
  for (const member of text.split(',')) {
    const fields = member.split(':').map((field) => field.trim().toLowerCase())
    const uuid = fields.shift() ?? ''
    if (uuid === '' && fields.length === 0) continue
    if (!UUID.test(uuid)) throw new GtidSyntaxError(text, `no UUID in “${member.trim()}”`)
    let origin = uuid
    for (const field of fields) {
      if (TAG.test(field)) origin = `${uuid}:${field}`
      else add(found, origin, interval(text, field))
    }
  }
  return normalised(found)
}

function interval(text: string, field: string): Interval {
  const match = INTERVAL.exec(field)
  const first = Number(match?.[1])
  const last = Number(match?.[2] ?? match?.[1])
  if (match === null || first < 1 || !Number.isSafeInteger(last)) {
    throw new GtidSyntaxError(text, `no interval in “${field}”`)
  }
  return { first, last }
}

function parseMariadb(text: string): GtidSet {
  const found = new Map<string, Interval[]>()
  for (const member of text.split(',')) {
    const trimmed = member.trim()
    if (trimmed === '') continue
    const match = MARIADB_GTID.exec(trimmed)
    const seq = Number(match?.[3])
    if (match === null || !Number.isSafeInteger(seq)) throw new GtidSyntaxError(text, `“${trimmed}”`)
    add(found, `${Number(match[1])}-${Number(match[2])}`, { first: 1, last: seq })
  }
  return normalised(found)
}

function add(into: Map<string, Interval[]>, origin: string, one: Interval): void {
  const list = into.get(origin)
  if (list === undefined) into.set(origin, [one])
  else list.push(one)
}

function normalised(raw: ReadonlyMap<string, readonly Interval[]>): GtidSet {
  const set = new Map<string, readonly Interval[]>()
  for (const origin of [...raw.keys()].sort()) {
    const merged: Interval[] = []
    const ascending = (raw.get(origin) ?? []).filter((i) => i.last >= i.first).sort((a, b) => a.first - b.first)
    for (const next of ascending) {
      const previous = merged.at(-1)
      if (previous !== undefined && next.first <= previous.last + 1) {
        merged[merged.length - 1] = { first: previous.first, last: Math.max(previous.last, next.last) }
      } else merged.push(next)
    }
    if (merged.length > 0) set.set(origin, merged)
  }
  return set
}

/** As the server itself would write it (MySQL: ready for WAIT_FOR_EXECUTED_GTID_SET; MariaDB: the last of each origin). */
export function formatGtidSet(flavour: Flavour, set: GtidSet): string {
  return [...set].map(([origin, intervals]) => FORM[flavour].member(origin, intervals)).join(',')
}

/**
 * MariaDB: as gtid_binlog_state takes it. Of a domain the server written last counts as where its log ends: that one has
 * the highest number.
 */
export function formatBinlogState(set: GtidSet): string {
  return [...set]
    .map(([origin, intervals]) => ({ origin, last: intervals.at(-1)?.last ?? 0 }))
    .sort((a, b) => a.last - b.last)
    .map(({ origin, last }) => `${origin}-${last}`)
    .join(',')
}

/** a ∪ b */
export function union(a: GtidSet, b: GtidSet): GtidSet {
  const all = new Map<string, Interval[]>()
  for (const set of [a, b]) for (const [origin, list] of set) for (const one of list) add(all, origin, one)
  return normalised(all)
}

/** a − b: what a has and b lacks. */
export function subtract(a: GtidSet, b: GtidSet): GtidSet {
  const left = new Map<string, readonly Interval[]>()
  for (const [origin, intervals] of a) {
    let rest: readonly Interval[] = intervals
    for (const cut of b.get(origin) ?? []) {
      rest = rest.flatMap((one) =>
        [
          { first: one.first, last: Math.min(one.last, cut.first - 1) },
          { first: Math.max(one.first, cut.last + 1), last: one.last },
        ].filter((part) => part.first <= part.last),
      )
    }
    left.set(origin, rest)
  }
  return normalised(left)
}

/** Has a all of b? */
export function contains(a: GtidSet, b: GtidSet): boolean {
  return isEmpty(subtract(b, a))
}

export function equal(a: GtidSet, b: GtidSet): boolean {
  return contains(a, b) && contains(b, a)
}

export function isEmpty(set: GtidSet): boolean {
  return set.size === 0
}

/** MariaDB: the last transaction of each domain, as gtid_slave_pos and mariadb-binlog want a position. */
export function lastOfDomains(set: GtidSet): ReadonlyMap<string, { readonly server: string; readonly seq: number }> {
  const last = new Map<string, { server: string; seq: number }>()
  for (const [origin, intervals] of set) {
    const [domain = '', server = ''] = origin.split('-')
    const seq = intervals.at(-1)?.last ?? 0
    if (seq > (last.get(domain)?.seq ?? 0)) last.set(domain, { server, seq })
  }
  return last
}

/** `0-1-100,1-2-5` */
export function formatPosition(set: GtidSet): string {
  return [...lastOfDomains(set)].map(([domain, { server, seq }]) => `${domain}-${server}-${seq}`).join(',')
}

/**
 * What is left of `set` beyond `common`, in exact numbers: the servers of a MariaDB domain share one sequence, so whatever
 * is only in `set` comes after the last of the domain that both have. MySQL's sets are exact already.
 */
export function beyond(flavour: Flavour, set: GtidSet, common: GtidSet): GtidSet {
  if (FORM[flavour].exact) return set
  const last = lastOfDomains(common)
  const cut = new Map(
    [...set.keys()].map((origin) => [origin, [{ first: 1, last: last.get(origin.split('-')[0] ?? '')?.seq ?? 0 }]]),
  )
  return subtract(set, normalised(cut))
}

/** Number of transactions (MariaDB: an upper bound). */
export function count(set: GtidSet): number {
  let sum = 0
  for (const intervals of set.values()) for (const i of intervals) sum += i.last - i.first + 1
  return sum
}

/** The part that a server itself wrote. `origin`: MySQL's server_uuid; MariaDB's server_id, in any domain. */
export function ofOrigin(flavour: Flavour, set: GtidSet, origin: string): GtidSet {
  return new Map([...set].filter(([key]) => FORM[flavour].server(key) === origin.toLowerCase()))
}
