import { contains, count, type GtidSet, subtract } from '../../mysql/gtid-set.ts'
import { enforceStatements, releaseStatements } from '../../mysql/semi-sync.ts'
import type { ServerSnapshot } from '../../mysql/snapshot.ts'
import type { RoleConfig } from '../config/config.ts'
import type { Connection } from '../heartbeat/isolation.ts'
import type { PairLine } from '../heartbeat/pair-line.ts'
import { objectionToLetGo } from './judgement.ts'
import type { PeerView } from './peer.ts'
import type { LocalServer } from './server.ts'
import type { StateFile } from './state-file.ts'

type Log = (level: 'info' | 'warn' | 'error', message: string) => void

/** A standby that is further behind would make the first commits wait too long. */
const NEARLY_CAUGHT_UP = 1000

/** Rounds in which the standby must be seen following: one that is about to stop is not waited for. */
const FOLLOWING_ROUNDS = 3

export interface SemiSyncOptions {
  readonly log: Log
  readonly state: StateFile
  readonly timeoutMs: number
  readonly policy: RoleConfig['policy']
  connection(): Connection
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
  readonly #timeoutMs: number
  readonly #connection: () => Connection
  readonly #policy: RoleConfig['policy']
  readonly #line: SemiSyncOptions['line']
  #told = ''
  /** What was committed when waiting began: once the peer has it, waiting is proof. */
  #before: GtidSet | null = null
  /** When commits were last seen to be acknowledged, or none to wait: a stall began after that. performance.now() */
  #movedAt: number | null = null
  #acknowledged = -1
  #following = 0

  constructor(options: SemiSyncOptions) {
    this.#log = options.log
    this.#state = options.state
    this.#timeoutMs = options.timeoutMs
    this.#connection = options.connection
    this.#policy = options.policy
    this.#line = options.line
  }

  /** On the standby nothing waits; else its applier would wait for the holder. */
  async rest(server: LocalServer, mine: ServerSnapshot): Promise<void> {
    this.#before = null
    this.#movedAt = null
    this.#following = 0
    await this.#state.update({ enforced: false })
    if (mine.semiSync?.enabled !== true) return
    for (const statement of releaseStatements(server.dialect)) await server.reader.query(statement)
  }

  async keep(server: LocalServer, mine: ServerSnapshot, peer: PeerView): Promise<void> {
    if (mine.semiSync === null) return
    if (mine.semiSync.enabled) await this.#watch(server, mine, peer)
    else await this.#begin(server, mine, peer)
  }

  async #begin(server: LocalServer, mine: ServerSnapshot, peer: PeerView): Promise<void> {
    const follows =
      (mine.semiSync?.clients ?? 0) > 0 &&
      peer.state === 'up' &&
      peer.snapshot.channel?.io === 'running' &&
      count(subtract(mine.history.executed, peer.snapshot.received)) <= NEARLY_CAUGHT_UP
    this.#following = follows ? this.#following + 1 : 0
    if (this.#following < FOLLOWING_ROUNDS) return
    this.#following = 0
    for (const statement of enforceStatements(server.dialect)) await server.reader.query(statement)
    this.#before = (await server.snapshot()).history.executed
    this.#movedAt = null
    this.#acknowledged = -1
  }

  async #watch(server: LocalServer, mine: ServerSnapshot, peer: PeerView): Promise<void> {
    const semiSync = mine.semiSync
    if (semiSync === null) return
    // Adopted from an earlier life of this process: when waiting began is unknown, so begin to count from here.
    this.#before ??= mine.history.executed
    const moving = semiSync.clients > 0 && (semiSync.waitSessions === 0 || semiSync.acknowledged !== this.#acknowledged)
    this.#acknowledged = semiSync.acknowledged
    if (moving) {
      this.#movedAt = performance.now()
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
    this.#movedAt ??= performance.now()
    const waited = performance.now() - this.#movedAt
    // Its replica has hung up: it was stopped, or died; where only the network is cut, nobody hangs up. A peer that is
    // open for writes is no standby, and nothing is let go before we are told what we are.
    const deserted = semiSync.clients === 0 && !(peer.state === 'up' && !peer.snapshot.closed)
    if (!deserted && peer.state !== 'down' && waited < this.#timeoutMs) return
    if (!this.#mayLetGo(peer)) return
    await this.#release(server, peer)
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
    for (const statement of releaseStatements(server.dialect)) await server.reader.query(statement)
    this.#before = null
    const why = peer.state === 'up' ? 'it does not fetch or acknowledge' : peer.why
    this.#log('warn', `commits no longer wait for the standby (${why}): what is written now is on this server only`)
  }
}
