import { randomBytes } from 'node:crypto'
import { EchoExchange } from '../linux/echo-exchange.ts'
import type { ProbeFault, TcpTarget } from './tcp-probe.ts'

/** One echo request, ICMP or ICMPv6 by the address; needs CAP_NET_RAW. Never rejects; `signal` cuts it off, as a failure. */
export function probePing(target: TcpTarget, signal: AbortSignal): Promise<ProbeFault> {
  return new Promise((resolve) => {
    let echo: EchoExchange | null = null
    const settle = (fault: ProbeFault) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', cut)
      echo?.close()
      resolve(fault)
    }
    const cut = () => settle('cut off')
    const timer = setTimeout(() => settle(`no answer for ${target.timeoutMs / 1000} s`), target.timeoutMs)
    signal.addEventListener('abort', cut, { once: true })
    if (signal.aborted) return cut()
    try {
      echo = new EchoExchange(target.host, target.source, randomBytes(NONCE_BYTES), () => settle(null))
      echo.send()
    } catch (error) {
      settle(error instanceof Error ? error.message : String(error))
    }
  })
}

/** What tells our answer from others'. */
const NONCE_BYTES = 16
