import { connect, isIPv6, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { HttpCheck, HttpUrl } from '../config/http-check.ts'
import { type HttpAnswer, HttpAnswerReader } from './http-answer.ts'
import type { ProbeFault, TcpTarget } from './tcp-probe.ts'

/** Host header without virtualhost: the address, and the port when it isn't the usual one. */
function ownHost({ host, port }: TcpTarget, tls: boolean): string {
  const address = isIPv6(host) ? `[${host}]` : host
  return port === (tls ? 443 : 80) ? address : `${address}:${port}`
}

function open(target: TcpTarget, check: HttpCheck, url: HttpUrl): Socket {
  const options = {
    host: target.host,
    port: target.port,
    family: isIPv6(target.host) ? 6 : 4,
    ...(target.bindto === null ? {} : { localAddress: target.bindto }),
  }
  if (!check.tls) return connect(options)
  const servername = check.enableSni && url.virtualhost !== null ? { servername: url.virtualhost } : {}
  // As keepalived: it asks whether the server answers, not who it is.
  return connectTls({ ...options, ...servername, rejectUnauthorized: false })
}

/**
 * Fetches one page over HTTP/1.0, as keepalived does. `timeoutMs` holds for the connection (with TLS), and again for the whole answer.
 * @throws Error with the reason in a few words; also when `signal` cuts it off.
 */
function fetchPage(target: TcpTarget, check: HttpCheck, url: HttpUrl, signal: AbortSignal): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const socket = open(target, check, url)
    const reader = new HttpAnswerReader()
    const late = (what: string) =>
      setTimeout(() => fail(new Error(`${what} for ${target.timeoutMs / 1000} s`)), target.timeoutMs)
    let timer = late('no connection')
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', cut)
      socket.destroy()
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
    socket.once(check.tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      timer = late('no whole answer')
      const host = url.virtualhost ?? ownHost(target, check.tls)
      socket.write(`GET ${url.path} HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: ${host}\r\n\r\n`)
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

/** null: the page is as it should be. */
export function judgePage(url: HttpUrl, answer: HttpAnswer): ProbeFault {
  if (!url.statusCodes.some(({ from, to }) => answer.status >= from && answer.status <= to)) {
    return `status ${answer.status}`
  }
  return url.digest === null || url.digest === answer.digest ? null : `digest ${answer.digest}`
}

/** All pages of a check, one after the other; the first that fails decides. Never rejects. */
export async function probeHttp(target: TcpTarget, check: HttpCheck, signal: AbortSignal): Promise<ProbeFault> {
  for (const url of check.urls) {
    if (signal.aborted) return 'cut off'
    try {
      const fault = judgePage(url, await fetchPage(target, check, url, signal))
      if (fault !== null) return `${url.path}: ${fault}`
    } catch (error) {
      return `${url.path}: ${error instanceof Error ? error.message : String(error)}`
    }
  }
  return null
}
