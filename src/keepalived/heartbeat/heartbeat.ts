import { isIP } from 'node:net'
import { readCredentials } from '../../mysql/option-file.ts'
import type { RoleConfig } from '../config/config.ts'
import { HeartbeatCaller } from './caller.ts'
import { type Beat, keyOf } from './frame.ts'
import { HeartbeatListener } from './listener.ts'

export interface HeartbeatOptions {
  readonly port: number
  readonly peer: RoleConfig['peer']
  onBeat(beat: Beat): void
  log(level: 'info' | 'warn' | 'error', message: string): void
}

/** A peer that has not said anything for so long is not heard any more, ms. */
const HEARD_MS = 1_500
const RETRY_MS = 5_000

/**
 * The daemons' own line beside VRRP, over TCP and on the path of the replication: each calls the other and tells what it
 * sends as adverts. It says "the holder lives" where adverts are lost; it never says that somebody is dead.
 */
export class Heartbeat {
  readonly #o: HeartbeatOptions
  #listener: HeartbeatListener | null = null
  #caller: HeartbeatCaller | null = null
  #stopped = false
  #timer: NodeJS.Timeout | undefined
  #heardAt: number | null = null
  #silent = true
  #told = ''

  constructor(options: HeartbeatOptions) {
    this.#o = options
    void this.#start()
  }

  /** When the peer said something last; performance.now(), null: never. */
  get heardAt(): number | null {
    return this.#heardAt
  }

  get hears(): boolean {
    return this.#heardAt !== null && performance.now() - this.#heardAt < HEARD_MS
  }

  /** ms for which the peer's host has said that no daemon listens there, and nothing was heard; null: it does not say so. */
  get goneMs(): number | null {
    const since = this.#caller?.refusedSince ?? null
    return since === null ? null : performance.now() - Math.max(since, this.#heardAt ?? since)
  }

  say(beat: Beat): void {
    this.#caller?.say(beat)
    this.#tellOfSilence()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#listener?.stop()
    this.#caller?.stop()
  }

  async #start(): Promise<void> {
    const { port, peer, log } = this.#o
    try {
      const key = async () => keyOf((await readCredentials(peer.credentials)).password.reveal())
      await key()
      if (this.#stopped) return
      this.#caller = new HeartbeatCaller({ host: peer.address, port, key })
      this.#listener = new HeartbeatListener({
        port,
        key,
        peer: isIP(peer.address) === 0 ? null : peer.address,
        log,
        onBeat: (beat) => this.#hear(beat),
      })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      if (why !== this.#told) log('warn', `heartbeat: no key, so the peer is not heard beside VRRP: ${why}`)
      this.#told = why
      if (!this.#stopped) this.#timer = setTimeout(() => void this.#start(), RETRY_MS)
    }
  }

  #hear(beat: Beat): void {
    this.#heardAt = performance.now()
    if (this.#silent) this.#o.log('info', `heartbeat: the peer’s daemon is heard on port ${this.#o.port}`)
    this.#silent = false
    this.#o.onBeat(beat)
  }

  #tellOfSilence(): void {
    if (this.#silent || this.hears) return
    this.#silent = true
    this.#o.log('warn', `heartbeat: the peer’s daemon is not heard any more on port ${this.#o.port}`)
  }
}
