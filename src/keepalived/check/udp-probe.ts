import { randomBytes } from 'node:crypto'
import { agrees } from '../config/hex-pattern.ts'
import type { ReplyRule, UdpCheck } from '../config/udp-check.ts'
import type { ProbeFault, TcpTarget } from './tcp-probe.ts'
import { exchange } from './udp-exchange.ts'

const RANDOM_BYTES = 64

/** null: the answer is as it must be. */
export function judgeReply({ min, max, pattern }: ReplyRule, reply: Uint8Array): ProbeFault {
  const { length } = reply
  if (length < min || length > max) return `answer of ${length} bytes`
  return pattern === null || agrees(pattern, reply) ? null : 'answer does not match require_reply'
}

/** One datagram, and what comes of it. Without `require_reply` only a refusal (ICMP) is a fault. Never rejects. */
export function probeUdp(target: TcpTarget, check: UdpCheck, signal: AbortSignal): Promise<ProbeFault> {
  const { payload, reply } = check
  const request = payload === null ? randomBytes(RANDOM_BYTES) : Uint8Array.from(payload)
  if (reply === null) {
    return exchange(
      target,
      request,
      () => null,
      signal,
      () => null,
    )
  }
  return exchange(target, request, (answer) => judgeReply(reply, answer), signal)
}
