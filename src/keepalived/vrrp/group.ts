import { cancelCandidacy, electionWon, enterBackup } from './election.ts'
import type { VrrpEvent } from './event.ts'
import { release } from './handover.ts'
import type { Machine, Settings } from './state.ts'
import { whyFault } from './tracking.ts'
import { log, type Turn } from './turn.ts'

/**
 * Sync groups: all members are master, or none is. Pure.
 *
 * A member whose Master_Down_Timer has run out waits until it has for all of them; then those with a database promote
 * it, and when the last one is ready all become master in one turn. What ends one member's mastership ends that of the
 * others, and what faults one is a tracker of the others.
 */
export interface Member {
  readonly settings: Settings
  readonly machine: Machine
}

const PREFIX = 'sync group '

/** What the members have to be told now; ask again after they were, until there is nothing left. */
export function groupEvents<One extends Member>(name: string, members: readonly One[]): [One, VrrpEvent][] {
  const alive = members.filter(({ machine }) => machine.state !== 'STOP')
  const faults = sharedFaults(name, alive)
  if (faults.length > 0) return faults
  // One that stops says so to its own peers.
  const staying = alive.filter(({ machine }) => machine.stopAt === null)
  const masters = staying.filter(({ machine }) => machine.state === 'MASTER')
  const out = staying.find(({ machine }) => machine.state !== 'MASTER')
  if (out !== undefined && masters.length > 0) {
    const reason = `sync group ${name}: ${out.settings.name} is not master`
    return masters.map((one) => [one, { t: 'groupLeave', reason }])
  }
  const missing = staying.find(({ machine }) => machine.groupVote === 'none' && machine.state !== 'MASTER')
  if (missing !== undefined) {
    const reason = `sync group ${name}: ${missing.settings.name} can not be master`
    const trying = staying.filter(({ machine }) => machine.candidacy !== null)
    return trying.map((one) => [one, { t: 'groupLeave', reason }])
  }
  const preparing = staying.filter(({ machine }) => machine.groupVote === 'wants')
  const elected = preparing.length > 0 ? preparing.filter(({ machine }) => machine.candidacy === null) : staying
  return elected.filter(({ machine }) => machine.state !== 'MASTER').map((one) => [one, { t: 'groupElect' }])
}

/** A fault that came from the group is not passed on, so that the members recover together, too. */
function sharedFaults<One extends Member>(name: string, members: readonly One[]): [One, VrrpEvent][] {
  const tracker = `${PREFIX}${name}`
  return members.flatMap((one): [One, VrrpEvent][] => {
    const faulty = members.find((other) => other !== one && hasOwnFault(other))
    const known = one.machine.trackers.get(tracker)
    if ((known?.up ?? true) === (faulty === undefined)) return []
    const reason = faulty === undefined ? 'all members are well' : `${faulty.settings.name} is in FAULT`
    return [[one, { t: 'track', tracker, up: faulty === undefined, weight: null, reason }]]
  })
}

function hasOwnFault({ settings, machine }: Member): boolean {
  const own = new Map([...machine.trackers].filter(([name]) => !name.startsWith(PREFIX)))
  return whyFault({ settings, machine: { ...machine, trackers: own } }) !== null
}

/** All members want to be master: promote, or be it. */
export function onGroupElect(turn: Turn): void {
  const { machine } = turn
  if (machine.state === 'BACKUP' && machine.groupVote !== 'none') electionWon(turn)
}

/** Another member is no master any more, or can't be. */
export function onGroupLeave(turn: Turn, reason: string): void {
  const { machine } = turn
  if (machine.state === 'MASTER') {
    log(turn, 'info', `leaving mastership: ${reason}`)
    release(turn, reason, { demoted: false })
    enterBackup(turn)
  } else if (machine.candidacy !== null) cancelCandidacy(turn, reason)
}
