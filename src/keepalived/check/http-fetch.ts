import { isIPv6 } from 'node:net'
import { connect as connectTls, type SecureContext } from 'node:tls'
import type { HttpProtocol } from '../config/http-check.ts'
import { dropTcp, openTcp } from '../linux/outgoing.ts'
import { type HttpAnswer, HttpAnswerReader, type Keep } from './http-answer.ts'
import type { TcpTarget } from './tcp-probe.ts'

/** One page to fetch, and from whom. */
export interface PageRequest {
  readonly target: TcpTarget
  readonly tls: boolean
  /** Certificate to show to a server that asks for one; null: none. */
  readonly shown: SecureContext | null
  /** Name sent in TLS; null: none. */
  readonly servername: string | null
  readonly path: string
  /** Host header; null: the address. */
  readonly virtualhost: string | null
  readonly protocol: HttpProtocol
  readonly keep: Keep
}

/** Host header without virtualhost: the address, and the port when it isn't the usual one. */
function ownHost({ host, port }: TcpTarget, tls: boolean): string {
  const address = isIPv6(host) ? `[${host}]` : host
  return port === (tls ? 443 : 80) ? address : `${address}:${port}`
}

/** What goes over the wire, in keepalived's order. `Connection: close` is sent with 1.1 and with 1.0C. */
export function requestText({ target, tls, path, virtualhost, protocol }: PageRequest): string {
  const lines = [
    `GET ${path} HTTP/${protocol === '1.1' ? '1.1' : '1.0'}`,
    'User-Agent: KeepAliveClient',
    ...(protocol === '1.0' ? [] : ['Connection: close']),
    `Host: ${virtualhost ?? ownHost(target, tls)}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

/**
 * Fetches one page. `timeoutMs` holds for the connection (with TLS), and again for the whole answer.
 * @throws Error with the reason in a few words; also when `signal` cuts it off.
 */
export function fetchPage(request: PageRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const { target, tls, shown, servername } = request
  return new Promise((resolve, reject) => {
    const connection = openTcp(target.host, target.port, target.source)
    // As keepalived: it asks whether the server answers, not who it is.
    const secured = {
      socket: connection,
      rejectUnauthorized: false,
      ...(servername === null ? {} : { servername }),
      ...(shown === null ? {} : { secureContext: shown }),
    }
    const socket = tls ? connectTls(secured) : connection
    const reader = new HttpAnswerReader(request.keep)
    const late = (what: string) =>
      setTimeout(() => fail(new Error(`${what} for ${target.timeoutMs / 1000} s`)), target.timeoutMs)
    let timer = late('no connection')
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', cut)
      dropTcp(connection, target.source)
    }
    const fail = (error: Error) => {
      end()
      reject(error)
    }
    const cut = () => fail(new Error('cut off'))
    const finish = () => {
      try {
        resolve(reader.finish())
        end()
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)))
      }
    }
    signal.addEventListener('abort', cut, { once: true })
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      timer = late('no whole answer')
      socket.write(requestText(request))
    })
    socket.on('data', (bytes: Buffer) => {
      try {
        if (!reader.take(bytes)) return
      } catch (error) {
        return fail(error instanceof Error ? error : new Error(String(error)))
      }
      // What follows a complete page must not be counted again.
      socket.removeAllListeners('data')
      finish()
    })
    socket.once('end', finish)
    // It may fail again after it was settled; a listener must stay.
    socket.on('error', (error: NodeJS.ErrnoException) => fail(new Error(error.code ?? error.message)))
  })
}
