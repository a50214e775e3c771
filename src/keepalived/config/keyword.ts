/** What a value may be; `secret` is taken as it stands, without any mending. */
export type ValueSpec = (
  | { readonly type: 'word' }
  | { readonly type: 'secret' }
  | { readonly type: 'integer'; readonly min: number; readonly max: number }
  /** Decimal seconds. */
  | { readonly type: 'seconds'; readonly min: number; readonly max: number }
  | { readonly type: 'choice'; readonly of: readonly string[] }
  | { readonly type: 'boolean' }
  | { readonly type: 'address' }
  | { readonly type: 'host' }
  | { readonly type: 'port' }
  /** All the words that are left, as one text; may be none. */
  | { readonly type: 'words' }
  /** A script with its arguments; `[user [group]]` may follow. */
  | { readonly type: 'command' }
) & { readonly optional?: boolean }

/** What one line of a list block holds. */
export type ItemType = 'mail' | 'name' | 'virtual-address' | 'peer' | 'route' | 'rule' | 'tracked' | 'delay' | 'served'

/**
 * native: acts. alias: another spelling of `of`; typo: a known misspelling of `of`; both said each time. accepted: understood, without
 * effect here; the doc says which. later: keepalived acts on it and we don't yet, so it is a warning.
 * refused: as later, but without it the peers would not hear each other and both hold the address; the instance does not run.
 */
export type Status = 'native' | 'accepted' | 'later' | 'refused' | 'alias' | 'typo'

/** What accepted keywords are about when all of them are said in one summary, and not line by line. */
export type Topic =
  | 'balancing'
  | 'SNMP'
  | 'D-Bus'
  | 'firewall'
  | 'buffers'
  | 'scheduling'
  | 'BFD'
  | 'VMAC'
  | 'namespaces'

/** One line in both languages: what a keyword does; for accepted and later: what it does not do here. */
export interface Doc {
  readonly en: string
  readonly zh: string
}

/** One row of the keyword table: everything that parser, `-t`, did-you-mean and reference page know about a keyword. */
export interface Keyword {
  readonly name: string
  /** The block it stands in. */
  readonly block: string
  readonly status: Status
  readonly values: readonly ValueSpec[]
  /** Block that it opens; null: none. */
  readonly opens: string | null
  /** Stands alone as well as with its block. */
  readonly mayOpen: boolean
  /** May stand more than once in its block. */
  readonly many: boolean
  readonly default: string | number | boolean | null
  readonly unit: 's' | null
  /** alias: the keyword that is meant. */
  readonly of: string | null
  /** alias: how loudly it is said. */
  readonly says: 'warning' | 'note'
  /** accepted: said in the summary of this topic; null: said where it stands. */
  readonly topic: Topic | null
  readonly doc: Doc
}

/** A block's content: keywords of the table, a list of items, or anything (skipped unread). */
export interface BlockSpec {
  readonly name: string
  readonly item: ItemType | null
}

type Extras = Partial<Pick<Keyword, 'default' | 'opens' | 'mayOpen' | 'many' | 'unit' | 'of' | 'says' | 'topic'>>

/** A row not yet translated is a string; the test of the table names it. */
type DocText = Doc | string

function row(
  status: Status,
  name: string,
  values: readonly ValueSpec[],
  doc: DocText,
  extras: Extras,
): Omit<Keyword, 'block'> {
  const unit = values[0]?.type === 'seconds' ? 's' : null
  return {
    name,
    status,
    values,
    doc: typeof doc === 'string' ? { en: doc, zh: '' } : doc,
    opens: null,
    mayOpen: false,
    many: false,
    default: null,
    unit,
    of: null,
    says: 'warning',
    topic: null,
    ...extras,
  }
}

export const native = (name: string, values: readonly ValueSpec[], doc: DocText, extras: Extras = {}) =>
  row('native', name, values, doc, extras)
export const accepted = (name: string, values: readonly ValueSpec[], doc: DocText, extras: Extras = {}) =>
  row('accepted', name, values, doc, extras)
/** Accepted, and said once a file in the summary of its topic. */
export const ignored =
  (topic: Topic) =>
  (name: string, values: readonly ValueSpec[], doc: DocText, extras: Extras = {}) =>
    row('accepted', name, values, doc, { topic, ...extras })
export const ipvs = ignored('balancing')
export const later = (name: string, values: readonly ValueSpec[], doc: DocText, extras: Extras = {}) =>
  row('later', name, values, doc, extras)
export const refused = (name: string, values: readonly ValueSpec[], doc: DocText, extras: Extras = {}) =>
  row('refused', name, values, doc, extras)
export const alias = (name: string, of: string, doc: DocText, says: Keyword['says'] = 'note') =>
  row('alias', name, [], doc, { of, says })
export const typo = (name: string, of: string, doc: DocText) => row('typo', name, [], doc, { of })

/** Rows without their block, put into it. */
export function inBlock(block: string, rows: readonly Omit<Keyword, 'block'>[]): Keyword[] {
  return rows.map((entry) => ({ ...entry, block }))
}

export const word: ValueSpec = { type: 'word' }
export const words: ValueSpec = { type: 'words', optional: true }
export const secret: ValueSpec = { type: 'secret' }
export const address: ValueSpec = { type: 'address' }
export const host: ValueSpec = { type: 'host' }
export const port: ValueSpec = { type: 'port' }
export const command: ValueSpec = { type: 'command' }
/** `keyword` alone is true. */
export const flag: ValueSpec = { type: 'boolean', optional: true }
export const integer = (min: number, max: number): ValueSpec => ({ type: 'integer', min, max })
export const seconds = (min: number, max: number): ValueSpec => ({ type: 'seconds', min, max })
export const choice = (...of: string[]): ValueSpec => ({ type: 'choice', of })
export const optional = (spec: ValueSpec): ValueSpec => ({ ...spec, optional: true })
