import type { Socket } from 'node:net'

/** Newline-delimited JSON in both directions over a socket that both ends are ours of. */
export class LineChannel<In, Out> {
  readonly #socket: Socket
  #rest = ''
  #open = true

  /** @param onEnd called once, when the other end is gone. */
  constructor(socket: Socket, onMessage: (message: In) => void, onEnd: () => void) {
    this.#socket = socket
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n')
      this.#rest = lines.pop() ?? ''
      for (const line of lines) onMessage(JSON.parse(line) as In)
    })
    const end = (): void => {
      if (!this.#open) return
      this.#open = false
      socket.destroy()
      onEnd()
    }
    // A write to the dead end: 'close' follows and says all there is to say.
    socket.on('error', end)
    socket.on('end', end)
    socket.on('close', end)
  }

  /** False when the other end is gone. */
  send(message: Out): boolean {
    if (!this.#open) return false
    this.#socket.write(`${JSON.stringify(message)}\n`)
    return true
  }

  close(): void {
    this.#open = false
    this.#socket.destroy()
  }
}
