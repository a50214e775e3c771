import { channelOf, refusalOf } from '../../mysql/channel.ts'
import { FORCED_LEAP } from '../../mysql/epoch.ts'
import { openForWrites, waitFor } from '../../mysql/promotion.ts'
import { writableStatements } from '../../mysql/read-only.ts'
import type { Quarantine } from '../../mysql/rejoin.ts'
import { hastenStatement } from '../../mysql/semi-sync.ts'
import { text } from '../../mysql/sql-session.ts'
import type { RoleConfig } from '../config/config.ts'
import type { PairLine } from '../heartbeat/pair-line.ts'
import { unlessAbandoned } from './abandoned.ts'
import { closeInTime } from './closing.ts'
import { destroyClientSockets } from './fence.ts'
import { forcedVerdict, promotionVerdict, type Situation, wasSynchronous } from './judgement.ts'
import type { LeftRelayLog } from './left-relay-log.ts'
import type { Peer } from './peer.ts'
import { endReceiving } from './receiving.ts'
import type { LocalServer } from './server.ts'
import type { StateFile } from './state-file.ts'

export interface ChangeContext {
  readonly server: LocalServer
  readonly peer: Peer
  readonly left: LeftRelayLog
  readonly line: Pick<PairLine, 'peerAlone' | 'daemonGoneMs' | 'peerFarewell' | 'tellFarewell'>
  readonly role: RoleConfig
  /** The VIPs. */
  readonly addresses: readonly string[]
  readonly port: number
  readonly state: StateFile
  /** SIGKILL to mysqld. @returns '' or why not */
  kill(): string
  /** What `pre_promote` says: why not, or null. */
  askVeto(): Promise<string | null>
  log(level: 'info' | 'warn' | 'error', message: string): void
}

export interface Outcome {
  readonly ok: boolean
  readonly reason: string
}

/** A change whose connection broke is a refusal; what it left half done, the loop puts right. */
export async function outcomeOf(change: Promise<Outcome>): Promise<Outcome> {
  try {
    const { ok, reason } = await change
    return { ok, reason }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

/** A peer that lives answers in a few; one that has died must not hold up the promotion. */
const SECOND_OPINION_MS = 150
/**
 * Left without a last word, the peer's database is dying, or about to be closed. A dying one answers nothing until the
 * kernel has torn it down, 50 to 300 ms with its memory: not worth the wait.
 */
const OPINION_OF_THE_DYING_MS = 25

/** Applies what was received, asks for a second opinion, and opens the server. @throws SqlError when it goes meanwhile */
export async function promote(
  { server, peer, left, line, role, addresses, port, state, log, askVeto }: ChangeContext,
  quarantine: Quarantine,
  wish: {
    readonly deadlineMs: number
    readonly farewell: boolean
    /** By an operator's word. */
    readonly force: boolean
    readonly signal: AbortSignal
  },
): Promise<Outcome> {
  if (quarantine !== null && !wish.force)
    return { ok: false, reason: `quarantined, ${quarantine.standing}: ${quarantine.why}` }
  line.tellFarewell(null)
  const waitMs = Math.min(wish.deadlineMs, role.promoteDeadline * 1000)
  const { heard } = peer
  const vetoed = askVeto()
  const { peerFarewell } = line
  const dying = wish.farewell && peerFarewell === null
  const asked = peer.ask(dying ? OPINION_OF_THE_DYING_MS : SECOND_OPINION_MS, peerFarewell !== null)
  const started = performance.now()
  const laps: string[] = []
  const lap = (what: string) => laps.push(`${what} after ${(performance.now() - started).toFixed(0)} ms`)
  const channel = await channelOf(server.actor, server.dialect)
  const leftOver = await left.apply(server, channel, waitMs)
  const receiving = await endReceiving(server, leftOver === null ? channel : null, { asked, peerFarewell })
  const received = leftOver ?? (await receiving.apply(waitMs))
  lap(`all was received: ${receiving.how}; applied`)
  const { policy } = role
  const { daemonGoneMs, peerAlone } = line
  const evidence = { policy, view: await asked, heard, daemonGoneMs, peerAlone, received }
  const { view, advice } = await unlessAbandoned(evidence, addresses, port)
  lap('peer asked')
  const mine = await server.standing()
  lap('looked')
  const now: Situation = {
    policy,
    flavour: server.dialect.flavour,
    holder: false,
    mine,
    refusal: refusalOf(channel),
    mineBefore: mine.history,
    peer: view,
    peerHeardMs: heard?.agoMs ?? null,
    upMs: performance.now() - server.since,
    soloWaitMs: role.soloWait * 1000,
    quarantine,
    doubt: (await state.read()).doubt,
  }
  const verdict = wish.force ? forcedVerdict(now, received) : promotionVerdict(now, received)
  if (!verdict.ok) return { ok: false, reason: verdict.reason + advice }
  if (view.state !== 'up' && (peerAlone || !wasSynchronous(heard))) {
    const doubt = 'the holder was not waiting for this server when it was last heard, so commits may be missing here'
    if (policy === 'consistency' && !wish.force) return { ok: false, reason: `policy consistency: ${doubt}` }
    log('warn', `${wish.force ? 'by an operator’s word' : 'policy availability'}: going on, although ${doubt}`)
  }
  const veto = await vetoed
  if (veto !== null) return { ok: false, reason: veto }
  if (wish.signal.aborted) return { ok: false, reason: 'no longer wanted' }
  if (verdict.forced) await server.actor.query(server.dialect.statement.stopReplica)
  await openForWrites(server.actor, server.dialect, { ...verdict, leap: wish.force ? FORCED_LEAP : 1 })
  lap('open')
  const late = await receiving.finish(waitMs)
  lap('receiver stopped')
  if (late.state !== 'applied' && !verdict.forced) return { ok: false, reason: `received meanwhile: ${late.detail}` }
  log('info', laps.join(', '))
  return { ok: true, reason: verdict.reason }
}

/**
 * Closes the server and ends its clients. When it doesn't let itself be closed (LOCK TABLES, a long UPDATE that rolls
 * back), its clients' sockets are destroyed, so that nobody can get an OK from it through the address any more. When it
 * is still open after that, it is killed: its option file says read_only. At once, when commits wait for the standby:
 * let go, they would be told OK, and the successor lacks them; killed, they are rolled back.
 */
export async function demote(context: ChangeContext): Promise<Outcome> {
  const { server, role, state, addresses, port, log } = context
  const deadlineMs = role.demoteDeadline * 1000
  const clients = { addresses, port, patienceMs: deadlineMs / 3 }
  const waiting = role.onFence === 'kill' ? 'give-up' : 'let-go'
  const closed = await closeInTime(server, state, { ...clients, deadlineMs, waiting })
  if ('ended' in closed) {
    await nobodyFollows(context)
    await noLongerEnforced(context)
    return { ok: true, reason: `closed for writes, ${closed.ended} sessions ended` }
  }
  if (!server.reachable) return { ok: true, reason: `mysqld is gone (${closed.failure})` }
  if (closed.waiting) {
    const refused = context.kill()
    if (refused === '') return { ok: true, reason: `mysqld was killed: ${closed.failure}, and must not be told OK` }
    log('error', `${closed.failure}, and mysqld could not be killed: ${refused}`)
  }
  const complaint = await destroyClientSockets(addresses, port)
  const reset = complaint === '' ? 'its clients’ sockets were destroyed' : `nor its sockets destroyed (${complaint})`
  log('warn', `mysqld could not be closed (${closed.failure}), ${reset}`)
  const fenceMs = role.fenceDeadline * 1000
  const late = await closeInTime(server, state, {
    ...clients,
    deadlineMs: fenceMs,
    waiting: closed.waiting ? 'let-go' : waiting,
  })
  if ('ended' in late) return { ok: true, reason: `closed for writes at last, ${late.ended} sessions ended` }
  if (role.onFence === 'reset') return { ok: false, reason: `mysqld is still open (${late.failure}), ${reset}` }
  const refused = context.kill()
  if (refused !== '')
    return { ok: false, reason: `mysqld is still open (${late.failure}), nor could it be killed: ${refused}` }
  return { ok: true, reason: `mysqld was killed, since it could not be closed (${late.failure})` }
}

/** Clients go on writing meanwhile; on a loaded machine 150 ms were too few, and a planned leave was none. */
const OPINION_BEFORE_LEAVING_MS = 500
/** How long the peer may take to have everything after this server was closed. */
const CATCH_UP_MS = 3_000
/** The same before: one that is further behind would have its applier catch up while nobody can write. */
const KEEP_UP_MS = 1_500
/** The loop's questions go over the same connection, and one without an answer for a second is the connection's end. */
const AT_A_TIME_MS = 250

/**
 * Planned handover: closed here, everything there, then the address may go. If the peer can't follow, this server is
 * opened again and keeps the address.
 * @param urgent this daemon ends (its request has no hold-down): closed at once. Else a peer that is behind is given time
 * while this server serves on
 */
export async function leave(context: ChangeContext, urgent: boolean): Promise<Outcome> {
  const { server, peer, line, role, state, addresses, port } = context
  // Mine is read before it is closed: it stays as it is until somebody is promoted.
  const [view, standing] = await Promise.all([peer.ask(OPINION_BEFORE_LEAVING_MS), server.standing()])
  if (view.state !== 'up') return { ok: false, reason: `the peer’s database can’t be asked: ${view.why}` }
  if (!view.snapshot.closed) return { ok: false, reason: 'the peer is open for writes' }
  const { channel } = view.snapshot
  if (channel?.io !== 'running' || !channel.sqlRunning) return { ok: false, reason: 'the peer does not replicate' }
  if (!urgent && (await peerHasAll(context, KEEP_UP_MS)) === null) {
    return { ok: false, reason: `the peer is behind: it did not apply what this server has within ${KEEP_UP_MS} ms` }
  }
  const deadlineMs = role.demoteDeadline * 1000
  const closed = await closeInTime(server, state, {
    addresses,
    port,
    patienceMs: deadlineMs / 2,
    deadlineMs,
    waiting: 'let-go',
    // Each would log in again here and be refused, which takes the processors' time from the change.
    sessionsLater: true,
  })
  const all = 'ended' in closed ? await peerHasAll(context, CATCH_UP_MS).catch(() => null) : null
  if (all !== null) {
    // Where an administrator may write to a closed server, its history has not ended for sure.
    const { epoch } = standing
    if (epoch !== null && all !== '' && server.dialect.can('superReadOnly')) {
      line.tellFarewell({ historyEnd: all, epoch: epoch.epoch })
    }
    await nobodyFollows(context)
    return { ok: true, reason: 'closed for writes, the peer has everything' }
  }
  for (const statement of writableStatements(server.dialect)) await server.reader.query(statement)
  const why = 'failure' in closed ? closed.failure : `the peer did not follow within ${CATCH_UP_MS} ms`
  return { ok: false, reason: `${why}; open for writes again` }
}

/**
 * Nobody follows a closed server. What it applies from here on must not wait for an acknowledgement: it may be shut down in
 * the next moment, by whoever has asked for this or with its host, and its shutdown waits for the applier: for ever (seen on
 * MySQL and MariaDB). Its clients can't commit, so the marker may follow. A server without semi-sync has no such variable.
 */
async function nobodyFollows({ server, log }: ChangeContext): Promise<void> {
  await server.reader
    .query(hastenStatement(server.dialect))
    .catch((error: Error) => log('warn', `commits may still wait for the standby: ${error.message}`))
}

async function noLongerEnforced({ state, log }: ChangeContext): Promise<void> {
  await state
    .update({ enforced: false })
    .catch((error: Error) => log('warn', `what is said on disk of semi-sync is old: ${error.message}`))
}

/** What was not worth the clients' time before the address moved. @throws SqlError */
export async function afterLeaving(context: ChangeContext): Promise<void> {
  const { server, log } = context
  await noLongerEnforced(context)
  const ended = await server.endClients()
  if (ended > 0) log('info', `${ended} sessions of clients ended`)
}

/** @returns where this server's history ends, and the peer's has come to; null: it has not, in time. @throws SqlError */
async function peerHasAll({ server, peer }: ChangeContext, ms: number): Promise<string | null> {
  const { line } = peer
  if (line === null) return null
  const [row] = await server.reader.query(`SELECT ${server.dialect.family.historyEnd} AS pos`)
  const position = text(row, 'pos').replaceAll(/\s/g, '')
  if (position === '') return position
  const deadline = performance.now() + ms
  for (let left = ms; left > 0; left = deadline - performance.now()) {
    if (await waitFor(line.session, line.dialect, position, Math.min(left, AT_A_TIME_MS))) return position
  }
  return null
}
