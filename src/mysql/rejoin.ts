import { type Flavour, familyOf } from './dialect.ts'
import type { Epoch } from './epoch.ts'
import { EMPTY, type GtidSet, isEmpty, ofOrigin, subtract } from './gtid-set.ts'

/** What one server knows of itself. */
export interface History {
  /** MySQL: server_uuid; MariaDB: server_id. */
  readonly origin: string
  readonly executed: GtidSet
}

/**
 * How my history stands to the peer's.
 * clean: the same · behind: the peer has more, of its own · ahead: I have more · diverged: both have something
 * · rolled-back: the peer has transactions that *I* wrote and no longer have (lost binlog tail, old snapshot): the
 * server would filter them out on the way back and never have them again (facts 0.4) · unknown: one side can't be read.
 */
export type Standing = 'clean' | 'behind' | 'ahead' | 'diverged' | 'rolled-back' | 'unknown'

export interface Classification {
  readonly standing: Standing
  /** mine − theirs */
  readonly extra: GtidSet
  /** theirs − mine */
  readonly missing: GtidSet
  /** A part of `missing` was written here. MariaDB takes it back, if the rows are gone, too. */
  readonly ownMissing: boolean
}

/**
 * Pure. null: that side could not be read. Both servers may be at work while they are read: give my own set from before
 * and from after the peer's was read, so that neither `extra` nor `missing` holds what merely came in between.
 */
export function classify(
  flavour: Flavour,
  mine: History | null,
  theirs: History | null,
  mineAfter: History | null = mine,
): Classification {
  if (mine === null || theirs === null || mineAfter === null) {
    return { standing: 'unknown', extra: EMPTY, missing: EMPTY, ownMissing: false }
  }
  const extra = subtract(mine.executed, theirs.executed)
  const missing = subtract(theirs.executed, mineAfter.executed)
  const ownMissing = !isEmpty(ofOrigin(flavour, missing, mine.origin))
  return { standing: standingOf(flavour, ownMissing, extra, missing), extra, missing, ownMissing }
}

function standingOf(flavour: Flavour, ownMissing: boolean, extra: GtidSet, missing: GtidSet): Standing {
  // Who takes its own tail back is just behind.
  if (!familyOf(flavour).takesOwnTailBack && ownMissing) return 'rolled-back'
  if (isEmpty(extra)) return isEmpty(missing) ? 'clean' : 'behind'
  return isEmpty(missing) ? 'ahead' : 'diverged'
}

/** Why a server must not be promoted, nor be fetched from; null: it may. */
export type Quarantine = { readonly standing: 'diverged' | 'rolled-back'; readonly why: string } | null

/** What else tells how a server stands to its peer. */
export interface Evidence {
  readonly mine: Epoch | null
  readonly theirs: Epoch | null
  readonly myOrigin: string
  /** The applier has stopped, and trying again is no help: the server's word. null: it has not. */
  readonly refusal: string | null
  /** Why my GTIDs don't prove that I have their rows; null: they do. */
  readonly doubt: string | null
  /** As it was judged before. */
  readonly before: Quarantine
}

/**
 * What a classification means, given who holds the address. With a holder, whatever I have more than it is divergence.
 * Without one (both just started), the line of the latest epoch is the true one.
 * A binary log that lost its end with the power, while the rows stayed, looks like a server that is behind. Two things
 * give it away: its own transactions can't be applied again; or, if it has served since, it gave their numbers to others,
 * and of two equal histories one lacks the other's epoch.
 * One whose GTIDs prove nothing stays quarantined from the moment at which somebody else served.
 */
export function quarantineOf(classification: Classification, peerIsHolder: boolean, evidence: Evidence): Quarantine {
  const { standing, ownMissing } = classification
  if (standing === 'rolled-back') {
    return { standing, why: 'the peer has transactions that this server wrote and has lost' }
  }
  if (ownMissing && evidence.before?.standing === 'rolled-back') return evidence.before
  if (ownMissing && evidence.refusal !== null) {
    return {
      standing: 'rolled-back',
      why: `its binary log has lost transactions whose rows are still here, so they can’t be applied again: ${evidence.refusal}`,
    }
  }
  if (!sameEpoch(evidence)) {
    // What the other writes next makes it look like a server that is just behind.
    const hidden = standing === 'behind' || standing === 'clean'
    if (hidden && evidence.before?.standing === 'diverged') return evidence.before
    if (peerIsHolder && standing === 'clean') {
      return {
        standing: 'diverged',
        why: `the same GTIDs, but ${epochText(evidence.mine)} here and ${epochText(evidence.theirs)} on the holder: a number was given twice`,
      }
    }
  }
  if (peerIsHolder && (standing === 'diverged' || standing === 'ahead')) {
    return { standing: 'diverged', why: 'this server has transactions that the holder does not have' }
  }
  if (standing === 'diverged' && !hasAuthority(evidence.mine, evidence.theirs, evidence.myOrigin)) {
    return { standing, why: 'both servers have transactions that the other lacks, and the peer held the address last' }
  }
  if (evidence.doubt !== null) {
    if (evidence.before?.standing === 'rolled-back') return evidence.before
    if (peerIsHolder) return { standing: 'rolled-back', why: evidence.doubt }
  }
  return null
}

/** null: there was no promotion, or the table can't be read, and nothing is known. */
function sameEpoch({ mine, theirs }: Evidence): boolean {
  return mine === null || theirs === null || (mine.epoch === theirs.epoch && mine.holder === theirs.holder)
}

function epochText(epoch: Epoch | null): string {
  return `epoch ${epoch?.epoch} of ${epoch?.holder}`
}

/** Was I the one whom clients were answered by, as far as both logs of epochs tell? */
export function hasAuthority(mine: Epoch | null, theirs: Epoch | null, myOrigin: string): boolean {
  if (mine === null) return false
  if (theirs === null || mine.epoch > theirs.epoch) return true
  return mine.epoch === theirs.epoch && mine.holder === myOrigin
}
