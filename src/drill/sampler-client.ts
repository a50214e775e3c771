import type { Connection } from '../hosts/connection.ts'
import type { Host } from '../inventory/inventory.ts'
import { SqlError, type SqlSession } from '../mysql/sql-session.ts'
import type { Watch } from './analysis/intervals.ts'
import { ClockPinger } from './clock-pinger.ts'
import { SamplerLog } from './host-watch.ts'
import { startThere } from './program-channel.ts'
import type { FromSampler, Row, SamplerConfig, ToSampler } from './protocol.ts'
import { RemoteProgram } from './remote-program.ts'
import { type Assets, ensureProgramFiles } from './runtime.ts'

const ANSWER = 60_000

export interface Executed {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Our clock, ms. */
  readonly begin: number
  readonly end: number
}

/** A host's sampler: what it sees, and the hands that the drill has on that host. Times are on our clock. */
export class SamplerClient implements SqlSession {
  readonly host: Host
  readonly kernel: string
  readonly #connection: Connection
  readonly #program: RemoteProgram<ToSampler, FromSampler>
  readonly #pinger: ClockPinger
  readonly #log: SamplerLog
  #id = 0
  #goneBy = Number.POSITIVE_INFINITY
  #lastHeard = performance.now()
  #lost = false

  private constructor(
    host: Host,
    kernel: string,
    connection: Connection,
    program: RemoteProgram<ToSampler, FromSampler>,
    log: SamplerLog,
  ) {
    this.host = host
    this.kernel = kernel
    this.#connection = connection
    this.#program = program
    this.#log = log
    this.#pinger = new ClockPinger(program)
    program.listen(() => {
      this.#lastHeard = performance.now()
    })
    void program.closed.then(() => {
      this.#lost = true
    })
  }

  /** Starts the sampler over a connection, which then belongs to this client. */
  static async start(
    host: Host,
    connection: Connection,
    assets: Assets,
    config: SamplerConfig,
  ): Promise<SamplerClient> {
    const files = await ensureProgramFiles(connection, assets)
    const program = new RemoteProgram<ToSampler, FromSampler>(
      `sampler on ${host.name}`,
      await startThere(connection, files, 'sampler'),
    )
    const log = new SamplerLog()
    program.listen((message) => log.add(message))
    const hello = program.until((message) => (message.t === 'hello' ? message : undefined), 10_000, 'greeting')
    program.send({ t: 'config', ...config })
    const { kernel } = await hello
    const client = new SamplerClient(host, kernel, connection, program, log)
    await program.until((message) => (message.t === 'pong' ? true : undefined), 10_000, 'clock')
    return client
  }

  get held(): boolean {
    return this.#log.held
  }

  /** Longest time between two looks at the addresses since this was last asked, ms. */
  takeWorstLook(): number {
    return this.#log.takeWorst()
  }

  get clockUncertainty(): number {
    return this.#pinger.offset.uncertainty
  }

  /** `performance.now()` of its last message; it says something every 50 ms. */
  get lastHeard(): number {
    return this.#lastHeard
  }

  /** The program or the link to it is gone. */
  get lost(): boolean {
    return this.#lost
  }

  get closed(): Promise<void> {
    return this.#program.closed
  }

  watches(): { readonly vip: Watch; readonly writable: Watch; readonly alone: Watch } {
    return this.#log.at(this.#pinger.offset, this.#goneBy)
  }

  /** Runs one statement as the database's root; every value as text. @throws SqlError */
  async query(sql: string): Promise<readonly Row[]> {
    const id = ++this.#id
    const rows: Row[] = []
    const answer = this.#program.until(
      (message) => {
        if (!('id' in message) || message.id !== id) return undefined
        if (message.t === 'failed') return message.message
        if (message.t !== 'rows') return undefined
        for (const row of message.rows) rows.push(row)
        return message.more ? undefined : ''
      },
      ANSWER,
      'answer of the database',
    )
    this.#program.send({ t: 'query', id, sql })
    const failure = await answer
    if (failure === '') return rows
    throw new SqlError(`${this.host.name}: ${failure}`, { errno: 0, code: 'DRILL_QUERY', lost: false })
  }

  /** SIGKILL to a process that is one of `names`. @throws SqlError with the reason when it was not killed. */
  kill(pid: number, names: readonly string[]): Promise<Executed> {
    return this.#act((id) => ({ t: 'kill', id, pid, names }))
  }

  /** Runs a command there. @throws SqlError when it could not be started. */
  exec(argv: readonly string[]): Promise<Executed> {
    return this.#act((id) => ({ t: 'exec', id, argv }))
  }

  /** The host is dead since our time `goneBy`; its connection is let go of. */
  lostPower(goneBy: number): void {
    this.#goneBy = goneBy
    this.#lost = true
    this.#pinger.stop()
    void this.#connection.close()
  }

  close(): void {
    this.#pinger.stop()
    this.#program.end()
    void this.#program.closed.then(() => this.#connection.close())
  }

  async #act(command: (id: number) => ToSampler): Promise<Executed> {
    const id = ++this.#id
    const answer = this.#program.until(
      (message) => {
        if (message.t === 'done' && message.id === id) return message
        if (message.t === 'failed' && message.id === id) return message.message
        return undefined
      },
      ANSWER * 3,
      'end of a command',
    )
    this.#program.send(command(id))
    const result = await answer
    if (typeof result === 'string')
      throw new SqlError(`${this.host.name}: ${result}`, { errno: 0, code: 'DRILL_COMMAND', lost: false })
    const { add } = this.#pinger.offset
    const { code, stdout, stderr } = result
    return { code, stdout, stderr, begin: result.begin + add, end: result.end + add }
  }
}
