import { randomInt } from 'node:crypto'
import type { DnsCheck } from '../config/dns-check.ts'
import { encodeQuery, judgeAnswer } from './dns-message.ts'
import type { ProbeFault, TcpTarget } from './tcp-probe.ts'
import { exchange } from './udp-exchange.ts'

/** One question, with an id of its own. Never rejects. */
export function probeDns(target: TcpTarget, check: DnsCheck, signal: AbortSignal): Promise<ProbeFault> {
  const id = randomInt(0x10000)
  return exchange(target, encodeQuery(id, check.labels, check.query), (bytes) => judgeAnswer(id, bytes), signal)
}
