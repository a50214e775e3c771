import type { Diagnostic, ParsedConfig } from '../config/config.ts'
import { sameGroups } from './pair-groups.ts'
import { samePeers } from './pair-peers.ts'
import { samePlan } from './pair-plan.ts'
import { sameRole } from './pair-role.ts'
import { sameTrackers } from './pair-trackers.ts'
import { sameAddresses, sameSenders, sameWire } from './pair-wire.ts'
import { pairings } from './pairing.ts'
import { sayInto, subjectOf } from './subject.ts'

/**
 * What does not fit between two nodes' configurations. Pure; symmetric but for which file a finding is shown in.
 * Passwords are compared and never shown.
 */
export function lintPair(first: ParsedConfig, second: ParsedConfig): Diagnostic[] {
  const found: Diagnostic[] = []
  const say = sayInto(found)
  const here = subjectOf(second)
  const there = subjectOf(first)
  for (const pairing of pairings(here, there, say)) {
    sameWire(pairing, say)
    sameSenders(pairing, say)
    sameAddresses(pairing, say)
    samePeers(pairing, say)
    samePlan(pairing, say)
    sameTrackers(pairing, here, there, say)
    sameRole(pairing, say)
  }
  sameGroups(here, there, say)
  return second.conceal(first.conceal(found))
}
