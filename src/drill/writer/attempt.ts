import { connect, type Socket } from 'node:net'
import { type Connection, createConnection } from 'mysql2'

export interface Endpoint {
  readonly address: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** ms for the TCP connection; the kernel alone would send a lost SYN again only after a whole second. */
  readonly connectTimeout: number
}

/** ms for greeting and authentication, once TCP is connected: a hung server greets nobody. */
const HANDSHAKE_TIMEOUT = 1000

export type AttemptFailure = 'refused' | 'timedOut' | 'denied'

export interface Attempt {
  readonly done: Promise<{ readonly connection: Connection } | { readonly failure: AttemptFailure }>
  cancel(): void
}

/** One try to get a session through the address. Never rejects. */
export function startAttempt(endpoint: Endpoint): Attempt {
  const socket = connect({ host: endpoint.address, port: endpoint.port, noDelay: true })
  const done = tcpConnected(socket, endpoint.connectTimeout).then((failure) =>
    failure === null ? handshake(socket, endpoint) : { failure },
  )
  return { done, cancel: () => socket.destroy() }
}

function tcpConnected(socket: Socket, timeout: number): Promise<AttemptFailure | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve('timedOut')
      socket.destroy()
    }, timeout)
    const settle = (failure: AttemptFailure | null): void => {
      clearTimeout(timer)
      resolve(failure)
    }
    socket.once('connect', () => settle(null))
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code === 'ETIMEDOUT' ? 'timedOut' : 'refused'))
    socket.once('close', () => settle('refused'))
  })
}

function handshake(
  socket: Socket,
  endpoint: Endpoint,
): Promise<{ readonly connection: Connection } | { readonly failure: AttemptFailure }> {
  return new Promise((resolve) => {
    const connection = createConnection({
      stream: socket,
      user: endpoint.user,
      password: endpoint.password,
      database: endpoint.database,
      connectTimeout: HANDSHAKE_TIMEOUT,
    })
    connection.once('connect', () => resolve({ connection }))
    connection.on('error', (error: NodeJS.ErrnoException & { errno?: number }) => {
      resolve({ failure: failureOf(error) })
      connection.destroy()
    })
    socket.once('close', () => resolve({ failure: 'refused' }))
  })
}

function failureOf(error: NodeJS.ErrnoException): AttemptFailure {
  if (error.code === 'ETIMEDOUT') return 'timedOut'
  return error.code?.startsWith('ER_') === true ? 'denied' : 'refused'
}
