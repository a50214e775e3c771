import { setTimeout as delay } from 'node:timers/promises'
import { channelOf } from '../../mysql/channel.ts'
import { applyReceived, openForWrites, setEventScheduler, waitFor } from '../../mysql/promotion.ts'
import { writableStatements } from '../../mysql/read-only.ts'
import type { Quarantine } from '../../mysql/rejoin.ts'
import { hastenStatement } from '../../mysql/semi-sync.ts'
import { text } from '../../mysql/sql-session.ts'
import type { RoleConfig } from '../config/config.ts'
import type { PairLine } from '../heartbeat/pair-line.ts'
import { unlessAbandoned } from './abandoned.ts'
import { closeInTime } from './closing.ts'
import { destroyClientSockets } from './fence.ts'
import { promotionVerdict, type Situation, wasSynchronous } from './judgement.ts'
import type { LeftRelayLog } from './left-relay-log.ts'
import type { Peer, PeerView } from './peer.ts'
import type { LocalServer } from './server.ts'
import type { StateFile } from './state-file.ts'

export interface ChangeContext {
  readonly server: LocalServer
  readonly peer: Peer
  readonly left: LeftRelayLog
  readonly line: Pick<PairLine, 'peerAlone' | 'daemonGoneMs'>
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
 * After a farewell the peer's database is closed or dying, by its own daemon's word. A dying one answers nothing until
 * the kernel has torn it down, 50 to 300 ms with its memory: not worth the wait.
 */
const OPINION_AFTER_FAREWELL_MS = 25

/** Applies what was received, asks for a second opinion, and opens the server. @throws SqlError when it goes meanwhile */
export async function promote(
  { server, peer, left, line, role, addresses, port, log, askVeto }: ChangeContext,
  quarantine: Quarantine,
  wish: { readonly deadlineMs: number; readonly farewell: boolean; readonly signal: AbortSignal },
): Promise<Outcome> {
  if (quarantine !== null) return { ok: false, reason: `quarantined, ${quarantine.standing}: ${quarantine.why}` }
  const waitMs = Math.min(wish.deadlineMs, role.promoteDeadline * 1000)
  const { heard } = peer
  const vetoed = askVeto()
  const asked = peer.ask(wish.farewell ? OPINION_AFTER_FAREWELL_MS : SECOND_OPINION_MS)
  const started = performance.now()
  const laps: string[] = []
  const lap = (what: string) => laps.push(`${what} after ${(performance.now() - started).toFixed(0)} ms`)
  const channel = await channelOf(server.actor, server.dialect)
  const received =
    (await left.apply(server, channel, waitMs)) ??
    (await applyReceived(server.actor, server.dialect, channel, waitMs, async () => {
      await stopReceiving(server, asked)
      lap('receiver stopped')
    }))
  lap('applied')
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
    mineBefore: mine.history,
    peer: view,
    peerHeardMs: heard?.agoMs ?? null,
    upMs: performance.now() - server.since,
    soloWaitMs: role.soloWait * 1000,
    quarantine,
  }
  const verdict = promotionVerdict(now, received)
  if (!verdict.ok) return { ok: false, reason: verdict.reason + advice }
  if (view.state !== 'up' && (peerAlone || !wasSynchronous(heard))) {
    const doubt = 'the holder was not waiting for this server when it was last heard, so commits may be missing here'
    if (policy === 'consistency') return { ok: false, reason: `policy consistency: ${doubt}` }
    log('warn', `policy availability: going on, although ${doubt}`)
  }
  const veto = await vetoed
  if (veto !== null) return { ok: false, reason: veto }
  if (wish.signal.aborted) return { ok: false, reason: 'no longer wanted' }
  if (verdict.forced) await server.actor.query(server.dialect.statement.stopReplica)
  await openForWrites(server.actor, server.dialect, verdict)
  lap('open')
  if (performance.now() - started > WORTH_SAYING_MS) log('info', laps.join(', '))
  return { ok: true, reason: verdict.reason }
}

/**
 * Resolves when nothing more can come in. The receiver of a source that doesn't answer has nothing to read: once it was
 * told to stop, its end need not be waited for. A source that says it is closed may still have commits on their way:
 * MySQL shows super_read_only=ON while its SET waits for them.
 */
async function stopReceiving(server: LocalServer, asked: Promise<PeerView>): Promise<void> {
  const stopped = server.stopIo()
  const unanswered = asked.then((view) => (view.state === 'up' ? stopped : delay(STOP_GRACE_MS)))
  await Promise.race([stopped, unanswered])
}

const STOP_GRACE_MS = 50
const WORTH_SAYING_MS = 50

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
  if ('ended' in closed) return { ok: true, reason: `closed for writes, ${closed.ended} sessions ended` }
  if (!server.alive) return { ok: true, reason: `mysqld is gone (${closed.failure})` }
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

/**
 * Planned handover: closed here, everything there, then the address may go. If the peer can't follow, this server is
 * opened again and keeps the address.
 */
export async function leave(context: ChangeContext): Promise<Outcome> {
  const { server, peer, role, state, addresses, port, log } = context
  const view = await peer.ask(OPINION_BEFORE_LEAVING_MS)
  if (view.state !== 'up') return { ok: false, reason: `the peer’s database can’t be asked: ${view.why}` }
  if (!view.snapshot.closed) return { ok: false, reason: 'the peer is open for writes' }
  const { channel } = view.snapshot
  if (channel?.io !== 'running' || !channel.sqlRunning) return { ok: false, reason: 'the peer does not replicate' }
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
  if ('ended' in closed && (await peerHasAll(context).catch(() => false))) {
    // Nobody follows this server from here on. What it applies now, perhaps while it shuts down, must not wait for an
    // acknowledgement: MariaDB's shutdown hung on that for ever. A server without semi-sync has no such variable; that
    // or a full disk must not keep the address on a closed server.
    await state
      .update({ enforced: false })
      .then(() => server.reader.query(hastenStatement(server.dialect)))
      .catch((error: Error) => log('warn', `commits may still wait for the standby: ${error.message}`))
    return { ok: true, reason: 'closed for writes, the peer has everything' }
  }
  for (const statement of writableStatements(server.dialect)) await server.reader.query(statement)
  const why = 'failure' in closed ? closed.failure : `the peer did not follow within ${CATCH_UP_MS} ms`
  return { ok: false, reason: `${why}; open for writes again` }
}

/** What was not worth the clients' time before the address moved: sessions that can only read, and events. @throws SqlError */
export async function afterLeaving({ server, log }: ChangeContext): Promise<void> {
  const ended = await server.endClients()
  if (ended > 0) log('info', `${ended} sessions of clients ended`)
  await setEventScheduler(server.actor, false)
}

async function peerHasAll({ server, peer }: ChangeContext): Promise<boolean> {
  const { line } = peer
  if (line === null) return false
  const [row] = await server.reader.query(`SELECT ${server.dialect.family.historyEnd} AS pos`)
  const position = text(row, 'pos').replaceAll(/\s/g, '')
  return position === '' || waitFor(line.session, line.dialect, position, CATCH_UP_MS)
}
