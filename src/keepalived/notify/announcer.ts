import type { Config } from '../config/config.ts'
import type { FifoKind } from '../config/notification.ts'
import { type Change, fifoLine } from './change.ts'
import { Fifo } from './fifo.ts'
import type { Log, Scripts } from './scripts.ts'
import type { Kept } from './unsent.ts'
import { type Payload, Webhook } from './webhook.ts'

/** Hands every change to the FIFOs and to the webhook that the configuration names. */
export class Announcer {
  readonly #fifos: readonly { readonly kind: FifoKind; readonly fifo: Fifo }[]
  readonly #webhook: Webhook | null

  /** @param kept for the webhook, by the announcer before this one */
  constructor({ global }: Config, scripts: Scripts, log: Log, kept: readonly Kept<Payload>[] = []) {
    const { fifos, webhook } = global.notification
    this.#fifos = (['all', 'vrrp', 'lvs'] as const).flatMap((kind) => {
      const config = fifos[kind]
      return config === null ? [] : [{ kind, fifo: new Fifo(config, scripts, log) }]
    })
    this.#webhook = webhook === null ? null : new Webhook(webhook, global, log, kept)
  }

  tell(change: Change): void {
    const about: FifoKind = change.type === 'VS' || change.type === 'RS' ? 'lvs' : 'vrrp'
    const line = fifoLine(change)
    for (const { kind, fifo } of this.#fifos) if (kind === 'all' || kind === about) fifo.write(line)
    this.#webhook?.send(change)
  }

  /** Gives readers and receiver `patienceMs`, then cuts them off. @returns what the receiver has not got, where it is kept */
  async stop(patienceMs: number, keep = false): Promise<readonly Kept<Payload>[]> {
    const [kept] = await Promise.all([
      this.#webhook?.stop(patienceMs, keep) ?? [],
      ...this.#fifos.map(({ fifo }) => fifo.stop(patienceMs)),
    ])
    return kept
  }
}
