import { clientSessions } from '../../mysql/demotion.ts'
import { contains, count, EMPTY, type GtidSet, subtract } from '../../mysql/gtid-set.ts'
import { enforceStatements, readSemiSync, releaseStatements, SEMI_SYNC_QUERIES } from '../../mysql/semi-sync.ts'
import type { ServerSnapshot } from '../../mysql/snapshot.ts'
import { within } from '../check/shared-wake.ts'
import type { RoleConfig } from '../config/config.ts'
import type { Connection } from '../heartbeat/isolation.ts'
import type { PairLine } from '../heartbeat/pair-line.ts'
import { objectionToLetGo } from './judgement.ts'
import type { Peer, PeerView } from './peer.ts'
import type { LocalServer } from './server.ts'
import { patienceMs, Stall } from './stall.ts'
import type { StateFile } from './state-file.ts'

type Log = (level: 'info' | 'warn' | 'error', message: string) => void

/** A standby that is further behind would make the first commits wait too long. */
const NEARLY_CAUGHT_UP = 1000

/** Rounds in which the standby must be seen following: one that is about to stop is not waited for. */
const FOLLOWING_ROUNDS = 3

/** For a standby whose own commits still wait to be told otherwise by its daemon, ms. One whose daemon stays away is waited for as it is. */
const TURNING_MS = 5_000
/** A server that is being turned answers late. ms */
const ANSWER_MS = 200

export interface SemiSyncOptions {
  readonly log: Log
  readonly state: StateFile
  readonly policy: RoleConfig['policy']
  connection(): Connection
  readonly peer: Pick<Peer, 'line'>
  /** To the peer's daemon. */
  readonly line: Pick<PairLine, 'peerLives' | 'together' | 'tellAlone'>
}

/**
 * Commits on the holder wait for the standby, or it is written on disk that they don't (mysql/semi-sync.ts says why).
 * Called on every tick with fresh snapshots.
 */
export class SemiSyncKeeper {
  readonly #log: Log
  readonly #state: StateFile
  readonly #connection: () => Connection
  readonly #policy: RoleConfig['policy']
  readonly #peer: SemiSyncOptions['peer']
  readonly #line: SemiSyncOptions['line']
  #told = ''
  /** What was committed when waiting began: once the peer has it, waiting is proof. */
  #before: GtidSet | null = null
  #stall = new Stall()
  #following = 0
  /** Since when, performance.now(). */
  #followingSince = 0
  /** What this server had in the first of these rounds. */
  #due: GtidSet = EMPTY

  constructor(options: SemiSyncOptions) {
    this.#log = options.log
    this.#state = options.state
    this.#connection = options.connection
    this.#policy = options.policy
    this.#peer = options.peer
    this.#line = options.line
  }

  /** Commits may be stuck: look again soon. */
  get pressing(): boolean {
    return this.#stall.pressing
  }

  /** On the standby nothing waits; else its applier would wait for the holder. */
  async rest(server: LocalServer, mine: ServerSnapshot): Promise<void> {
    this.#before = null
    this.#stall = new Stall()
    this.#following = 0
    await this.#state.update({ enforced: false })
    if (mine.semiSync?.enabled !== true) return
    for (const statement of releaseStatements(server.dialect)) await server.reader.query(statement)
  }

  /** @param readAt when `mine` was read; performance.now() */
  async keep(server: LocalServer, mine: ServerSnapshot, peer: PeerView, readAt: number): Promise<void> {
    if (mine.semiSync === null) return
    if (mine.semiSync.enabled) await this.#watch(server, mine, peer, readAt)
    else await this.#begin(server, mine, peer)
  }

  async #begin(server: LocalServer, mine: ServerSnapshot, peer: PeerView): Promise<void> {
    if (!follows(mine, peer)) {
      this.#following = 0
      return
    }
    if (this.#following === 0) {
      this.#due = mine.history.executed
      this.#followingSince = performance.now()
    }
    this.#following += 1
    // A receiver whose connection is cut says for seconds that it runs: what was written meanwhile must have come there.
    if (this.#following < FOLLOWING_ROUNDS || !contains(peer.snapshot.received, this.#due)) return
    if (performance.now() - this.#followingSince < TURNING_MS && (await this.#peerTurns())) return
    this.#following = 0
    for (const statement of enforceStatements(server.dialect)) await server.reader.query(statement)
    this.#before = (await server.snapshot()).history.executed
    this.#stall = new Stall()
  }

  /**
   * A standby that was the holder has its source side on until its daemon turns it off. On MySQL that takes up to a second, in which it
   * acknowledges nothing: a commit that waited for it then waited for 0.93 s (measured).
   */
  async #peerTurns(): Promise<boolean> {
    const { line } = this.#peer
    if (line === null) return true
    const asked = line.session.query(SEMI_SYNC_QUERIES.variables).catch(() => null)
    const rows = await within(ANSWER_MS, asked)
    return rows === null || readSemiSync(line.dialect, [], rows)?.enabled === true
  }

  async #watch(server: LocalServer, mine: ServerSnapshot, peer: PeerView, readAt: number): Promise<void> {
    const semiSync = mine.semiSync
    if (semiSync === null) return
    // Adopted from an earlier life of this process: when waiting began is unknown, so begin to count from here.
    this.#before ??= mine.history.executed
    if (this.#stall.look(semiSync, peer.state, readAt) === 'moving') {
      this.#told = ''
      const { enforced } = await this.#state.read()
      if (enforced) this.#line.together()
      if (enforced || peer.state !== 'up' || !semiSync.active) return
      if (!contains(peer.snapshot.received, this.#before)) return
      await this.#state.update({ enforced: true, origin: mine.history.origin })
      this.#line.together()
      this.#log('info', 'every commit waits for the standby now')
      return
    }
    const waited = this.#stall.waited(performance.now())
    // Its replica has hung up: it was stopped, or died; where only the network is cut, nobody hangs up. A peer that is
    // open for writes is no standby, and nothing is let go before we are told what we are.
    const deserted = semiSync.clients === 0 && !(peer.state === 'up' && !peer.snapshot.closed)
    if (!deserted && waited < patienceMs(peer.state, this.#line.peerLives, semiSync.waitSessions)) return
    if (!this.#mayLetGo(peer)) return
    await this.#release(server, peer)
  }

  /**
   * For a holder that could not be read. On MySQL a GRANT or CREATE USER whose commit waits for the standby keeps the lock that
   * logins need and most of what the daemon asks: then it is let go on what the list of sessions tells. Never rejects.
   */
  async unblock(server: LocalServer | null, ask: () => Promise<PeerView>): Promise<void> {
    if (server === null) return
    try {
      const sessions = await clientSessions(server.reader, server.ownUsers)
      if (!sessions.some(({ waits }) => waits)) return
      const peer = await ask()
      if (this.#mayLetGo(peer)) await this.#release(server, peer)
    } catch (error) {
      this.#log('warn', `whether commits wait: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #mayLetGo(peer: PeerView): boolean {
    const objection = objectionToLetGo({
      connection: this.#connection(),
      policy: this.#policy,
      peer: peer.state,
      peerLives: this.#line.peerLives,
    })
    if (objection !== null && objection !== this.#told) this.#log('error', `commits wait for the standby: ${objection}`)
    this.#told = objection ?? ''
    return objection === null
  }

  async #release(server: LocalServer, peer: PeerView): Promise<void> {
    // It would take what it heard last as proof that it has everything.
    if (this.#line.peerLives && !(await this.#line.tellAlone()) && this.#policy === 'consistency') return
    await this.#state.update({ enforced: false })
    // They go at once; that the source side is off takes MySQL up to a second more.
    const waited = this.#stall.waited(performance.now()).toFixed(0)
    for (const statement of releaseStatements(server.dialect)) await server.reader.query(statement)
    this.#before = null
    this.#stall = new Stall()
    const why = `${peer.state === 'up' ? 'it does not fetch or acknowledge' : peer.why}; let go after ${waited} ms`
    this.#log('warn', `commits no longer wait for the standby (${why}): what is written now is on this server only`)
  }
}

type Answer = Extract<PeerView, { state: 'up' }>

function follows(mine: ServerSnapshot, peer: PeerView): peer is Answer {
  return (
    (mine.semiSync?.clients ?? 0) > 0 &&
    peer.state === 'up' &&
    peer.snapshot.channel?.io === 'running' &&
    count(subtract(mine.history.executed, peer.snapshot.received)) <= NEARLY_CAUGHT_UP
  )
}
