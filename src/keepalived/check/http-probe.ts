import type { HttpCheck, HttpUrl } from '../config/http-check.ts'
import { type HttpAnswer, KEEP_NOTHING } from './http-answer.ts'
import { fetchPage } from './http-fetch.ts'
import { isFound, MAX_SEARCHED } from './page-search.ts'
import type { ProbeFault, TcpTarget } from './tcp-probe.ts'
import { shownBy } from './tls-identity.ts'

/** null: the page is as it should be. */
export function judgePage(url: HttpUrl, answer: HttpAnswer): ProbeFault {
  if (!url.statusCodes.some(({ from, to }) => answer.status >= from && answer.status <= to)) {
    return `status ${answer.status}`
  }
  if (url.digest !== null && url.digest !== answer.digest) return `digest ${answer.digest}`
  if (url.pattern === null) return null
  const found = isFound(url.pattern, answer.kept)
  if (typeof found === 'string') return found
  if (found === !url.pattern.noMatch) return null
  return found ? 'regex matches, and must not' : 'regex does not match'
}

/** All pages of a check, one after the other; the first that fails decides. Never rejects. */
export async function probeHttp(target: TcpTarget, check: HttpCheck, signal: AbortSignal): Promise<ProbeFault> {
  const { tls, protocol } = check
  const { context: shown, fault: unusable } = shownBy(check.identity)
  for (const url of check.urls) {
    if (signal.aborted) return 'cut off'
    const { path, virtualhost, pattern } = url
    const servername = check.enableSni ? virtualhost : null
    const keep = pattern === null ? KEEP_NOTHING : { from: pattern.minOffset, length: MAX_SEARCHED }
    try {
      const answer = await fetchPage({ target, tls, shown, servername, path, virtualhost, protocol, keep }, signal)
      const fault = judgePage(url, answer)
      if (fault !== null) return `${path}: ${fault}`
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return `${path}: ${why}${unusable === null ? '' : ` (${unusable})`}`
    }
  }
  return null
}
