import { refusalOf } from '../../mysql/channel.ts'
import { EMPTY } from '../../mysql/gtid-set.ts'
import type { ServerSnapshot } from '../../mysql/snapshot.ts'
import { sharedWake } from '../check/shared-wake.ts'
import type { ToCheck } from '../process/messages.ts'
import { Absence } from './absence.ts'
import { ChangeLine } from './change-line.ts'
import { ChannelKeeper } from './channel-keeper.ts'
import { ClosedKeeper } from './closed-keeper.ts'
import { EventKeeper } from './event-keeper.ts'
import { Gate } from './gate.ts'
import { judge } from './judgement.ts'
import { Peer, type PeerView } from './peer.ts'
import { QuarantineKeeper } from './quarantine-keeper.ts'
import { answerMs, Rhythm, seenIn } from './rhythm.ts'
import { afterLeaving, type ChangeContext, demote, leave, outcomeOf, promote } from './role-change.ts'
import type { RoleKeeperOptions } from './role-keeper-options.ts'
import { SemiSyncKeeper } from './semi-sync-keeper.ts'
import { LocalServer } from './server.ts'

const RECONNECT_MS = 100
/** After a promotion VRRP must have taken the address within this. */
const UNUSED_PROMOTION_MS = 5_000

/** One node's role: holder or not, and a loop that makes the database be what the role says. */
export class RoleKeeper {
  readonly #o: RoleKeeperOptions
  readonly #peer: Peer
  readonly #channel: ChannelKeeper
  readonly #absence: Absence
  readonly #semiSync: SemiSyncKeeper
  readonly #quarantine: QuarantineKeeper
  readonly #closed: ClosedKeeper
  readonly #events: EventKeeper
  readonly #gate: Gate
  readonly #line: ChangeLine
  readonly #loop: Promise<void>
  #stopped = false
  #up = false
  #server: LocalServer | null = null
  /** null: VRRP has not said yet. */
  #holder: boolean | null = null
  #unused: NodeJS.Timeout | undefined
  readonly #rhythm = new Rhythm()
  #seenInRound = ''
  /** performance.now() until which an operator's word counts. */
  #forcedUntil = 0
  /** The promotion under way; aborted when VRRP no longer wants it. */
  #promotion: AbortController | null = null
  #wake: () => void = () => undefined

  constructor(options: RoleKeeperOptions) {
    this.#o = options
    this.#peer = new Peer(options.role.peer, () => this.#wake())
    this.#channel = new ChannelKeeper(options.state, options.log)
    this.#absence = new Absence({ peer: options.role.peer.address, port: options.server.port, log: options.log })
    this.#semiSync = new SemiSyncKeeper({ ...options, policy: options.role.policy, peer: this.#peer })
    this.#quarantine = new QuarantineKeeper(options)
    this.#closed = new ClosedKeeper(options.log)
    this.#events = new EventKeeper(options)
    this.#gate = new Gate(options)
    this.#line = new ChangeLine(
      () => this.#wake(),
      (why) => options.log('warn', `database: ${why}`),
    )
    this.#loop = this.#run()
  }

  /** Does this node hold the address, as far as it knows? */
  get holder(): boolean {
    return this.#holder === true
  }

  /** May this node hold the address? */
  get ready(): boolean {
    return this.#gate.open
  }

  /** The peer's database can be talked to. */
  get peerReached(): boolean {
    return this.#peer.line !== null
  }

  /** When the peer's database answered last; performance.now(), null: never. */
  get peerHeardAt(): number | null {
    return this.#peer.heardAt
  }

  health(up: boolean, reason: string): void {
    this.#up = up
    if (!up) {
      this.#server?.disconnect()
      this.#server = null
      this.#gate.turn(false, `mysqld is down: ${reason}`)
      this.#o.report.down()
    }
    this.#wake()
  }

  receive(message: ToCheck): void {
    switch (message.t) {
      case 'promote':
        this.#promote(message.id, message)
        return
      case 'demote':
        this.#demote(message.id, message.reason)
        return
      case 'leave':
        this.#leave(message.id, message.holdDownMs, message.reason)
        return
      case 'force':
        this.#forcedUntil = performance.now() + message.ms
        this.#wake()
        return
      case 'state':
        this.#vrrpState(message.state === 'MASTER')
        return
      default:
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#unused)
    this.#wake()
    await this.#loop
    await this.#line.end()
    await this.#peer.stop()
    this.#server?.disconnect()
  }

  #vrrpState(master: boolean): void {
    if (master) clearTimeout(this.#unused)
    if (master && this.#holder !== true) {
      this.#o.log('info', 'takes over the role of the holder as it is')
      this.#holder = true
    } else if (!master && this.#holder === true) this.#demote(null, 'VRRP has left MASTER')
    else if (!master) this.#holder = false
    this.#wake()
  }

  #promote(id: number, wish: { deadlineMs: number; farewell: boolean }): void {
    const abort = new AbortController()
    this.#promotion = abort
    this.#line.change(async () => {
      const server = this.#server
      const started = performance.now()
      const force = this.#forced
      const outcome =
        server === null
          ? { ok: false, reason: 'mysqld is down' }
          : await outcomeOf(
              promote(this.#context(server), this.#quarantine.current, {
                ...wish,
                force,
                signal: abort.signal,
              }),
            )
      this.#holder = outcome.ok
      if (outcome.ok) this.#forcedUntil = 0
      const took = `${(performance.now() - started).toFixed(0)} ms`
      this.#o.log(
        outcome.ok ? 'info' : 'error',
        `promotion ${outcome.ok ? 'done' : 'refused'} in ${took}: ${outcome.reason}`,
      )
      this.#o.send({ t: 'promoted', instance: this.#o.instance, id, ...outcome })
      if (!outcome.ok) return
      this.#unused = setTimeout(
        () => this.#demote(null, 'promoted, but the address was not taken'),
        UNUSED_PROMOTION_MS,
      )
      // Not before: a promotion that came to nothing leaves it as it was.
      if (force) await this.#quarantine.lift()
      this.#events.promoted()
    })
  }

  #demote(id: number | null, why: string): void {
    this.#promotion?.abort()
    this.#holder = false
    this.#line.change(async () => {
      clearTimeout(this.#unused)
      const server = this.#server
      const outcome =
        server === null ? { ok: true, reason: 'mysqld is down' } : await outcomeOf(demote(this.#context(server)))
      this.#o.log(outcome.ok ? 'info' : 'error', `demoted (${why}): ${outcome.reason}`)
      if (id !== null) this.#o.send({ t: 'demoted', instance: this.#o.instance, id, ...outcome })
      if (server?.alive === true) await this.#events.stop(server)
    })
  }

  #leave(id: number, holdDownMs: number, why: string): void {
    this.#line.change(async () => {
      const server = this.#server
      const outcome =
        server === null || this.#holder !== true
          ? { ok: false, reason: 'this node does not hold the address' }
          : await outcomeOf(leave(this.#context(server), holdDownMs === 0))
      this.#o.log(outcome.ok ? 'info' : 'warn', `leaving (${why}): ${outcome.reason}`)
      const refused = { t: 'leaveRefused', instance: this.#o.instance, id, reason: outcome.reason } as const
      if (!outcome.ok) return this.#o.send(refused)
      this.#holder = false
      this.#o.send({ t: 'leave', instance: this.#o.instance, id, holdDownMs, reason: why })
      if (server !== null) await afterLeaving(this.#context(server)).then(() => this.#events.stop(server))
    })
  }

  get #forced(): boolean {
    return performance.now() < this.#forcedUntil
  }

  #context(server: LocalServer): ChangeContext {
    return { ...this.#o, server, peer: this.#peer, left: this.#channel.left, port: this.#o.server.port }
  }

  async #run(): Promise<void> {
    await this.#quarantine.recall()
    while (!this.#stopped) {
      try {
        await this.#round()
      } catch (error) {
        this.#o.log('warn', `database: ${error instanceof Error ? error.message : String(error)}`)
        if (this.#server?.reachable === false) this.#server = null
        const ask = () => this.#peer.ask(answerMs(true, false))
        if (this.#holder === true) await this.#line.act(() => this.#semiSync.unblock(this.#server, ask))
      }
      const ms = this.#rhythm.next(this.#seenInRound, this.#semiSync.pressing)
      this.#seenInRound = ''
      await this.#pause(this.#up && this.#server === null ? RECONNECT_MS : ms)
    }
  }

  async #round(): Promise<void> {
    if (!this.#up) return
    if (this.#server?.reachable !== true) {
      const opened = await LocalServer.open(this.#o.server, this.#o.role.peer.credentials)
      if (!this.#up || this.#stopped) return opened.disconnect()
      this.#server = opened
    }
    if (!this.#server.alive) void this.#server.mend(this.#o.log)
    const server = this.#server
    const { changes } = this.#line
    const readAt = performance.now()
    const before = await server.snapshot(this.#rhythm.atRest)
    this.#o.answered()
    const peer = await this.#peer.ask(answerMs(this.#holder === true, this.#semiSync.pressing))
    await this.#line.act(async () => {
      // A role change came in between: what was read is stale.
      if (changes !== this.#line.changes || this.#server !== server || this.#stopped) return
      await this.#act(server, before, peer, readAt)
    })
  }

  async #act(server: LocalServer, before: ServerSnapshot, peer: PeerView, readAt: number): Promise<void> {
    if (this.#holder === null) return
    this.#absence.look(peer.state === 'up', this.#peer.heard?.agoMs ?? null)
    const holder = this.#holder
    await this.#o.state.update({ origin: before.history.origin, binlogIndex: server.binlogIndex })
    const history = { ...before.history, executed: await server.executedSince(before, peer) }
    const close = () => outcomeOf(demote(this.#context(server)))
    const mine = await this.#closed.keep({ ...before, history }, peer, holder, close, () => server.standing())
    const verdict = judge({
      policy: this.#o.role.policy,
      flavour: server.dialect.flavour,
      holder,
      mine,
      refusal: refusalOf(mine.channel),
      mineBefore: before.history,
      peer,
      peerHeardMs: this.#peer.heard?.agoMs ?? null,
      upMs: performance.now() - server.since,
      soloWaitMs: this.#o.role.soloWait * 1000,
      ...(await this.#quarantine.known(server, holder)),
    })
    this.#seenInRound = seenIn(holder, mine, verdict, peer)
    if (holder) await this.#semiSync.keep(server, mine, peer, readAt)
    else await this.#semiSync.rest(server, mine)
    await this.#events.look(server, () => this.#holder === true)
    if (this.#forced && !holder && !(peer.state === 'up' && !peer.snapshot.closed)) {
      this.#gate.turn(true, 'by an operator’s word')
    } else if (await this.#quarantine.weigh(server, verdict, peer)) {
      this.#gate.turn(verdict.gate.open, verdict.gate.reason)
      const theirs = peer.state === 'up' ? peer.snapshot.history.executed : EMPTY
      await this.#channel.apply(server, mine.channel, verdict.channel, { mine: before.history, theirs })
    }
    this.#o.report.round({ holder, mine, peer, heard: this.#peer.heard, kept: await this.#o.state.read() })
  }

  #pause(ms: number): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = sharedWake.after(ms, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }
}
