import { isSet, nodeOf, numberOf, textOf } from './access.ts'
import type { Around } from './check-timing.ts'
import type { Report } from './diagnostics.ts'
import { type HexPattern, hexPattern } from './hex-pattern.ts'
import type { CheckTiming, Connection } from './servers.ts'

/** UDP_CHECK: a datagram that must not be refused, or must be answered. */
export interface UdpCheck extends CheckTiming, Connection {
  readonly type: 'UDP_CHECK'
  /** null: something random. */
  readonly payload: readonly number[] | null
  /** null: silence is good, as is any answer. */
  readonly reply: ReplyRule | null
}

export interface ReplyRule {
  /** Bytes, both ends are good. */
  readonly min: number
  readonly max: number
  /** What it must begin with, as far as it goes; null: anything. */
  readonly pattern: HexPattern | null
}

const ANY_LENGTH = 65_535
/** keepalived's, where it looks at the answer. */
const MAX_BESIDE_PATTERN = 255

export function udpCheck(around: Around, timing: CheckTiming & Connection, report: Report): UdpCheck {
  const [block] = around
  const read = (name: string, wildcards: boolean): HexPattern | null => {
    const node = nodeOf(block, name)
    const text = textOf(block, name)
    if (node === null || text === null) return null
    const pattern = hexPattern(text, wildcards)
    if (pattern === null) {
      const said = `${name} ${text} is not of hex digits, ignored`
      report('error', 'value-bad', node, said, wildcards ? 'write require_reply 0a 1x' : 'write payload 0a 1b')
    }
    return pattern
  }
  const payload = read('payload', false)
  const pattern = read('require_reply', true)
  const min = numberOf(block, 'min_reply_length')
  const most = isSet(block, 'max_reply_length') ? numberOf(block, 'max_reply_length') : null
  const max = most ?? (pattern === null ? ANY_LENGTH : MAX_BESIDE_PATTERN)
  const at = nodeOf(block, 'max_reply_length') ?? nodeOf(block, 'min_reply_length')
  if (at !== null && min > max) {
    report('error', 'conflict', at, `min_reply_length ${min} is more than ${max}, the longest: the check always fails`)
  }
  const reply = isSet(block, 'require_reply') ? { min, max, pattern } : null
  if (at !== null && reply === null) {
    report('warning', 'conflict', at, 'without require_reply any answer is good, of any length', 'add require_reply')
  }
  return { ...timing, type: 'UDP_CHECK', payload: payload?.bytes ?? null, reply }
}
