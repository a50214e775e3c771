import { type Socket, connect as tcpConnect } from 'node:net'
import { EXIT, MmhaError } from '../events/error.ts'
import { joined, type Text } from '../events/message.ts'
import { errors } from '../events/messages/errors.ts'
import type { SshTarget } from '../inventory/inventory.ts'

/** s; a host that doesn't answer at all: three SYNs, at 0, 1 and 3 s. */
const DIAL_TIMEOUT = 5

/** @param label what the message calls it: the host, or its jump host. @throws MmhaError SSH_UNREACHABLE (exit 3) */
export function dial(name: string, label: string, target: SshTarget, signal: AbortSignal | undefined): Promise<Socket> {
  const patience = target.connectTimeout ?? DIAL_TIMEOUT
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
      const why = joined([dialMessage(cause), ...(target.notes ?? [])], 'semicolon')
      const { host, port } = target
      reject(unreachable(name, errors('ssh.at', { label, host, port }), why, cause))
    }
    socket.setTimeout(patience * 1000, () => fail(new Silence(patience)))
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeListener('error', fail)
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

/** @param what host and address, as the message names them */
export function unreachable(name: string, what: Text, why: Text, cause: unknown): MmhaError {
  return new MmhaError(errors('ssh.unreachable', { what, why }), {
    code: 'SSH_UNREACHABLE',
    source: 'user',
    exit: EXIT.unreachable,
    host: name,
    where: errors('where.connecting'),
    hint: errors('ssh.unreachable.do'),
    cause,
  })
}

/** Nobody answers, for so many s. */
class Silence extends Error {
  readonly said: Text

  constructor(seconds: number) {
    const said = errors('ssh.no-answer', { seconds })
    super(said.en)
    this.said = said
  }
}

const DIAL_ERRORS: Readonly<Record<string, Text>> = {
  ECONNREFUSED: errors('ssh.refused'),
  EHOSTUNREACH: errors('ssh.no-host'),
  ENETUNREACH: errors('ssh.no-route'),
  ENOTFOUND: errors('ssh.no-name'),
}

function dialMessage(cause: Error): Text {
  if (cause instanceof Silence) return cause.said
  const code = 'code' in cause ? String(cause.code) : ''
  const known = DIAL_ERRORS[code]
  return known ?? (cause.message || code || cause.name)
}
