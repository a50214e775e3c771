import { hostname } from 'node:os'
import type { GlobalConfig } from '../config/config.ts'
import { type Envelope, type Mail, renderMail } from './mail.ts'
import type { Log } from './scripts.ts'
import { deliver } from './smtp.ts'

/** Mails that wait; more than these are a flapping service, and the last ones tell as much. */
const MOST_WAITING = 100

/** Sends mail one after the other in the background. A relay that fails is logged and holds up nothing but mail. */
export class Mailer {
  readonly #global: GlobalConfig
  readonly #log: Log
  readonly #abort = new AbortController()
  readonly #waiting: { readonly mail: Mail; readonly at: Date }[] = []
  #sending: Promise<void> | null = null

  constructor(global: GlobalConfig, log: Log) {
    this.#global = global
    this.#log = log
  }

  send(mail: Mail): void {
    const { notificationEmail, smtpServer } = this.#global
    if (notificationEmail.length === 0 || smtpServer === null || this.#abort.signal.aborted) return
    if (this.#waiting.length >= MOST_WAITING) {
      this.#log('warn', `mail "${this.#waiting.shift()?.mail.subject ?? ''}" is dropped: ${MOST_WAITING} are waiting`)
    }
    this.#waiting.push({ mail, at: new Date() })
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null
    })
  }

  async #sendAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        await this.#deliver(next.mail, next.at)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        this.#log('error', `mail "${next.mail.subject}" was not sent: ${reason}`)
      }
    }
  }

  async #deliver(mail: Mail, at: Date): Promise<void> {
    const { notificationEmail, notificationEmailFrom, routerId, smtpServer, smtpConnectTimeout, smtpHeloName } =
      this.#global
    const [first, ...more] = notificationEmail
    if (first === undefined || smtpServer === null) return
    const heloName = smtpHeloName ?? hostname()
    const envelope: Envelope = { from: notificationEmailFrom ?? `keepalived@${heloName}`, to: [first, ...more] }
    const timeoutMs = smtpConnectTimeout === 0 ? 30_000 : smtpConnectTimeout * 1000
    const message = renderMail(mail, envelope, routerId, at)
    await deliver({ ...smtpServer, heloName, timeoutMs }, envelope, message, this.#abort.signal)
  }

  /** Gives what waits `patienceMs`, then cuts it off. */
  async stop(patienceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#waiting.splice(0)
      this.#abort.abort()
    }, patienceMs)
    await this.#sending
    clearTimeout(timer)
  }
}
