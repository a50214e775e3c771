import type { HeardAdvert } from './event.ts'
import { answerGone, finishLinger, release, stopNow, takeVip } from './handover.ts'
import { holderLives } from './second-opinion.ts'
import { LEASE_SLACK_MS, LINGER_MS, masterDownMs, PATIENT_SLACK_MS, RETRY_MS, renewEveryMs, skewMs } from './timing.ts'
import { priorityOf } from './tracking.ts'
import { advertise, demote, enter, log, type Turn } from './turn.ts'

/** Who is master: RFC 9568 6.4.2 and 6.4.3, and the candidacy that comes before it where a database must be promoted. */

export function enterBackup(turn: Turn): void {
  const { machine, settings } = turn
  machine.advertAt = null
  machine.renewAt = null
  machine.garpAt = null
  machine.refreshAt = null
  machine.preemptAt = null
  machine.vacant = false
  machine.groupVote = 'none'
  machine.masterDownAt = turn.now + masterDownMs(settings, priorityOf(turn), machine.masterIntervalMs)
  enter(turn, 'BACKUP')
}

export function enterFault(turn: Turn, reason: string): void {
  const { machine } = turn
  log(turn, 'warn', `FAULT because of ${reason}`)
  if (machine.state === 'MASTER') release(turn, reason, { demoted: false })
  if (machine.candidacy !== null) cancelCandidacy(turn, reason)
  machine.masterDownAt = null
  machine.vacant = false
  machine.groupVote = 'none'
  enter(turn, 'FAULT')
}

export function becomeMaster(turn: Turn): void {
  const { machine, settings, now } = turn
  machine.candidacy = null
  machine.masterDownAt = null
  machine.vacant = false
  machine.groupVote = 'none'
  machine.masterIntervalMs = settings.advertMs
  enter(turn, 'MASTER')
  // The old holder may answer until it hears us; two hosts with one address are worse than a moment's wait.
  const freeAt = settings.role === null || machine.holderHeardAt === null ? now : holderGoneAt(turn)
  if (freeAt > now) {
    machine.vip = 'awaited'
    machine.vipAt = freeAt
  } else {
    takeVip(turn)
  }
  advertise(turn)
}

/**
 * Without a word from the old holder its kernel has removed the VIP by then. (Without a lease there is no such bound:
 * then it is the holder's own patience that counts.)
 */
function holderGoneAt({ machine, settings, now }: Turn): number {
  const slack = machine.leavingHeardAt === null ? LEASE_SLACK_MS : PATIENT_SLACK_MS
  if (settings.leaseMs > 0) return (machine.holderHeardAt ?? 0) + settings.leaseMs + slack
  return machine.leavingHeardAt === null ? now : machine.leavingHeardAt + 2 * LINGER_MS
}

/** Withdraws: the database goes back to read-only, and others may try first. */
export function cancelCandidacy(turn: Turn, reason: string): void {
  const { machine, now } = turn
  if (machine.candidacy?.claimed === true) turn.effects.push({ do: 'advert', priority: 0 })
  machine.candidacy = null
  machine.advertAt = null
  machine.groupVote = 'none'
  machine.masterDownAt = now + RETRY_MS + masterDownMs(turn.settings, priorityOf(turn), machine.masterIntervalMs)
  demote(turn, reason)
}

/** The gate has opened while there is no master: don't wait for another Master_Down_Interval. */
export function openElection(turn: Turn): void {
  const { machine, settings, now } = turn
  if (!machine.gate.open || !machine.vacant || machine.state !== 'BACKUP') return
  machine.vacant = false
  machine.masterDownAt = now + skewMs(settings, priorityOf(turn), machine.masterIntervalMs)
}

export function onTimer(turn: Turn): void {
  const { machine, now, settings } = turn
  const due = (at: number | null): boolean => at !== null && at <= now
  if (due(machine.stopAt)) {
    log(turn, 'warn', 'stopping without the answer of the check worker')
    stopNow(turn, { demoted: false })
    return
  }
  if (due(machine.candidacy?.deadlineAt ?? null)) {
    log(turn, 'error', 'the database was not promoted in time')
    cancelCandidacy(turn, 'too late')
  }
  if (due(machine.vipAt)) {
    if (machine.vip === 'lingering') finishLinger(turn)
    else if (machine.vip === 'awaited') {
      takeVip(turn)
      advertise(turn)
    }
  }
  const renews = machine.renewAt !== null && (due(machine.renewAt) || due(machine.advertAt))
  // The advert first: the kernel has one lock for all network changes of a machine, and may hold up the renewal by a second.
  if (due(machine.advertAt)) advertise(turn)
  if (renews) {
    turn.effects.push({ do: 'addVip' })
    machine.renewAt = now + renewEveryMs(settings)
  }
  if (due(machine.garpAt)) {
    machine.garpAt = null
    turn.effects.push(machine.garpLower ? { do: 'garp', why: 'lower' } : { do: 'garp' })
  } else if (due(machine.refreshAt)) {
    turn.effects.push({ do: 'garp', why: 'refresh' })
  }
  if (due(machine.refreshAt)) machine.refreshAt = now + settings.garpRefreshMs
  if (due(machine.masterDownAt)) masterDown(turn)
}

function masterDown(turn: Turn): void {
  const { machine, settings, now } = turn
  machine.masterDownAt = null
  if (holderLives(turn)) return
  if (now < machine.holdDownUntil) {
    machine.masterDownAt = machine.holdDownUntil + skewMs(settings, priorityOf(turn), machine.masterIntervalMs)
    return
  }
  if (mustNotBeMaster(turn)) return
  if (settings.grouped) machine.groupVote = settings.role === null ? 'ready' : 'wants'
  else electionWon(turn)
}

function mustNotBeMaster(turn: Turn): boolean {
  const { machine } = turn
  if (machine.gate.open) return false
  machine.vacant = true
  machine.groupVote = 'none'
  log(turn, 'warn', `there is no master, and this node must not be: ${machine.gate.reason}`)
  return true
}

/** Nobody else is master: be it, after the database has been promoted. */
export function electionWon(turn: Turn): void {
  const { machine, settings, now } = turn
  if (settings.role === null || machine.groupVote === 'ready') {
    becomeMaster(turn)
    return
  }
  if (mustNotBeMaster(turn)) return
  // Its VIP must not go before we can take it over, so after a leave we are silent until the database is ours.
  const farewell = machine.leavingHeardAt !== null
  const claimed = !farewell
  const id = machine.nextId++
  const deadlineMs = settings.role.promoteDeadlineMs
  machine.candidacy = { id, deadlineAt: now + deadlineMs + RETRY_MS, claimed }
  turn.effects.push({ do: 'tell', message: { t: 'promote', instance: settings.name, id, deadlineMs, farewell } })
  if (claimed) advertise(turn)
}

export function onAdvert(turn: Turn, advert: HeardAdvert): void {
  const { machine, settings } = turn
  if (machine.state === 'MASTER') {
    if (settings.ownerIgnoreAdverts && settings.priority === 255) return
    heardAsMaster(turn, advert)
    return
  }
  if (advert.priority > 0) {
    if (machine.vip === 'lingering') finishLinger(turn)
    else answerGone(turn)
  }
  if (machine.state === 'BACKUP') heardAsBackup(turn, advert)
}

function heardAsMaster(turn: Turn, advert: HeardAdvert): void {
  const { machine, settings } = turn
  const own = priorityOf(turn)
  if (advert.priority === 0) {
    if (machine.vip === 'awaited') takeVip(turn)
    advertise(turn)
    return
  }
  if (settings.role !== null) {
    const { from: address, priority } = advert
    turn.effects.push({ do: 'tell', message: { t: 'peer', instance: settings.name, address, priority } })
  }
  if (advert.priority > own || (advert.priority === own && advert.fromHigher)) {
    log(turn, 'warn', `Master received advert from ${advert.from} with higher priority ${advert.priority}, ours ${own}`)
    // So the winner learns that there were two, and tells the switches again.
    if (settings.higherPrioSendAdvert) turn.effects.push({ do: 'advert', priority: own })
    if (machine.vip === 'held') turn.effects.push({ do: 'removeVip' })
    machine.vip = 'none'
    machine.vipAt = null
    demote(turn, `${advert.from} is master with priority ${advert.priority}`)
    learn(turn, advert)
    enterBackup(turn)
    return
  }
  log(turn, 'warn', `Received advert from ${advert.from} with lower priority ${advert.priority}, ours ${own}`)
  if (settings.tellsLower === true) {
    turn.effects.push({ do: 'tell', message: { t: 'lower', instance: settings.name, priority: own } })
  }
  if (settings.lowerPrioNoAdvert) {
    if (machine.vip === 'held') announceAgain(turn)
    return
  }
  // RFC 9568 6.4.3: the other one has to learn of us at once; so has the switch.
  if (machine.vip === 'held') {
    turn.effects.push({ do: 'addVip' })
    announceAgain(turn)
  }
  advertise(turn)
}

/** Its announcements may have reached the neighbours last; another burst follows later, as keepalived does it. */
function announceAgain({ machine, settings, now, effects }: Turn): void {
  effects.push({ do: 'garp', why: 'lower' })
  const delay = settings.garpLowerDelayMs ?? 0
  if (delay === 0) return
  machine.garpAt = now + delay
  machine.garpLower = true
}

function heardAsBackup(turn: Turn, advert: HeardAdvert): void {
  const { machine, settings, now } = turn
  const own = priorityOf(turn)
  if (advert.priority === 0) {
    heardLeave(turn, advert)
    return
  }
  machine.vacant = false
  const wins = advert.priority > own || (advert.priority === own && advert.fromHigher)
  if (machine.candidacy !== null) {
    // Two claims at once: the order of priorities decides, as it does between masters.
    if (machine.candidacy.claimed && !wins) {
      advertise(turn)
      return
    }
    log(turn, 'info', `${advert.from} is master with priority ${advert.priority}: this node withdraws`)
    machine.candidacy = { ...machine.candidacy, claimed: false }
    cancelCandidacy(turn, `${advert.from} is master`)
  }
  if (!accepts(turn, advert.priority, own)) return
  learn(turn, advert)
  machine.groupVote = 'none'
  machine.masterDownAt = now + masterDownMs(settings, own, machine.masterIntervalMs)
}

/** Nopreempt, or a master that ranks higher, or a preemption that is still delayed: it remains the master. */
function accepts(turn: Turn, priority: number, own: number): boolean {
  const { machine, settings, now } = turn
  if (priority >= own) machine.preemptAt = null
  if (settings.nopreempt || settings.role !== null || priority >= own) return true
  if (settings.preemptDelayMs === 0) return false
  machine.preemptAt ??= now + settings.preemptDelayMs
  return now < machine.preemptAt
}

function learn(turn: Turn, advert: HeardAdvert): void {
  const { machine, settings } = turn
  if (settings.version === 3) machine.masterIntervalMs = advert.intervalMs
  machine.holderHeardAt = turn.now
  machine.leavingHeardAt = null
  machine.beatAt = null
  machine.advertsLost = false
  // A node that has left stays away so that another can take over. One has.
  machine.holdDownUntil = 0
}

/**
 * Priority 0. The first one says that the holder leaves (ours may still answer for the VIP), a second one after
 * its patience that the VIP has gone; a mere duplicate of the first says nothing new.
 */
export function heardLeave(turn: Turn, advert: Pick<HeardAdvert, 'from'>): void {
  const { machine, settings, now } = turn
  log(turn, 'info', `Backup received priority 0 advertisement from ${advert.from}`)
  if (machine.leavingHeardAt === null) {
    machine.leavingHeardAt = now
    machine.holderHeardAt = now
  } else if (now - machine.leavingHeardAt > LINGER_MS / 2) {
    machine.holderHeardAt = null
  }
  if (machine.candidacy === null) {
    machine.groupVote = 'none'
    // The skew lets the highest of several backups be first. Where databases move there are two nodes, and a candidate is
    // silent until its own is open: should the old holder be heard again meanwhile, nothing has happened.
    const skew = settings.role === null ? skewMs(settings, priorityOf(turn), machine.masterIntervalMs) : 0
    machine.masterDownAt = now + skew
  }
}
