import { createConnection, createServer, type Server, type Socket } from 'node:net'

/** What went through since the last `reset`, over all connections. */
export interface Traffic {
  readonly connections: number
  /**
   * How often the client spoke after it had been answered, and was answered again: the round trips that it waited for, TCP's
   * own included; a goodbye is none. What is closer together than a round trip overlaps, and is one; without a distance
   * that can't be told, and they are too many.
   */
  readonly roundTrips: number
  readonly bytes: number
}

/** Share of a round trip that must lie between two that were waited for one after the other; timers are not exact. */
const SERIAL = 0.9

const NOTHING: Traffic = { connections: 0, roundTrips: 0, bytes: 0 }

/**
 * A TCP relay that is as far away as it is told: each direction takes half the round trip time, in order, without a limit
 * of throughput. The handshake that the client's kernel has with us in no time is made up for: nothing reaches the target
 * before one and a half round trips are over, as it would.
 */
export class DelayProxy {
  readonly #target: { readonly host: string; readonly port: number }
  readonly #server: Server
  readonly #open = new Set<Socket>()
  #traffic = NOTHING
  /** ms there and back, of connections from now on. */
  roundTrip = 0

  constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#relay(client))
  }

  /** @returns the port; 0 asks for any. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((done, fail) => {
      this.#server.once('error', fail)
      this.#server.listen(port, host, () => {
        const address = this.#server.address()
        done(typeof address === 'object' && address !== null ? address.port : port)
      })
    })
  }

  get traffic(): Traffic {
    return this.#traffic
  }

  /** Forgets what went through, and ends what is still open: nobody starts on a connection of the run before. */
  reset(): void {
    for (const socket of this.#open) socket.destroy()
    this.#traffic = NOTHING
  }

  close(): void {
    this.reset()
    this.#server.close()
  }

  #relay(client: Socket): void {
    const { roundTrip } = this
    this.#count({ connections: 1, roundTrips: 1, bytes: 0 })
    const toServer = new DelayLine(roundTrip / 2)
    const toClient = new DelayLine(roundTrip / 2)
    let answered = true
    let asked = false
    let last = Number.NEGATIVE_INFINITY
    this.#adopt(client, toServer, (bytes) => {
      const now = performance.now()
      const another = answered && now - last >= SERIAL * roundTrip
      this.#count({ connections: 0, roundTrips: 0, bytes })
      if (another) {
        last = now
        asked = true
      }
      answered = false
    })
    const connect = (): void => {
      if (client.destroyed) return
      const server = createConnection({ ...this.#target, noDelay: true, allowHalfOpen: true })
      server.once('connect', () => toServer.open(server))
      this.#adopt(server, toClient, (bytes) => {
        this.#count({ connections: 0, roundTrips: 0, bytes })
      })
      toClient.open(client, () => {
        if (asked) this.#count({ connections: 0, roundTrips: 1, bytes: 0 })
        asked = false
        answered = true
      })
      server.once('close', () => toClient.end())
      client.once('close', () => server.destroy())
    }
    if (roundTrip === 0) connect()
    else setTimeout(connect, 1.5 * roundTrip)
  }

  #adopt(socket: Socket, line: DelayLine, hear: (bytes: number) => void): void {
    this.#open.add(socket)
    socket.on('data', (chunk) => {
      hear(chunk.length)
      line.put(chunk)
    })
    socket.once('end', () => line.end())
    // A reset is an end like another one; `close` follows.
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.#open.delete(socket)
    })
  }

  #count(more: Traffic): void {
    this.#traffic = {
      connections: this.#traffic.connections + more.connections,
      roundTrips: this.#traffic.roundTrips + more.roundTrips,
      bytes: this.#traffic.bytes + more.bytes,
    }
  }
}

/** What was put in comes out `ms` later, in the same order; kept until there is somewhere to go. */
class DelayLine {
  readonly #ms: number
  readonly #waiting: { readonly due: number; readonly chunk: Buffer | null }[] = []
  #to: Socket | null = null
  #onWrite: () => void = () => undefined
  #timer: NodeJS.Timeout | null = null

  constructor(ms: number) {
    this.#ms = ms
  }

  open(to: Socket, onWrite: () => void = () => undefined): void {
    this.#to = to
    this.#onWrite = onWrite
    this.#flush()
  }

  put(chunk: Buffer): void {
    this.#waiting.push({ due: performance.now() + this.#ms, chunk })
    this.#flush()
  }

  end(): void {
    this.#waiting.push({ due: performance.now() + this.#ms, chunk: null })
    this.#flush()
  }

  #flush(): void {
    if (this.#to === null || this.#timer !== null) return
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const early = next.due - performance.now()
      if (early > 0) {
        this.#timer = setTimeout(() => {
          this.#timer = null
          this.#flush()
        }, early)
        return
      }
      this.#waiting.shift()
      if (this.#to.destroyed || this.#to.writableEnded) continue
      if (next.chunk === null) this.#to.end()
      else {
        this.#to.write(next.chunk)
        this.#onWrite()
      }
    }
  }
}
