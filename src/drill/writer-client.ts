import { ClockPinger } from './clock-pinger.ts'
import type { LedgerRecord } from './ledger.ts'
import { decodeLedger } from './ledger.ts'
import type { ProgramChannel } from './program-channel.ts'
import type { FromWriter, ToWriter, WriterConfig, WriterProgress } from './protocol.ts'
import { RemoteProgram } from './remote-program.ts'

const ANSWER = 30_000

/** The writers as the controller sees them. Times are on our clock. */
export class WriterClient {
  readonly localAddress: string
  readonly #program: RemoteProgram<ToWriter, FromWriter>
  readonly #pinger: ClockPinger
  readonly #readFile: (path: string) => Promise<string>
  #writers: readonly WriterProgress[] = []

  private constructor(
    program: RemoteProgram<ToWriter, FromWriter>,
    localAddress: string,
    readFile: (path: string) => Promise<string>,
  ) {
    this.#program = program
    this.localAddress = localAddress
    this.#readFile = readFile
    this.#pinger = new ClockPinger(program)
    program.listen((message) => {
      if (message.t === 'progress') this.#writers = message.writers
    })
  }

  /** `readFile` reads a file of the host on which the program runs. */
  static async start(
    name: string,
    channel: ProgramChannel,
    config: WriterConfig,
    readFile: (path: string) => Promise<string>,
  ): Promise<WriterClient> {
    const program = new RemoteProgram<ToWriter, FromWriter>(`writer on ${name}`, channel)
    const hello = program.until(
      (message) => (message.t === 'hello' ? message.localAddress : undefined),
      ANSWER,
      'connection through the VIP',
    )
    program.send({ t: 'config', ...config })
    const client = new WriterClient(program, await hello, readFile)
    await program.until((message) => (message.t === 'pong' ? true : undefined), ANSWER, 'clock')
    return client
  }

  get clockUncertainty(): number {
    return this.#pinger.offset.uncertainty
  }

  /** Acknowledged writes of the running phase. */
  get acks(): number {
    return this.#writers.reduce((sum, { acks }) => sum + acks, 0)
  }

  send(message: ToWriter): void {
    this.#program.send(message)
  }

  /** Waits until every writer has had an acknowledgement after our time `since`. @throws MmhaError DRILL_TIMEOUT */
  async acknowledgedSince(since: number, ms: number): Promise<void> {
    await this.#program.until(
      (message) => {
        if (message.t !== 'progress' || message.writers.length === 0) return undefined
        const { add } = this.#pinger.offset
        return message.writers.every(({ lastAck }) => lastAck + add > since) ? true : undefined
      },
      ms,
      'acknowledged write of every writer',
    )
  }

  listen(listener: (message: FromWriter) => void): () => void {
    return this.#program.listen(listener)
  }

  /** Ends the phase and gives its ledger, times moved to our clock. */
  async finishPhase(): Promise<readonly LedgerRecord[]> {
    const idle = this.#program.until(
      (message) => (message.t === 'idle' ? message : undefined),
      ANSWER,
      'end of the writers',
    )
    this.#program.send({ t: 'pause' })
    const { file } = await idle
    const { add } = this.#pinger.offset
    const records = decodeLedger(await this.#readFile(file))
    return records.map((record) => ({ ...record, begin: record.begin + add, end: record.end + add }))
  }

  close(): void {
    this.#pinger.stop()
    this.#program.end()
  }
}
