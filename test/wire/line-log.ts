import type { Readable } from 'node:stream'

/** Lines of a stream as they come, to wait for. */
export class LineLog {
  readonly lines: string[] = []
  readonly #waiting = new Set<() => void>()

  constructor(...streams: readonly (Readable | null)[]) {
    for (const stream of streams) {
      let rest = ''
      stream?.setEncoding('utf8')
      stream?.on('data', (text: string) => {
        const parts = (rest + text).split('\n')
        rest = parts.pop() ?? ''
        this.lines.push(...parts)
        for (const look of this.#waiting) look()
      })
    }
  }

  /** The first line from index `since` on that matches; waits for it. @throws after `ms` */
  line(pattern: RegExp, since = 0, ms = 15_000): Promise<string> {
    return this.until(() => this.lines.slice(since).find((line) => pattern.test(line)), `${pattern}`, ms)
  }

  /** Waits, looking at each new line, until `find` yields something. */
  until<Found>(find: () => Found | undefined, what: string, ms = 15_000): Promise<Found> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find()
        if (found === undefined) return
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve(found)
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(look)
        reject(new Error(`${what} did not come within ${ms} ms; last lines:\n${this.lines.slice(-25).join('\n')}`))
      }, ms)
      this.#waiting.add(look)
      look()
    })
  }
}
