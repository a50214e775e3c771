import { type Flavour, familyOf } from '../mysql/dialect.ts'
import { equal, formatGtidSet, type GtidSet, isEmpty, parseGtidSet, subtract } from '../mysql/gtid-set.ts'
import type { ReplicationFacts } from './mysql-replication-facts.ts'

/** What decides about a server's data. */
type Holding = Pick<ReplicationFacts, 'gtids' | 'schemas' | 'epochs'>

type Side = 'mine' | 'theirs'

/**
 * What two servers hold, beside each other:
 * - `empty`: neither ever had a user's schema, nor the pair a holder. What their installers logged doesn't count.
 * - `one-empty`: the other has data.
 * - `same`: equal histories; of strangers, which tell of data, and equal names of schemas too.
 * - `behind`: that side lacks transactions and has none of its own.
 * - `diverged`: one history, and then each its own transactions.
 * - `unrelated`: no history in common that could be proven.
 * - `unlogged`: strangers with data of which their GTIDs don't tell: equal GTIDs say nothing then.
 */
type PairData = { readonly kind: 'empty' } | { readonly kind: 'same' } | Apart

/** What replication alone does not mend, or only between members. */
type Apart =
  | { readonly kind: 'one-empty' | 'behind'; readonly side: Side }
  | { readonly kind: 'diverged' | 'unrelated' | 'unlogged' }

/** Has no schema of a user's, and knows of no holder of the pair. */
function isUnused({ schemas, epochs }: Holding): boolean {
  return schemas.length === 0 && epochs === 0
}

/** Both know of a holder: they were one pair before. */
function areMembers(mine: Holding, theirs: Holding): boolean {
  return mine.epochs > 0 && theirs.epochs > 0
}

/**
 * Numbers of MariaDB prove nothing between strangers: every server that nobody configured writes as 0-1. MySQL's origin
 * is a UUID.
 */
function areRelated(flavour: Flavour, mine: Holding, theirs: Holding, ours: GtidSet, others: GtidSet): boolean {
  if (areMembers(mine, theirs)) return true
  return familyOf(flavour).originIsUnique && !equal(subtract(ours, others), ours)
}

function sameSchemas(mine: Holding, theirs: Holding): boolean {
  return JSON.stringify([...mine.schemas].sort()) === JSON.stringify([...theirs.schemas].sort())
}

/** @throws GtidSyntaxError */
export function classifyPairData(flavour: Flavour, mine: Holding, theirs: Holding): PairData {
  if (isUnused(mine) && isUnused(theirs)) return { kind: 'empty' }
  if (isUnused(mine)) return { kind: 'one-empty', side: 'mine' }
  if (isUnused(theirs)) return { kind: 'one-empty', side: 'theirs' }
  const [ours, others] = [parseGtidSet(flavour, mine.gtids), parseGtidSet(flavour, theirs.gtids)]
  if (equal(ours, others)) {
    const told = areMembers(mine, theirs) || (!isEmpty(ours) && sameSchemas(mine, theirs))
    return { kind: told ? 'same' : 'unlogged' }
  }
  if (!areRelated(flavour, mine, theirs, ours, others)) return { kind: 'unrelated' }
  if (isEmpty(subtract(ours, others))) return { kind: 'behind', side: 'mine' }
  if (isEmpty(subtract(others, ours))) return { kind: 'behind', side: 'theirs' }
  return { kind: 'diverged' }
}

/**
 * Only their GTIDs say that two strangers with data hold the same.
 * @throws GtidSyntaxError
 */
export function restsOnGtids(flavour: Flavour, mine: Holding, theirs: Holding): boolean {
  return !areMembers(mine, theirs) && classifyPairData(flavour, mine, theirs).kind === 'same'
}

interface Refusal {
  readonly message: string
  readonly hint: string
}

/** A server with its name, for the person who reads the refusal. */
interface NamedHolding extends Holding {
  readonly name: string
}

/**
 * Why these two must not be joined as they are, and what to do; null: replication alone makes them equal, and loses
 * nothing. A member of a pair that is behind may catch up; a stranger may not.
 * @throws GtidSyntaxError
 */
export function refusalToJoin(flavour: Flavour, mine: NamedHolding, theirs: NamedHolding): Refusal | null {
  const data = classifyPairData(flavour, mine, theirs)
  if (data.kind === 'empty' || data.kind === 'same') return null
  if (data.kind === 'behind' && areMembers(mine, theirs)) return null
  const [ours, others] = [parseGtidSet(flavour, mine.gtids), parseGtidSet(flavour, theirs.gtids)]
  const sides = [
    describe(flavour, mine, subtract(ours, others)),
    describe(flavour, theirs, subtract(others, ours)),
  ].join('; ')
  const { why, hint } = reason(data, mine.name, theirs.name)
  return { message: `${why} (${sides})`, hint: `${hint}, then run this again` }
}

function describe(flavour: Flavour, { name, schemas }: NamedHolding, only: GtidSet): string {
  const held = schemas.length === 0 ? 'no user schemas' : `schemas ${schemas.join(', ')}`
  const alone = isEmpty(only) ? 'nothing that its peer lacks' : `alone has ${formatGtidSet(flavour, only)}`
  return `${name}: ${held}, ${alone}`
}

function reason(data: Apart, mine: string, theirs: string): { readonly why: string; readonly hint: string } {
  const restore = (from: string, onto: string): string =>
    `copy ${from} onto ${onto} (mmha provision … --seed-from ${from} --overwrite ${onto})`
  const choose = "decide whose data stays, save the other's, and copy it over (--seed-from HOST --overwrite HOST)"
  switch (data.kind) {
    case 'one-empty': {
      const [full, bare] = data.side === 'mine' ? [theirs, mine] : [mine, theirs]
      return {
        why: `only ${full} holds data, and replication would not bring it to ${bare}`,
        hint: restore(full, bare),
      }
    }
    case 'behind': {
      const [ahead, late] = data.side === 'mine' ? [theirs, mine] : [mine, theirs]
      const hint = `let ${late} replicate from ${ahead} until they are equal, or ${restore(ahead, late)}`
      return { why: `${late} lacks transactions of ${ahead}, and they were no pair of mmha's before`, hint }
    }
    case 'diverged':
      return {
        why: 'both hosts have transactions that the other lacks, and joining them would lose some',
        hint: choose,
      }
    case 'unrelated':
      return {
        why: 'the hosts hold different data with no history in common, and joining them would mix it',
        hint: choose,
      }
    case 'unlogged':
      return {
        why: 'the hosts hold data of which their GTIDs do not tell: nothing says that it is the same',
        hint: `switch on log_bin (MySQL: gtid_mode too), ${choose}`,
      }
  }
}
