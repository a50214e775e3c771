import type { MysqlServer } from '../config/config.ts'

export interface HangOptions {
  readonly server: Pick<MysqlServer, 'name' | 'onHang'>
  holder(): boolean
  /** Why the peer can't take over now; null: it can. */
  peerObjection(): string | null
  /** SIGKILL to mysqld. @returns '' or why not */
  kill(): string
  /** Closes the port and its connections. @returns '' or why not */
  hangUp(): Promise<string>
  /** The server counts as down from here on. */
  giveUp(reason: string): void
  log(level: 'info' | 'warn' | 'error', message: string): void
}

const ASK_AGAIN_MS = 200

/**
 * What is done about a server that is there and does not answer. It may wake up at any moment and finish what it was
 * doing, so before the address goes it is made sure that it can't tell a client OK: it is killed, which also a stopped
 * process obeys, and which one that waits for its disk obeys before it does anything else. What it had not told anybody
 * is rolled back when it starts again, as after any crash.
 *
 * A standby has told nobody anything: it only counts as down. And where no peer could take over, nothing would be won:
 * then the address stays, and the server may wake up.
 */
export class Hang {
  readonly #o: HangOptions
  #timer: NodeJS.Timeout | undefined
  #told = ''

  constructor(options: HangOptions) {
    this.#o = options
  }

  begin(reason: string): void {
    this.end()
    this.#judge(reason)
  }

  /** It answers again, or is gone. */
  end(): void {
    clearTimeout(this.#timer)
    this.#told = ''
  }

  #judge(reason: string): void {
    const { server, holder, peerObjection } = this.#o
    if (!holder()) {
      this.#o.giveUp(reason)
      return
    }
    const objection = server.onHang === 'say' ? 'on_hang says so' : peerObjection()
    if (objection === null) {
      this.#fence(reason)
      return
    }
    if (objection !== this.#told)
      this.#o.log('error', `mysql ${server.name} hangs (${reason}), and the address stays here: ${objection}`)
    this.#told = objection
    this.#timer = setTimeout(() => this.#judge(reason), ASK_AGAIN_MS)
  }

  #fence(reason: string): void {
    const { server, log } = this.#o
    const complaint = server.onHang === 'kill' ? this.#o.kill() : 'on_hang is reset'
    if (complaint === '')
      log('warn', `mysql ${server.name} hangs (${reason}): killed, so that it tells nobody OK when it wakes up`)
    else
      log('warn', `mysql ${server.name} hangs (${reason}) and was not killed (${complaint}): its connections are reset`)
    const hungUp = this.#o.hangUp().then((failure) => {
      if (failure !== '') log('error', `connections of the hung server could not be reset: ${failure}`)
    })
    // What is killed can't run any more; else nobody may be left to be told OK before the address goes.
    if (complaint === '') this.#o.giveUp(reason)
    else void hungUp.then(() => this.#o.giveUp(reason))
  }
}
