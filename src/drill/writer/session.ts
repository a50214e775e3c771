import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { instant, monotonic } from '../clock.ts'
import type { FromWriter, ToWriter, WriterConfig } from '../protocol.ts'
import { LedgerFile } from './ledger-file.ts'
import { insertOperation, type Operation, registerName, updateOperation } from './operation.ts'
import { Writer } from './writer.ts'

const PROGRESS_EVERY = 50

interface Phase {
  readonly name: string
  readonly ledger: LedgerFile
  readonly stop: AbortController
  readonly finished: Promise<unknown>
}

/** The writer program behind its two pipes: takes commands, runs W writers, says how they get on. */
export class WriterSession {
  readonly #say: (message: FromWriter) => void
  #config: WriterConfig | null = null
  #writers: Writer[] = []
  #phase: Phase | null = null
  #version = 0

  constructor(say: (message: FromWriter) => void) {
    this.#say = say
    setInterval(() => this.#progress(), PROGRESS_EVERY).unref()
  }

  async receive(message: ToWriter): Promise<void> {
    switch (message.t) {
      case 'ping':
        this.#say({ t: 'pong', id: message.id, ...instant() })
        return
      case 'config': {
        this.#config = message
        const localAddress = await ownAddressTowards(message.address, message.port)
        this.#say({ t: 'hello', pid: process.pid, node: process.version, localAddress, ...instant() })
        return
      }
      case 'credentials': {
        const config = this.#configured()
        const { user, password, database } = message
        const { address, port, connectTimeout, hedgeAfter, operationTimeout } = config
        const endpoint = { address, port, connectTimeout, user, password, database }
        const period = 1000 / config.rate
        for (const writer of this.#writers) writer.close()
        this.#writers = Array.from(
          { length: config.writers },
          (_, index) => new Writer({ index, endpoint, hedgeAfter, operationTimeout, period, say: this.#say }),
        )
        return
      }
      case 'phase':
        await this.pause()
        this.#start(message.phase)
        return
      case 'pause':
        await this.pause()
    }
  }

  /** Ends the phase, if one runs, and says `idle` when its ledger is complete. */
  async pause(): Promise<void> {
    const phase = this.#phase
    if (phase === null) return
    phase.stop.abort()
    await phase.finished
    this.#progress()
    this.#phase = null
    phase.ledger.close()
    this.#say({ t: 'idle', phase: phase.name, file: phase.ledger.path, records: phase.ledger.records })
  }

  #configured(): WriterConfig {
    if (this.#config === null) throw new Error('config must be the first line')
    return this.#config
  }

  #start(name: string): void {
    const { directory, registers } = this.#configured()
    const ledger = new LedgerFile(directory, name)
    const stop = new AbortController()
    this.#version = 0
    const finished = Promise.all(
      this.#writers.map((writer, index) =>
        writer.run(
          (seq) => this.#operation(name, index, seq, registers),
          (entry) => ledger.append(entry),
          stop.signal,
        ),
      ),
    )
    this.#phase = { name, ledger, stop, finished }
  }

  /** Inserts and updates by turns; versions are handed out in one order over all writers. */
  #operation(phase: string, writer: number, seq: number, registers: number): Operation {
    if (seq % 2 === 1) return insertOperation(randomUUID(), phase, writer, seq)
    const register = registerName(phase, Math.floor(Math.random() * registers))
    return updateOperation(register, ++this.#version, writer)
  }

  #progress(): void {
    if (this.#phase === null) return
    const writers = this.#writers.map(({ acks, lastAck }) => ({ acks, lastAck }))
    this.#say({ t: 'progress', phase: this.#phase.name, writers })
  }
}

/** The address that the server will see: the account is limited to it. Tries for 10 s. */
async function ownAddressTowards(host: string, port: number): Promise<string> {
  const deadline = monotonic() + 10_000
  for (;;) {
    const result = await tryOnce(host, port)
    if ('address' in result) return result.address
    if (monotonic() > deadline) throw new Error(`no connection to ${host}:${port}: ${result.error}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function tryOnce(host: string, port: number): Promise<{ address: string } | { error: string }> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 })
    socket.once('connect', () => {
      const address = socket.localAddress ?? ''
      // Wait for the greeting before leaving: a connection closed before it counts as an error of this host there.
      socket.once('data', () => {
        resolve({ address })
        socket.end()
      })
    })
    socket.once('timeout', () => {
      resolve({ error: 'no answer' })
      socket.destroy()
    })
    socket.once('error', (error) => resolve({ error: error.message }))
  })
}
