import { cancelCandidacy, enterBackup } from './election.ts'
import { LINGER_MS, PATIENT_SLACK_MS, renewEveryMs, suspectAfterMs } from './timing.ts'
import { answerLeave, demote, enter, log, type Turn } from './turn.ts'

/**
 * The VIP's way from one host to the other, without silence and without two holders.
 *
 *     holder                          successor
 *     priority 0, goes on answering → promotes its database, then
 *     removes the VIP               ← its advert
 *     priority 0 again ("gone")     → adds the VIP, GARP
 *
 * Lost messages cost time, not safety: the holder removes the VIP after LINGER_MS unasked, and the successor adds it
 * unanswered only when the holder's kernel lease must have ended. Without a role it is the RFC's way: removed at once.
 */

/** Two answers: one may be lost; more would only echo. */
const GONE_ANSWERS = 2
const GONE_SPACING_MS = 50

/**
 * Adds the VIP, tells the neighbours, and starts its timers. An advert has to follow: peers count on it that the lease
 * began no later than our last advert.
 */
export function takeVip(turn: Turn): void {
  const { machine, settings, now } = turn
  machine.vip = 'held'
  machine.vipAt = null
  machine.holderHeardAt = null
  machine.leavingHeardAt = null
  machine.renewAt = settings.leaseMs > 0 ? now + renewEveryMs(settings) : null
  machine.garpAt = settings.garpDelayMs > 0 ? now + settings.garpDelayMs : null
  machine.garpLower = false
  machine.refreshAt = settings.garpRefreshMs > 0 ? now + settings.garpRefreshMs : null
  turn.effects.push({ do: 'addVip' }, { do: 'garp' })
}

/** The holder gives mastership up: says so at once, and keeps answering for the VIP where a successor will ask for it. */
export function release(turn: Turn, reason: string, options: { readonly demoted: boolean }): void {
  const { machine, settings, now } = turn
  turn.effects.push({ do: 'advert', priority: 0 })
  machine.advertAt = null
  machine.renewAt = null
  machine.garpAt = null
  machine.refreshAt = null
  if (!options.demoted) demote(turn, reason)
  if (machine.vip === 'held' && settings.role !== null && machine.link.up === true) {
    machine.vip = 'lingering'
    machine.vipAt = now + LINGER_MS
  } else {
    if (machine.vip === 'held') turn.effects.push({ do: 'removeVip' })
    vipGone(turn)
  }
}

/** The successor has spoken, or waiting for it takes too long. */
export function finishLinger(turn: Turn): void {
  turn.effects.push({ do: 'removeVip' }, { do: 'advert', priority: 0 })
  vipGone(turn)
}

function vipGone(turn: Turn): void {
  const { machine, settings, now } = turn
  machine.vip = 'none'
  machine.vipAt = null
  if (settings.role !== null) {
    const until = now + settings.leaseMs + PATIENT_SLACK_MS
    machine.gone = { answers: GONE_ANSWERS, notBefore: now + GONE_SPACING_MS, until }
  }
  answerLeave(turn, true, 'the virtual address has gone')
  if (machine.state === 'STOP') turn.effects.push({ do: 'stopped' })
}

/** A successor speaks although we let go already: perhaps it missed that, and waits for the lease to end. */
export function answerGone(turn: Turn): void {
  const { machine, now } = turn
  const { answers, notBefore, until } = machine.gone
  if (answers === 0 || now < notBefore || now > until) return
  machine.gone = { answers: answers - 1, notBefore: now + GONE_SPACING_MS, until }
  turn.effects.push({ do: 'advert', priority: 0 })
}

/** Planned leave, the database being read-only already. Answered when the VIP has gone. */
export function leave(turn: Turn, request: { id: number; holdDownMs: number; reason: string }): void {
  const { machine, now } = turn
  if (machine.stopAt !== null) {
    stopNow(turn, { demoted: true })
    return
  }
  answerLeave(turn, false, 'another request to leave came after this one')
  machine.leaveId = request.id
  if (machine.state === 'MASTER') {
    log(turn, 'info', `leaving mastership: ${request.reason}`)
    machine.holdDownUntil = now + request.holdDownMs
    release(turn, request.reason, { demoted: true })
    enterBackup(turn)
  } else if (machine.vip === 'none') {
    answerLeave(turn, true, 'not the holder')
  }
}

/** End of this process. A holder with a database asks for its demotion first; `stopped` says when to exit. */
export function onStop(turn: Turn, reason: string): void {
  const { machine, settings, now } = turn
  if (machine.state !== 'MASTER' || settings.role === null || !machine.checkThere) {
    stopNow(turn, { demoted: false })
    return
  }
  if (machine.stopAt !== null) return
  machine.stopAt = now + settings.role.demoteDeadlineMs
  const message = { t: 'leave', instance: settings.name, id: machine.nextId++, holdDownMs: 0, reason } as const
  turn.effects.push({ do: 'tell', message })
}

export function stopNow(turn: Turn, options: { readonly demoted: boolean }): void {
  const { machine } = turn
  machine.stopAt = null
  if (machine.candidacy !== null) cancelCandidacy(turn, 'stopping')
  if (machine.state === 'MASTER') release(turn, 'stopping', options)
  machine.masterDownAt = null
  machine.groupVote = 'none'
  enter(turn, 'STOP')
  if (machine.vip === 'none') turn.effects.push({ do: 'stopped' })
}

/**
 * A worker that slept (SIGSTOP, a paused virtual machine, a starved processor) for about as long as its peers wait is
 * no master any more: it steps down before it sends or believes anything.
 */
export function suspect(turn: Turn): void {
  const { machine, settings, now } = turn
  const silence = now - (machine.advertSentAt ?? now)
  if (silence <= suspectAfterMs(settings)) return
  if (machine.candidacy?.claimed === true) {
    machine.candidacy = { ...machine.candidacy, claimed: false }
    cancelCandidacy(turn, 'this node was too slow')
  }
  if (machine.state !== 'MASTER') return
  log(turn, 'error', `no advert was sent for ${Math.round(silence)} ms: stepping down, another node may be master`)
  if (machine.vip === 'held') turn.effects.push({ do: 'removeVip' })
  machine.vip = 'none'
  machine.vipAt = null
  demote(turn, 'this node was too slow')
  enterBackup(turn)
}
