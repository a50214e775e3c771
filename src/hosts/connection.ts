import { type Socket, connect as tcpConnect } from 'node:net'
import type { Readable } from 'node:stream'
import { NodeSSH } from 'node-ssh'
import type { AnyAuthMethod, ClientChannel, NextAuthHandler, ServerHostKeyAlgorithm } from 'ssh2'
import { EXIT, MmhaError } from '../events/error.ts'
import type { SshTarget } from '../inventory/inventory.ts'
import { loginsFor } from './authentication.ts'
import { HostKeyError, readKnownHosts } from './host-key-error.ts'
import { hostKeyAlgorithms, judgeKey, type KeyVerdict, type KnownHost } from './known-hosts.ts'

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
}

/** One SSH connection to one host. Everything else in mmha reaches a host through this. */
export interface Connection {
  /** Inventory name of the host. */
  readonly name: string
  readonly target: SshTarget
  /** Network round trips that were waited for: TCP 1, SSH 5, a command 2, a command with input 3. */
  readonly roundTrips: number
  /** Runs a command. Resolves with any exit status. @throws MmhaError SSH_LINK_LOST, SSH_CHANNEL_REFUSED (exit 3). */
  exec(command: string, options?: CommandOptions): Promise<CommandResult>
  /** A long-lived command: stdin is written to the channel, stdout read from it, stderr from `.stderr`. */
  openStream(command: string): Promise<ClientChannel>
  close(): Promise<void>
}

/** ms; a host that doesn't answer at all: three SYNs, at 0, 1 and 3 s. */
const DIAL_TIMEOUT = 5_000
/** ms; key exchange and login, which a busy host may be slow with. */
const LOGIN_TIMEOUT = 10_000
/** ms and count: a link that died silently is noticed after 15 s. */
const KEEPALIVE = { keepaliveInterval: 5_000, keepaliveCountMax: 3 }
/** As test/unit/hosts/connection.test.ts measures them on the wire: key exchange 3, service 1, each key 1, … */
const ROUND_TRIPS = { tcp: 1, ssh: 4, attempt: 1, exec: 2, input: 1 }

export interface ConnectOptions {
  /** Host keys that a person has just accepted, which are in no file yet. */
  readonly trusted?: readonly KnownHost[]
  /** Aborted: the connection ends at once, also while it is being made. */
  readonly signal?: AbortSignal
}

/** Connects and logs in. @throws MmhaError (exit 3): unreachable, host key not trusted, no way to log in. */
export async function connect(name: string, target: SshTarget, options: ConnectOptions = {}): Promise<Connection> {
  const socket = await dial(name, target, options.signal)
  const known = [...readKnownHosts(target.knownHosts), ...(options.trusted ?? [])]
  const logins = loginsFor(target, process.env)
  const rejected: { verdict: Exclude<KeyVerdict, 'known'>; key: Buffer }[] = []
  const left: AnyAuthMethod[] = [...logins.methods]
  let attempts = 0
  const ssh = new NodeSSH()
  try {
    await ssh.connect({
      sock: socket,
      username: target.user,
      readyTimeout: LOGIN_TIMEOUT,
      ...KEEPALIVE,
      algorithms: { serverHostKey: hostKeyAlgorithms(known, target.host, target.port) as ServerHostKeyAlgorithm[] },
      hostVerifier: (key: Buffer) => {
        const verdict = judgeKey(known, target.host, target.port, key)
        if (verdict !== 'known') rejected.push({ verdict, key })
        return verdict === 'known'
      },
      authHandler: (_methods, _partial, next: NextAuthHandler) => {
        const method = left.shift()
        attempts += 1
        next(method ?? (false as never))
      },
    })
  } catch (cause) {
    socket.destroy()
    const refused = rejected[0]
    if (refused !== undefined) throw new HostKeyError(name, target, refused.verdict, refused.key)
    throw loginError(name, target, logins.notes, cause)
  }
  return new SshConnection(
    name,
    target,
    ssh,
    socket,
    ROUND_TRIPS.tcp + ROUND_TRIPS.ssh + ROUND_TRIPS.attempt * attempts,
  )
}

class SshConnection implements Connection {
  readonly name: string
  readonly target: SshTarget
  readonly #ssh: NodeSSH
  readonly #socket: Socket
  #roundTrips: number
  #lastError: Error | null = null
  #gone: Promise<void>

  constructor(name: string, target: SshTarget, ssh: NodeSSH, socket: Socket, roundTrips: number) {
    this.name = name
    this.target = target
    this.#ssh = ssh
    this.#socket = socket
    this.#roundTrips = roundTrips
    // node-ssh leaves no error listener behind: without this one a reset connection would end the process.
    ssh.connection?.on('error', (error: Error) => {
      this.#lastError = error
    })
    this.#gone = new Promise((resolve) => ssh.connection?.once('close', () => resolve()))
  }

  get roundTrips(): number {
    return this.#roundTrips
  }

  async exec(command: string, options: CommandOptions = {}): Promise<CommandResult> {
    this.#roundTrips += ROUND_TRIPS.exec + (options.stdin === undefined ? 0 : ROUND_TRIPS.input)
    const result = await this.#orGone(
      this.#ssh.execCommand(command, {
        noTrim: true,
        ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
        ...(options.onStdout === undefined ? {} : { onStdout: options.onStdout }),
      }),
      options.what,
    )
    // node-ssh resolves with neither code nor signal when the link died: that is a failure, not success.
    if (result.code === null && result.signal === null) throw this.#linkLost(options.what)
    return { code: result.code ?? signalStatus(result.signal), stdout: result.stdout, stderr: result.stderr }
  }

  async openStream(command: string): Promise<ClientChannel> {
    this.#roundTrips += ROUND_TRIPS.exec + ROUND_TRIPS.input
    const client = this.#ssh.connection
    if (client === null) throw this.#linkLost(undefined)
    const opened = new Promise<ClientChannel>((resolve, reject) => {
      client.exec(command, (error, channel) => (error === undefined ? resolve(channel) : reject(error)))
    })
    const channel = await this.#orGone(opened, undefined)
    channel.on('error', (error: Error) => {
      this.#lastError = error
    })
    return channel
  }

  async close(): Promise<void> {
    if (this.#ssh.connection === null) return
    this.#ssh.dispose()
    // A peer that doesn't close its side must not hold us up.
    const patience = setTimeout(() => this.#socket.destroy(), 1_000)
    await this.#gone
    clearTimeout(patience)
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
      throw new MmhaError(`${this.name} refuses another SSH channel: ${message(cause)}`, {
        code: 'SSH_CHANNEL_REFUSED',
        source: 'user',
        exit: EXIT.unreachable,
        host: this.name,
        hint: 'raise MaxSessions in its sshd_config (mmha needs 2)',
        cause,
      })
    }
    throw this.#linkLost(what)
  }

  #linkLost(what: string | undefined, cause?: unknown): MmhaError {
    const why = this.#lastError === null ? '' : `: ${this.#lastError.message}`
    return new MmhaError(`the SSH connection to ${this.name} (${this.target.host}) was lost${why}`, {
      code: 'SSH_LINK_LOST',
      source: 'user',
      exit: EXIT.unreachable,
      host: this.name,
      ...(what === undefined ? {} : { where: what }),
      hint: 'see whether the host is up, then run the same command again: it goes on where this one stopped',
      cause: cause ?? this.#lastError,
    })
  }
}

function dial(name: string, target: SshTarget, signal: AbortSignal | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // ssh2 never sets TCP_NODELAY; without it each small packet waits for the peer's delayed ACK (208 ms → 45 ms a login).
    const socket = tcpConnect({
      host: target.host,
      port: target.port,
      noDelay: true,
      keepAlive: true,
      ...(signal === undefined ? {} : { signal }),
    })
    const fail = (cause: Error) => {
      socket.destroy()
      reject(
        new MmhaError(`cannot reach ${name} at ${target.host} port ${target.port}: ${dialMessage(cause)}`, {
          code: 'SSH_UNREACHABLE',
          source: 'user',
          exit: EXIT.unreachable,
          host: name,
          where: 'connecting',
          hint: 'see whether the host is up, sshd runs there and no firewall is between; address and port are in the inventory',
          cause,
        }),
      )
    }
    socket.setTimeout(DIAL_TIMEOUT, () => fail(new Error(`no answer within ${DIAL_TIMEOUT / 1000} s`)))
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeListener('error', fail)
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

function loginError(name: string, target: SshTarget, notes: readonly string[], cause: unknown): MmhaError {
  const denied = /authentication methods failed/i.test(message(cause))
  const why = denied
    ? `${target.user}@${target.host} was not let in`
    : `no SSH session with ${target.host}: ${message(cause)}`
  return new MmhaError([why, ...notes].join('; '), {
    code: denied ? 'SSH_DENIED' : 'SSH_HANDSHAKE',
    source: 'user',
    exit: EXIT.unreachable,
    host: name,
    where: 'logging in',
    hint: denied
      ? 'give ssh: {user, key} in the inventory, or start an agent that has the key; `ssh -v` shows what the host takes'
      : 'see whether an SSH server listens there',
    cause,
  })
}

const DIAL_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no host there, or a firewall that rejects',
  ENETUNREACH: 'no route to that network from here',
  ENOTFOUND: 'no such name in DNS',
}

function dialMessage(cause: Error): string {
  const code = 'code' in cause ? String(cause.code) : ''
  const known = DIAL_ERRORS[code]
  return known === undefined ? message(cause) : `${known} (${code})`
}

function message(cause: unknown): string {
  return cause instanceof Error ? cause.message || ('code' in cause ? String(cause.code) : cause.name) : String(cause)
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
