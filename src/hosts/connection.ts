import { randomBytes } from 'node:crypto'
import { PassThrough, type Readable } from 'node:stream'
import type { NodeSSH } from 'node-ssh'
import type { ClientChannel } from 'ssh2'
import { EXIT, MmhaError } from '../events/error.ts'
import { errors } from '../events/messages/errors.ts'
import type { SshTarget } from '../inventory/inventory.ts'
import { asRoot, denied, withoutPrompt } from './become.ts'
import { type ConnectOptions, message, openSession, type Session } from './session.ts'

export interface CommandResult {
  /** Exit status; 128 + 9 and the like when a signal ended the command. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly stdin?: string | Readable
  readonly onStdout?: (chunk: Buffer) => void
  /** What runs, for the message when the link dies: a step, "facts". */
  readonly what?: string
  /** The command is sh text for root, who is become as the target says: $1 is the uid of the login, $2 is 1. */
  readonly asRoot?: boolean
}

/** One SSH connection to one host. Everything else in mmha reaches a host through this. */
export interface Connection {
  /** Inventory name of the host. */
  readonly name: string
  readonly target: SshTarget
  /** Network round trips that were waited for: TCP 1, SSH 5, a command 2, a command with input 3. */
  readonly roundTrips: number
  /**
   * Runs a command. Resolves with any exit status. @throws MmhaError SSH_LINK_LOST, SSH_CHANNEL_REFUSED, BECOME_DENIED
   * (exit 3).
   */
  exec(command: string, options?: CommandOptions): Promise<CommandResult>
  /** A long-lived command: stdin is written to the channel, stdout read from it, stderr from `.stderr`. */
  openStream(command: string, options?: Pick<CommandOptions, 'asRoot'>): Promise<ClientChannel>
  /** A connection of its own to the same host, made as this one was. @throws MmhaError as `connect` */
  another(): Promise<Connection>
  close(): Promise<void>
}

/** As test/unit/hosts/connection.test.ts measures them on the wire. */
const ROUND_TRIPS = { exec: 2, input: 1 }

/** ms between tries: sshd forgets a session one turn of its loop after the channel's end. */
const SETTLING = [0, 10, 50, 200]

/** Connects and logs in. @throws MmhaError (exit 3): unreachable, host key not trusted, no way to log in. */
export function connect(name: string, target: SshTarget, options: ConnectOptions = {}): Promise<Connection> {
  return open(name, target, options)
}

async function open(name: string, target: SshTarget, options: ConnectOptions): Promise<SshConnection> {
  return new SshConnection(name, target, options, await openSession(name, target, options))
}

/** What goes over one channel. */
interface Errand {
  readonly command: string
  readonly stdin: string | Readable | undefined
}

class SshConnection implements Connection {
  readonly name: string
  readonly target: SshTarget
  readonly #options: ConnectOptions
  readonly #ssh: NodeSSH
  readonly #session: Session
  #roundTrips: number
  #lastError: Error | null = null
  #gone: Promise<void>
  #channels = 0
  /** It has allowed one. */
  #served = false
  /** How many channels the host allows, as it has shown (MaxSessions). */
  #room = Number.POSITIVE_INFINITY
  /** A second connection for the channels that the host doesn't allow on this one. */
  #spare: Promise<SshConnection> | null = null
  #spareTrips: () => number = () => 0

  constructor(name: string, target: SshTarget, options: ConnectOptions, session: Session) {
    const { ssh } = session
    this.name = name
    this.target = target
    this.#options = options
    this.#ssh = ssh
    this.#session = session
    this.#roundTrips = session.roundTrips
    // node-ssh leaves no error listener behind: without this one a reset connection would end the process.
    ssh.connection?.on('error', (error: Error) => {
      this.#lastError = error
    })
    this.#gone = new Promise((resolve) => ssh.connection?.once('close', () => resolve()))
  }

  another(): Promise<Connection> {
    return connect(this.name, this.target, this.#options)
  }

  get roundTrips(): number {
    return this.#roundTrips + this.#spareTrips()
  }

  async exec(command: string, options: CommandOptions = {}): Promise<CommandResult> {
    const result = await this.#run(this.#errand(command, options), options)
    const refused = options.asRoot === true ? denied(this.name, this.target, result.code, result.stderr) : null
    if (refused !== null) throw refused
    return { ...result, stderr: withoutPrompt(result.stderr, this.target.become) }
  }

  openStream(command: string, options: Pick<CommandOptions, 'asRoot'> = {}): Promise<ClientChannel> {
    return this.#open(this.#errand(command, options))
  }

  #errand(command: string, { asRoot: root = false, stdin }: CommandOptions): Errand {
    if (!root) return { command, stdin }
    const { prefix, command: becoming } = asRoot(this.target.become, command, randomBytes(9).toString('hex'))
    return { command: becoming, stdin: prefix === '' ? stdin : before(prefix, stdin) }
  }

  async #run(errand: Errand, options: CommandOptions, tries = 0): Promise<CommandResult> {
    const spare = await this.#spareIfFull()
    if (spare !== null) return spare.#run(errand, options)
    const { command, stdin } = errand
    this.#roundTrips += ROUND_TRIPS.exec + (stdin === undefined ? 0 : ROUND_TRIPS.input)
    this.#channels += 1
    try {
      const result = await this.#orGone(
        this.#ssh.execCommand(command, {
          noTrim: true,
          ...(stdin === undefined ? {} : { stdin }),
          ...(options.onStdout === undefined ? {} : { onStdout: options.onStdout }),
        }),
        options.what,
      )
      this.#served = true
      // node-ssh resolves with neither code nor signal when the link died: that is a failure, not success.
      if (result.code === null && result.signal === null) throw this.#linkLost(options.what)
      return { code: result.code ?? signalStatus(result.signal), stdout: result.stdout, stderr: result.stderr }
    } catch (error) {
      if (!this.#isFull(error)) throw error
    } finally {
      this.#channels -= 1
    }
    if (await this.#settled(tries)) return this.#run(errand, options, tries + 1)
    return (await this.#another()).#run(errand, options)
  }

  async #open(errand: Errand, tries = 0): Promise<ClientChannel> {
    const spare = await this.#spareIfFull()
    if (spare !== null) return spare.#open(errand)
    this.#roundTrips += ROUND_TRIPS.exec + ROUND_TRIPS.input
    const client = this.#ssh.connection
    if (client === null) throw this.#linkLost(undefined)
    this.#channels += 1
    try {
      const opened = new Promise<ClientChannel>((resolve, reject) => {
        client.exec(errand.command, (error, channel) => (error === undefined ? resolve(channel) : reject(error)))
      })
      const channel = await this.#orGone(opened, undefined)
      this.#served = true
      channel.on('error', (error: Error) => {
        this.#lastError = error
      })
      channel.once('close', () => {
        this.#channels -= 1
      })
      if (errand.stdin !== undefined) channel.write(errand.stdin)
      return channel
    } catch (error) {
      const full = this.#isFull(error)
      this.#channels -= 1
      if (!full) throw error
    }
    if (await this.#settled(tries)) return this.#open(errand, tries + 1)
    return (await this.#another()).#open(errand)
  }

  /**
   * A refused channel beside others shows how many the host allows. One that is refused alone shows that the host still
   * counts one that has just ended, or, when it was the first, that it allows none.
   */
  #isFull(error: unknown): boolean {
    if (!(error instanceof MmhaError && error.code === 'SSH_CHANNEL_REFUSED')) return false
    if (this.#channels > 1) this.#room = this.#channels - 1
    return this.#channels > 1 || this.#served
  }

  /** Gives the host a moment to forget what has ended. @returns whether it is worth another try here */
  async #settled(tries: number): Promise<boolean> {
    if (this.#channels >= this.#room || tries >= SETTLING.length) return false
    await new Promise((resolve) => setTimeout(resolve, SETTLING[tries]))
    return true
  }

  async #spareIfFull(): Promise<SshConnection | null> {
    return this.#channels < this.#room ? null : await this.#another()
  }

  async #another(): Promise<SshConnection> {
    this.#spare ??= open(this.name, this.target, this.#options).catch((error: unknown) => {
      this.#spare = null
      throw error
    })
    const spare = await this.#spare
    this.#spareTrips = () => spare.roundTrips
    return spare
  }

  async close(): Promise<void> {
    const spare = await this.#spare?.catch(() => null)
    await spare?.close()
    if (this.#ssh.connection === null) return
    this.#ssh.dispose()
    // A peer that doesn't close its side must not hold us up.
    const patience = setTimeout(() => this.#session.destroy(), 1_000)
    await this.#gone
    clearTimeout(patience)
    this.#session.destroy()
  }

  async #orGone<T>(work: Promise<T>, what: string | undefined): Promise<T> {
    const gone = this.#gone.then(() => null)
    try {
      const first = await Promise.race([work.then((value) => ({ value })), gone])
      if (first !== null) return first.value
      // The channels of a dead link are closed right after it: give their own answer precedence when there is one.
      const late = await Promise.race([
        work.then((value) => ({ value })),
        new Promise<null>((resolve) => setImmediate(() => resolve(null))),
      ])
      if (late !== null) return late.value
    } catch (cause) {
      if (this.#ssh.connection === null) throw this.#linkLost(what, cause)
      throw new MmhaError(errors('ssh.channel', { host: this.name, why: message(cause) }), {
        code: 'SSH_CHANNEL_REFUSED',
        source: 'user',
        exit: EXIT.unreachable,
        host: this.name,
        hint: errors('ssh.channel.do'),
        cause,
      })
    }
    throw this.#linkLost(what)
  }

  #linkLost(what: string | undefined, cause?: unknown): MmhaError {
    const why = this.#lastError === null ? '' : `: ${this.#lastError.message}`
    return new MmhaError(errors('ssh.lost', { host: this.name, address: this.target.host, why }), {
      code: 'SSH_LINK_LOST',
      source: 'user',
      exit: EXIT.unreachable,
      host: this.name,
      ...(what === undefined ? {} : { where: what }),
      hint: errors('ssh.lost.do'),
      cause: cause ?? this.#lastError,
    })
  }
}

function signalStatus(signal: string | null): number {
  const numbers: Readonly<Record<string, number>> = {
    HUP: 1,
    INT: 2,
    QUIT: 3,
    ABRT: 6,
    KILL: 9,
    SEGV: 11,
    PIPE: 13,
    TERM: 15,
  }
  return 128 + (numbers[(signal ?? '').replace(/^SIG/, '')] ?? 0)
}

/** stdin with something before it. */
function before(prefix: string, stdin: string | Readable | undefined): string | Readable {
  if (stdin === undefined || typeof stdin === 'string') return prefix + (stdin ?? '')
  const whole = new PassThrough()
  whole.write(prefix)
  stdin.once('error', (error: Error) => whole.destroy(error))
  return stdin.pipe(whole)
}
