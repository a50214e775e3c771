import { heardLeave } from './election.ts'
import { masterDownMs } from './timing.ts'
import { priorityOf } from './tracking.ts'
import { log, type Turn } from './turn.ts'

/**
 * The second opinion before a silent takeover: the daemons tell each other of their adverts over TCP as well. Where
 * only the adverts are lost (a firewall, a switch that does not forward multicast), the holder is heard there, and stays
 * the holder. Where the holder has gone, both fall silent together, so a takeover waits for nothing.
 */

/** A beat older than this many intervals says nothing of now. */
const FRESH_INTERVALS = 2

/** Told of an advert. It counts as one only while adverts themselves don't come through. */
export function onBeat(turn: Turn, priority: number): void {
  const { machine, settings, now } = turn
  // Two masters find that out by their adverts; an older beat may overtake a change of roles.
  if (machine.state !== 'BACKUP' || machine.candidacy !== null || machine.leavingHeardAt !== null) return
  if (priority > 0) {
    machine.beatAt = now
    machine.vacant = false
    machine.masterDownAt ??= now + masterDownMs(settings, priorityOf(turn), machine.masterIntervalMs)
    return
  }
  if (!machine.advertsLost) return
  machine.beatAt = null
  heardLeave(turn, { from: 'the peer, told over TCP' })
}

/** Asked when Master_Down_Timer has run out. True: the holder lives, and the timer runs anew from its last word. */
export function holderLives(turn: Turn): boolean {
  const { machine, settings, now } = turn
  const { beatAt } = machine
  if (beatAt === null || machine.leavingHeardAt !== null) return false
  // It may have renewed its lease on the address until then.
  if (beatAt > (machine.holderHeardAt ?? 0) + machine.masterIntervalMs) machine.holderHeardAt = beatAt
  if (now - beatAt > FRESH_INTERVALS * machine.masterIntervalMs) {
    machine.beatAt = null
    return false
  }
  if (!machine.advertsLost) {
    const silence =
      'no adverts, but the master’s daemon is heard over TCP: they are lost on the way, it stays the master'
    log(turn, 'warn', silence)
  }
  machine.advertsLost = true
  machine.masterDownAt = beatAt + masterDownMs(settings, priorityOf(turn), machine.masterIntervalMs)
  return true
}
