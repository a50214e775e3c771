import { isIP } from 'node:net'
import type { HttpProtocol } from '../config/http-check.ts'
import { ANY_SOURCE } from '../config/source.ts'
import { KEEP_NOTHING } from './http-answer.ts'
import { fetchPage, type PageRequest, requestText } from './http-fetch.ts'

/** keepalived's genhash: the digest that `digest` of a url wants, of a page as it is now. */

/** The flags as they were given. */
export interface GenhashFlags {
  readonly server?: string | undefined
  readonly port?: string | undefined
  readonly url?: string | undefined
  readonly useSsl?: boolean | undefined
  readonly useSni?: boolean | undefined
  readonly useVirtualhost?: string | undefined
  readonly protocol?: string | undefined
  readonly timeout?: string | undefined
}

/** As keepalived's. */
const TIMEOUT_S = 5

const PROTOCOLS: ReadonlyMap<string, HttpProtocol> = new Map([
  ['1.0', '1.0'],
  ['1.0C', '1.0C'],
  ['1.1', '1.1'],
])

/** What the flags ask for. @returns a sentence instead when they can't be meant */
export function genhashRequest(flags: GenhashFlags): PageRequest | string {
  const { server, url, useSsl: tls = false, useSni = false, useVirtualhost: virtualhost = null } = flags
  const port = Number(flags.port ?? (tls ? 443 : 80))
  const seconds = Number(flags.timeout ?? TIMEOUT_S)
  const protocol = PROTOCOLS.get((flags.protocol ?? '1.0').toUpperCase())
  if (server === undefined || url === undefined) return 'give the server with -s and the path of the page with -u'
  if (isIP(server) === 0) return `-s: ${server} is no IP address`
  if (!Number.isInteger(port) || port < 1 || port > 65535) return `-p: ${flags.port} is no port`
  if (!/^\/[\x21-\x7e]*$/.test(url)) return `-u: ${JSON.stringify(url)} is no path that starts with /`
  if (protocol === undefined) return `-P: ${flags.protocol} is none of 1.0, 1.0c, 1.1`
  if (!(seconds > 0 && seconds <= 3600)) return `-t: ${flags.timeout} is no number of seconds up to 3600`
  if (useSni && virtualhost === null) return '-I sends the name that -V gives'
  if (virtualhost !== null && !/^[\x21-\x7e]+$/.test(virtualhost)) return '-V: not a name for a Host header'
  const target = { host: server, port, source: ANY_SOURCE, timeoutMs: seconds * 1000 }
  return {
    target,
    tls,
    shown: null,
    servername: useSni ? virtualhost : null,
    path: url,
    virtualhost,
    protocol,
    keep: KEEP_NOTHING,
  }
}

export interface Genhash {
  readonly digest: string
  /** What was sent, what came, how long it took: for `-v`. */
  readonly details: string
}

/** @throws Error with the reason in a few words */
export async function genhash(request: PageRequest): Promise<Genhash> {
  const began = performance.now()
  const { head, status, digest } = await fetchPage(request, new AbortController().signal)
  const took = `${Math.round(performance.now() - began)} ms`
  const lines = [
    ...requestText(request).trim().split('\r\n'),
    '',
    ...head.split('\r\n'),
    '',
    `status ${status}, ${took}`,
  ]
  return { digest, details: `${lines.join('\n')}\n` }
}
