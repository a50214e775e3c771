import type { EventStates } from '../../mysql/events.ts'
import { sharedWake } from '../check/shared-wake.ts'
import type { VrrpInstance } from '../config/config.ts'
import { SyscallError } from '../linux/native.ts'
import type { ToCheck, ToVrrp } from '../process/messages.ts'
import { type Beat, type Farewell, HISTORY_END_BYTES } from './frame.ts'
import { Heartbeat } from './heartbeat.ts'
import type { Connection } from './isolation.ts'
import { WitnessWatch, type WitnessWatchOptions } from './witness-watch.ts'

export interface PairLineOptions {
  readonly instance: VrrpInstance
  send(message: ToVrrp): void
  log(level: 'info' | 'warn' | 'error', message: string): void
  /** May this node become master? */
  ready(): boolean
  /** When the peer's database answered last; performance.now(), null: never. */
  databaseHeardAt(): number | null
}

/** A sign of life for so long after the last one, ms; an advert is one, and another is due a bit before this one would be. */
const SILENCE_MS = { here: 500, advert: 600 } as const
/** Of that: an advert a bit before its time must not make a beat of its own needless. */
const SLACK = 0.1
const JUST_NOW_MS = 700
/** For the peer to say that it knows, ms. */
const TOLD_MS = 300

/** One instance's knowledge of the other side beside VRRP: does the peer's daemon live, is this node cut off. */
export class PairLine {
  readonly #o: PairLineOptions
  readonly #heartbeat: Heartbeat | null
  readonly #witness: WitnessWatch | null
  #cancel = (): void => undefined
  #stopped = false
  #state = 'INIT'
  #peer: Beat | null = null
  #alone = true
  #farewell: Farewell | null = null
  #events: EventStates | null = null
  #peerEvents: EventStates | null = null
  readonly #onKnown = new Set<() => void>()

  constructor(options: PairLineOptions) {
    this.#o = options
    const { role } = options.instance
    if (role === null) throw new TypeError(`(${options.instance.name}) has no role block`)
    const { heartbeatPort: port, peer } = role
    const log = options.log
    this.#heartbeat = port === 0 ? null : new Heartbeat({ port, peer, log, onBeat: (beat) => this.#hear(beat) })
    this.#witness = this.#watchWitnesses(role.witnesses, role.isolatedAfter * 1000)
    this.#sayIn(SILENCE_MS.here)
  }

  /** Does the peer's daemon live, and may it become master? null: it is not heard, so nobody knows. */
  get peerReady(): boolean | null {
    return this.#heartbeat?.hears === true && this.#peer !== null ? this.#peer.ready : null
  }

  /** Heard a moment ago: sooner than it could take over on the other side of a cut. */
  get peerLives(): boolean {
    const heardAt = this.#heartbeat?.heardAt ?? null
    return heardAt !== null && performance.now() - heardAt < JUST_NOW_MS
  }

  /** ms for which no daemon has run on the peer's host, by that host's own word; null: nobody says so. */
  get daemonGoneMs(): number | null {
    return this.#heartbeat?.goneMs ?? null
  }

  /** Without witnesses nobody can tell, so it is taken as connected. */
  get connection(): Connection {
    return this.#witness?.connection ?? 'connected'
  }

  /** The peer, if it is the holder, may have told clients OK for what this node does not have. */
  get peerAlone(): boolean {
    return this.#peer?.alone === true
  }

  /** With what the peer has left the address; null: it did not, or has taken it back since, as far as was heard. */
  get peerFarewell(): Farewell | null {
    return this.#peer?.farewell ?? null
  }

  /** Says with what this node leaves the address, at once and from now on; null: it is about to be a holder again. */
  tellFarewell(farewell: Farewell | null): void {
    this.#farewell = farewell !== null && farewell.historyEnd.length <= HISTORY_END_BYTES ? farewell : null
    if (this.#farewell !== null) this.#say('here', 0)
  }

  /** Which events were on where the address was, as the peer said it last; null: not heard. */
  get peerEvents(): EventStates | null {
    return this.#peerEvents
  }

  /** Which events are on here, said with the next beats; null: this node does not hold the address, or they are too many. */
  tellEvents(states: EventStates | null): void {
    this.#events = states
  }

  /** Every commit here waits for the peer, so from now on it may count on having what clients were told OK for. */
  together(): void {
    this.#alone = false
  }

  /**
   * Before commits are let go without the peer: it must not count on having everything any more.
   * @returns whether it has said that it knows
   */
  tellAlone(): Promise<boolean> {
    this.#alone = true
    this.#say('here', 0)
    return new Promise((resolve) => {
      const known = (): void => done(true)
      const timer = setTimeout(() => done(false), TOLD_MS)
      const done = (told: boolean): void => {
        clearTimeout(timer)
        this.#onKnown.delete(known)
        resolve(told)
      }
      this.#onKnown.add(known)
    })
  }

  receive(message: ToCheck): void {
    if (message.t === 'state') {
      this.#state = message.state
      if (message.state === 'MASTER') this.tellFarewell(null)
    } else if (message.t === 'advert') this.#say('advert', message.priority)
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
    this.#heartbeat?.stop()
    this.#witness?.stop()
  }

  #say(kind: Beat['kind'], priority: number): void {
    const { instance, ready } = this.#o
    const about = { alone: this.#alone, knows: this.peerAlone, farewell: this.#farewell, events: this.#events }
    this.#heartbeat?.say({ instance: instance.name, kind, priority, state: this.#state, ready: ready(), ...about })
    this.#sayIn(SILENCE_MS[kind])
  }

  #sayIn(ms: number): void {
    this.#cancel()
    if (!this.#stopped) this.#cancel = sharedWake.after(ms, () => this.#say('here', 0), SLACK)
  }

  #hear(beat: Beat): void {
    if (beat.instance !== this.#o.instance.name) return
    const news = beat.alone !== this.peerAlone
    this.#peer = beat
    this.#peerEvents = beat.events ?? this.#peerEvents
    if (news) this.#say('here', 0)
    if (beat.knows && this.#alone) for (const known of [...this.#onKnown]) known()
    if (beat.kind === 'advert') this.#o.send({ t: 'beat', instance: beat.instance, priority: beat.priority })
    sharedWake.touch()
  }

  #watchWitnesses(witnesses: readonly string[], afterMs: number): WitnessWatch | null {
    if (witnesses.length === 0) return null
    const { instance, send, log, databaseHeardAt } = this.#o
    const known = witnesses.join(', ')
    const options: WitnessWatchOptions = {
      witnesses,
      afterMs,
      log,
      peerAt: () => latest(this.#heartbeat?.heardAt ?? null, databaseHeardAt()),
      onChange: (cutOff, first) => {
        const reason = cutOff ? `cut off: neither the peer nor ${known} answers` : 'connected'
        if (cutOff) log('error', `this node is ${reason}`)
        else if (!first) log('info', 'the network is back')
        send({ t: 'track', instance: instance.name, tracker: 'network', up: !cutOff, weight: null, reason })
      },
    }
    try {
      return new WitnessWatch(options)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      log(
        'error',
        `the witnesses ${known} can not be asked: ${error.message}; this node will not know when it is cut off`,
      )
      return null
    }
  }
}

function latest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b)
}
