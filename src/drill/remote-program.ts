import { EXIT, MmhaError } from '../events/error.ts'
import { onLines } from './lines.ts'
import type { ProgramChannel } from './program-channel.ts'

interface Message {
  readonly t: string
}

/** The controller's end of a writer or sampler: typed messages, and waiting for one of them. */
export class RemoteProgram<To, From extends Message> {
  readonly name: string
  readonly #channel: ProgramChannel
  readonly #listeners = new Set<(message: From) => void>()
  #lost: Error | null = null
  #stderr = ''

  constructor(name: string, channel: ProgramChannel) {
    this.name = name
    this.#channel = channel
    onLines(channel.stdout, (line) => this.#receive(line))
    channel.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-2000)
    })
    void channel.closed.then(() => {
      this.#lost ??= new Error(this.#stderr.trim() || 'it ended')
    })
  }

  /** Resolves when the program or the link to it is gone. */
  get closed(): Promise<void> {
    return this.#channel.closed
  }

  send(message: To): void {
    this.#channel.stdin.write(`${JSON.stringify(message)}\n`)
  }

  /** Calls back for every message; returns the way to stop that. */
  listen(listener: (message: From) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Waits until `pick` finds what it wants (not undefined) in a message.
   * @throws MmhaError DRILL_PROGRAM_LOST when the program ends or says `fatal`, DRILL_TIMEOUT after `ms`.
   */
  until<T>(pick: (message: From) => T | undefined, ms: number, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer)
        stop()
        act()
      }
      const stop = this.listen((message) => {
        const found = pick(message)
        if (found !== undefined) finish(() => resolve(found))
        else if (message.t === 'fatal') finish(() => reject(this.#lostError(fatalText(message), what)))
      })
      const timer = setTimeout(
        () =>
          finish(() =>
            reject(
              new MmhaError(`${this.name}: no ${what} within ${ms / 1000} s`, {
                code: 'DRILL_TIMEOUT',
                source: 'user',
                exit: EXIT.failed,
                where: what,
                hint: 'see whether the host is overloaded, then run the drill again',
              }),
            ),
          ),
        ms,
      )
      void this.#channel.closed.then(() => finish(() => reject(this.#lostError(this.#lost?.message ?? '', what))))
    })
  }

  /** Lets the program end by itself. */
  end(): void {
    this.#channel.stdin.end()
  }

  #receive(line: string): void {
    let message: From
    try {
      message = JSON.parse(line) as From
    } catch {
      this.#stderr = `${this.#stderr}${line}\n`.slice(-2000)
      return
    }
    for (const listener of [...this.#listeners]) listener(message)
  }

  #lostError(text: string, what: string): MmhaError {
    return new MmhaError(`${this.name} was lost: ${text || 'it ended'}`, {
      code: 'DRILL_PROGRAM_LOST',
      source: 'user',
      exit: EXIT.unreachable,
      where: what,
      hint: 'see whether the host is up and Node runs there',
    })
  }
}

function fatalText(message: Message): string {
  return 'message' in message ? String(message.message) : ''
}
