import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { NodeSSH } from 'node-ssh'
import type { NextAuthHandler } from 'ssh2'
import { EXIT, MmhaError } from '../events/error.ts'
import { errors } from '../events/messages/errors.ts'
import type { SshTarget } from '../inventory/inventory.ts'
import { loginsFor } from './authentication.ts'
import { dial, unreachable } from './dial.ts'
import { HostKeyCheck } from './host-key-check.ts'
import { HostKeyError } from './host-key-error.ts'
import type { HostKeyAlgorithm, KnownHost } from './known-hosts.ts'
import { addKnownHost, readKnownHosts } from './known-hosts-files.ts'
import { LoginOrder } from './login-order.ts'

export interface ConnectOptions {
  /** Host keys that a person has just accepted, which are in no file yet. */
  readonly trusted?: readonly KnownHost[]
  /** Aborted: the connection ends at once, also while it is being made. */
  readonly signal?: AbortSignal
}

/** A login on a host, perhaps by way of others. */
export interface Session {
  readonly ssh: NodeSSH
  /** Round trips that it took. */
  readonly roundTrips: number
  /** Lets go of the link at once, also those to jump hosts. */
  destroy(): void
}

/** ms; key exchange and login, which a busy host may be slow with. */
const LOGIN_TIMEOUT = 20_000
/** ms */
const TICK = 500
/** ms; a jump host connects to the next one. */
const FORWARD_TIMEOUT = 10_000
/** s and count: a link that died silently is noticed after 15 s. */
const ALIVE = { interval: 5, count: 3 }
/** As test/unit/hosts/connection.test.ts measures them on the wire: key exchange 3, service 1, each key 1. */
const ROUND_TRIPS = { tcp: 1, ssh: 4, attempt: 1, forward: 1 }

/** Logs in, through the target's jump hosts one after the other, each with its own host key and login. @throws MmhaError (exit 3) */
export async function openSession(name: string, target: SshTarget, options: ConnectOptions): Promise<Session> {
  const check = new HostKeyCheck(target, readKnownHosts(target.knownHosts), options.trusted)
  const tries = [...check.tries]
  for (;;) {
    const algorithms = tries.shift() ?? []
    const line = await lineTo(name, target, options)
    try {
      const session = await logIn(name, target, line, algorithms, check)
      if (check.accepted !== null) addKnownHost(target, check.accepted)
      return session
    } catch (error) {
      line.destroy()
      const another = error instanceof MmhaError && ['SSH_HOST_KEY_PINNED', 'SSH_NO_SUCH_KEY'].includes(error.code)
      if (!another || tries.length === 0) throw error
    }
  }
}

/** What an SSH session runs over. */
interface Line {
  readonly stream: Socket | Duplex
  readonly roundTrips: number
  destroy(): void
}

async function lineTo(name: string, target: SshTarget, options: ConnectOptions): Promise<Line> {
  const jumps = target.jumps ?? []
  const last = jumps.at(-1)
  if (last === undefined) {
    const socket = await dial(name, name, target, options.signal)
    return { stream: socket, roundTrips: ROUND_TRIPS.tcp, destroy: () => socket.destroy() }
  }
  const hop = await openSession(name, { ...last, jumps: jumps.slice(0, -1) }, options)
  try {
    const stream = await forward(name, target, last, hop)
    // A jump host whose own link died says only that no more comes: nobody else uses this way.
    stream.once('end', hop.destroy)
    return { stream, roundTrips: hop.roundTrips + ROUND_TRIPS.forward, destroy: hop.destroy }
  } catch (error) {
    hop.destroy()
    throw error
  }
}

async function forward(name: string, target: SshTarget, jump: SshTarget, hop: Session): Promise<Duplex> {
  const what = `${name} at ${target.host} port ${target.port} from the jump host ${jump.host}`
  let patience: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    patience = setTimeout(() => reject(new Error(`no answer within ${FORWARD_TIMEOUT / 1000} s`)), FORWARD_TIMEOUT)
  })
  try {
    return await Promise.race([hop.ssh.forwardOut('127.0.0.1', 0, target.host, target.port), late])
  } catch (cause) {
    const said = message(cause).replace(/^\(SSH\) Channel open failure: /, '')
    throw unreachable(name, what, said === 'open failed' ? 'it allows no forwarding (AllowTcpForwarding)' : said, cause)
  } finally {
    clearTimeout(patience)
  }
}

async function logIn(
  name: string,
  target: SshTarget,
  line: Line,
  algorithms: readonly HostKeyAlgorithm[],
  check: HostKeyCheck,
): Promise<Session> {
  const { logins, notes } = await loginsFor(target, process.env)
  const order = new LoginOrder(logins)
  const ssh = new NodeSSH()
  const patience = new LoginPatience(() => line.destroy())
  try {
    await ssh.connect({
      sock: line.stream as Socket,
      username: target.user,
      readyTimeout: 0,
      keepaliveInterval: 1000 * (target.aliveInterval ?? ALIVE.interval),
      keepaliveCountMax: ALIVE.count,
      algorithms: { serverHostKey: [...algorithms] },
      hostVerifier: (key: Buffer) => check.verify(key),
      authHandler: (offered: readonly string[] | null, _partial, next: NextAuthHandler) =>
        next(order.next(offered) ?? (false as never)),
    })
  } catch (cause) {
    if (check.distrusted !== null) throw new HostKeyError(name, target, check.distrusted)
    throw loginError(name, target, [String(order), ...notes, ...(target.notes ?? [])], patience.lost ?? cause)
  } finally {
    patience.end()
  }
  return {
    ssh,
    roundTrips: line.roundTrips + ROUND_TRIPS.ssh + ROUND_TRIPS.attempt * order.tries,
    destroy: () => {
      ssh.dispose()
      line.destroy()
    },
  }
}

/** Counts time in ticks, so that the time in which a person types a passphrase, when nothing ticks, does not count. */
class LoginPatience {
  readonly #timer: NodeJS.Timeout
  #ticks = 0
  lost: Error | null = null

  constructor(giveUp: () => void) {
    this.#timer = setInterval(() => {
      this.#ticks += 1
      if (this.#ticks < LOGIN_TIMEOUT / TICK) return
      this.lost = new Error(`no login within ${LOGIN_TIMEOUT / 1000} s`)
      giveUp()
    }, TICK)
  }

  end(): void {
    clearInterval(this.#timer)
  }
}

function loginError(name: string, target: SshTarget, notes: readonly string[], cause: unknown): MmhaError {
  const said = message(cause)
  const tooMany = /too many authentication failures/i.test(said)
  const denied = tooMany || /authentication methods failed/i.test(said)
  const why = denied ? `${target.user}@${target.host} was not let in` : `no SSH session with ${target.host}: ${said}`
  const noSuchKey = /no matching host key/i.test(said)
  const hint = tooMany
    ? 'it allows fewer tries than there are keys (MaxAuthTries): name the right one with ssh: {key: …, identitiesOnly: true}'
    : 'give ssh: {user, key} in the inventory, or start an agent that has the key; `ssh -v` shows what the host takes'
  return new MmhaError([why, ...notes].filter((text) => text !== '').join('; '), {
    code: denied ? 'SSH_DENIED' : noSuchKey ? 'SSH_NO_SUCH_KEY' : 'SSH_HANDSHAKE',
    source: 'user',
    exit: EXIT.unreachable,
    host: name,
    where: errors('where.logging-in'),
    hint: denied ? hint : errors('ssh.handshake.do'),
    cause,
  })
}

export function message(cause: unknown): string {
  return cause instanceof Error ? cause.message || ('code' in cause ? String(cause.code) : cause.name) : String(cause)
}
