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
  /** A script with its arguments; `[user [group]]` may follow. */
  | { readonly type: 'command' }
) & { readonly optional?: boolean }

/** What one line of a list block holds. */
export type ItemType = 'mail' | 'name' | 'virtual-address' | 'address' | 'tracked-interface' | 'tracked-script'

/**
 * native: acts. alias: another spelling of `of`, said each time. accepted: understood, without effect here; the doc says which.
 * ipvs: as accepted, but summed up once a file. later: keepalived acts on it and we don't yet, so it is a warning.
 * refused: as later, but without it the peers would not hear each other and both hold the address; the instance does not run.
 */
export type Status = 'native' | 'accepted' | 'ipvs' | 'later' | 'refused' | 'alias'

/** One row of the keyword table: everything that parser, `-t`, did-you-mean and reference page know about a keyword. */
export interface Keyword {
  readonly name: string
  /** The block it stands in. */
  readonly block: string
  readonly status: Status
  readonly values: readonly ValueSpec[]
  /** Block that it opens; null: none. */
  readonly opens: string | null
  /** May stand more than once in its block. */
  readonly many: boolean
  readonly default: string | number | boolean | null
  readonly unit: 's' | null
  /** alias: the keyword that is meant. */
  readonly of: string | null
  /** alias: how loudly it is said. */
  readonly says: 'warning' | 'note'
  /** One line: what it does; for accepted and later: what it does not do here. */
  readonly doc: string
}

/** A block's content: keywords of the table, a list of items, or anything (skipped unread). */
export interface BlockSpec {
  readonly name: string
  readonly item: ItemType | null
}

type Extras = Partial<Pick<Keyword, 'default' | 'opens' | 'many' | 'unit' | 'of' | 'says'>>

function row(
  status: Status,
  name: string,
  values: readonly ValueSpec[],
  doc: string,
  extras: Extras,
): Omit<Keyword, 'block'> {
  const unit = values[0]?.type === 'seconds' ? 's' : null
  return {
    name,
    status,
    values,
    doc,
    opens: null,
    many: false,
    default: null,
    unit,
    of: null,
    says: 'warning',
    ...extras,
  }
}

export const native = (name: string, values: readonly ValueSpec[], doc: string, extras: Extras = {}) =>
  row('native', name, values, doc, extras)
export const accepted = (name: string, values: readonly ValueSpec[], doc: string, extras: Extras = {}) =>
  row('accepted', name, values, doc, extras)
export const ipvs = (name: string, values: readonly ValueSpec[], doc: string, extras: Extras = {}) =>
  row('ipvs', name, values, doc, extras)
export const later = (name: string, values: readonly ValueSpec[], doc: string, extras: Extras = {}) =>
  row('later', name, values, doc, extras)
export const refused = (name: string, values: readonly ValueSpec[], doc: string, extras: Extras = {}) =>
  row('refused', name, values, doc, extras)
export const alias = (name: string, of: string, doc: string, says: Keyword['says'] = 'warning') =>
  row('alias', name, [], doc, { of, says })

/** Rows without their block, put into it. */
export function inBlock(block: string, rows: readonly Omit<Keyword, 'block'>[]): Keyword[] {
  return rows.map((entry) => ({ ...entry, block }))
}

export const word: ValueSpec = { type: 'word' }
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
