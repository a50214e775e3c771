import type { ToVrrp } from '../process/messages.ts'

export interface GateOptions {
  readonly instance: string
  send(message: ToVrrp): void
  log(level: 'info' | 'warn' | 'error', message: string): void
}

/** Whether this node may hold the address; VRRP hears of changes only. */
export class Gate {
  readonly #o: GateOptions
  #open: boolean | null = null

  constructor(options: GateOptions) {
    this.#o = options
  }

  get open(): boolean {
    return this.#open === true
  }

  turn(open: boolean, reason: string): void {
    if (this.#open === open) return
    this.#open = open
    this.#o.log('info', `gate ${open ? 'open' : 'shut'}: ${reason}`)
    this.#o.send({ t: 'gate', instance: this.#o.instance, open, reason })
  }
}
