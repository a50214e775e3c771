import type { Config } from '../config/config.ts'
import type { FifoKind } from '../config/notification.ts'
import { type Change, fifoLine } from './change.ts'
import { Fifo } from './fifo.ts'
import type { Log, Scripts } from './scripts.ts'
import { Webhook } from './webhook.ts'

/** Hands every change to the FIFOs and to the webhook that the configuration names. */
export class Announcer {
  readonly #fifos: readonly { readonly kind: FifoKind; readonly fifo: Fifo }[]
  readonly #webhook: Webhook | null

  constructor({ global }: Config, scripts: Scripts, log: Log) {
    const { fifos, webhook } = global.notification
    this.#fifos = (['all', 'vrrp', 'lvs'] as const).flatMap((kind) => {
      const config = fifos[kind]
      return config === null ? [] : [{ kind, fifo: new Fifo(config, scripts, log) }]
    })
    this.#webhook = webhook === null ? null : new Webhook(webhook, global, log)
  }

  tell(change: Change): void {
    const about: FifoKind = change.type === 'VS' || change.type === 'RS' ? 'lvs' : 'vrrp'
    const line = fifoLine(change)
    for (const { kind, fifo } of this.#fifos) if (kind === 'all' || kind === about) fifo.write(line)
    this.#webhook?.send(change)
  }

  /** Gives readers and receiver `patienceMs`, then cuts them off. */
  async stop(patienceMs: number): Promise<void> {
    await Promise.all([...this.#fifos.map(({ fifo }) => fifo.stop(patienceMs)), this.#webhook?.stop(patienceMs)])
  }
}
