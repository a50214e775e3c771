import { readFile } from 'node:fs/promises'
import { type ClientRequest, request as plain } from 'node:http'
import { request as secure } from 'node:https'
import { hostname } from 'node:os'
import type { GlobalConfig } from '../config/config.ts'
import type { WebhookConfig } from '../config/notification.ts'
import type { Change } from './change.ts'
import { Outbox, Refused } from './outbox.ts'
import type { Log } from './scripts.ts'
import { readSecret } from './secret-file.ts'
import type { Kept } from './unsent.ts'

/** Answers that may be different next time: time-out, too early, too many requests. */
const TRANSIENT = new Set([408, 425, 429])

/** What the receiver gets; documented in docs/notification.md. */
export type Payload = Change & {
  readonly version: 1
  /** ISO 8601, UTC: when it happened, not when it was sent. */
  readonly at: string
  readonly router: string
  readonly host: string
}

/** Posts every change as JSON, one after the other; the receiver's failures hold up nothing else. */
export class Webhook {
  readonly #config: WebhookConfig
  readonly #router: string
  readonly #outbox: Outbox<Payload>

  /** @param kept by the webhook before this one */
  constructor(config: WebhookConfig, global: GlobalConfig, log: Log, kept: readonly Kept<Payload>[] = []) {
    this.#config = config
    this.#router = global.routerId
    this.#outbox = new Outbox({
      deliver: (payload, signal) => this.#post(payload, signal),
      retryForMs: config.retryFor * 1000,
      log,
    })
    this.#outbox.resume(kept)
  }

  send(change: Change): void {
    const payload = {
      version: 1,
      at: new Date().toISOString(),
      router: this.#router,
      host: hostname(),
      ...change,
    } as const
    this.#outbox.add(payload, `webhook ${change.type} ${change.name} ${change.state}`)
  }

  async #post(payload: Payload, signal: AbortSignal): Promise<void> {
    const { url, timeout, header, caFile } = this.#config
    const body = JSON.stringify(payload)
    const headers: Record<string, string | number> = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'mmha-keepalived',
    }
    if (header !== null) headers[header.name] = await readSecret(header.valueFile)
    const ca = caFile === null ? {} : { ca: await readFile(caFile, 'utf8') }
    const both = AbortSignal.any([signal, AbortSignal.timeout(timeout * 1000)])
    const options = { method: 'POST', headers, agent: false, signal: both, ...ca } as const
    const start = new URL(url).protocol === 'https:' ? secure : plain
    const status = await answerTo(start(url, options), body).catch((error: Error) => {
      throw error.name === 'AbortError' && !signal.aborted ? new Error(`no answer for ${timeout} s`) : error
    })
    if (status >= 200 && status < 300) return
    const said = `the receiver answered ${status}`
    throw status < 500 && !TRANSIENT.has(status) ? new Refused(said) : new Error(said)
  }

  /** Gives what waits `patienceMs`, then cuts it off. @returns what is left, where it is kept */
  stop(patienceMs: number, keep = false): Promise<readonly Kept<Payload>[]> {
    return this.#outbox.stop(patienceMs, keep)
  }
}

/** The status of the answer, whose body is nobody's business. */
function answerTo(request: ClientRequest, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    // It may fail again after its answer; a listener must stay.
    request.on('error', reject)
    request.once('response', (response) => {
      response.destroy()
      resolve(response.statusCode ?? 0)
    })
    request.end(body)
  })
}
