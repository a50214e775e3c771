import { hostname } from 'node:os'
import type { GlobalConfig } from '../config/config.ts'
import { type Envelope, type Mail, renderMail } from './mail.ts'
import { Outbox } from './outbox.ts'
import type { Log } from './scripts.ts'
import { deliver } from './smtp.ts'
import type { DatedMail, Kept } from './unsent.ts'

/** keepalived's patience where the file says 0. */
const USUAL_PATIENCE_S = 30

/** Sends mail one after the other in the background. A relay that fails is logged and holds up nothing but mail. */
export class Mailer {
  readonly #global: GlobalConfig
  readonly #log: Log
  readonly #outbox: Outbox<DatedMail>

  /** @param kept by the mailer before this one */
  constructor(global: GlobalConfig, log: Log, kept: readonly Kept<DatedMail>[] = []) {
    this.#global = global
    this.#log = log
    this.#outbox = new Outbox({
      deliver: ({ mail, at }, signal) => this.#deliver(mail, at, signal),
      retryForMs: global.notification.smtp.retryFor * 1000,
      log,
    })
    this.#outbox.resume(kept)
  }

  send(mail: Mail): void {
    const { notificationEmail, smtpServer } = this.#global
    if (notificationEmail.length === 0 || smtpServer === null) return
    this.#outbox.add({ mail, at: Date.now() }, `mail "${mail.subject}"`)
  }

  async #deliver(mail: Mail, at: number, signal: AbortSignal): Promise<void> {
    const { notificationEmail, notificationEmailFrom, routerId, smtpServer, smtpHeloName, notification } = this.#global
    const [first, ...more] = notificationEmail
    if (first === undefined || smtpServer === null) return
    const heloName = smtpHeloName ?? hostname()
    const envelope: Envelope = { from: notificationEmailFrom ?? `keepalived@${heloName}`, to: [first, ...more] }
    const timeoutMs = 1000 * (this.#global.smtpConnectTimeout || USUAL_PATIENCE_S)
    const message = renderMail(mail, envelope, routerId, new Date(at))
    const relay = { ...smtpServer, heloName, timeoutMs, smtp: notification.smtp }
    const refused = await deliver(relay, envelope, message, signal)
    if (refused.length > 0) this.#log('warn', `mail "${mail.subject}": the relay refused ${refused.join(', ')}`)
  }

  /** Gives what waits `patienceMs`, then cuts it off. @returns what is left, where it is kept */
  stop(patienceMs: number, keep = false): Promise<readonly Kept<DatedMail>[]> {
    return this.#outbox.stop(patienceMs, keep)
  }
}
