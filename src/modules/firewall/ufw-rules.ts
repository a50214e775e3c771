import type { FactLines } from '../fact-lines.ts'
import type { AcceptRule } from './accept-rule.ts'

export interface UfwFacts {
  /** Knows VRRP by name, as from 0.36.2 on. */
  readonly vrrp: boolean
  /** Rules for what comes in, in their order. */
  readonly rules: readonly UfwRule[]
}

export interface UfwRule {
  readonly allows: boolean
  /** It has our comment. */
  readonly ours: boolean
  /** null: not one that we would write. */
  readonly rule: UfwAccept | null
}

/** What ufw lets in; `any`: whatever the protocol. */
export interface UfwAccept extends Omit<AcceptRule, 'protocol'> {
  readonly protocol: 'tcp' | 'vrrp' | 'any'
}

/** Our comment; user.rules keeps comments as hex. */
export const UFW_COMMENT = 'mmha'
const COMMENT = `comment=${Buffer.from(UFW_COMMENT).toString('hex')}`

/** `ufw <version>`, then the tuples of user.rules; null: it is not enabled. */
export function parseUfw(facts: FactLines): UfwFacts | null {
  const version = facts.text('ufw')
  if (version === null) return null
  return { vrrp: knowsVrrp(version), rules: facts.texts('tuple').flatMap(parseTuple) }
}

/** `allow tcp 3306 0.0.0.0/0 any 10.0.0.2 in comment=6d6d6861`: action, protocol, port, to, source port, from, direction. */
function parseTuple(text: string): UfwRule[] {
  const [action = '', protocol, port = '', to = '', sourcePort, from = '', direction = '', ...more] = text.split(' ')
  if (direction !== 'in') return direction.startsWith('in_') ? [{ allows: false, ours: false, rule: null }] : []
  const number = port === 'any' ? null : Number(port)
  const known = protocol === 'tcp' || protocol === 'vrrp' || protocol === 'any'
  const readable = known && sourcePort === 'any' && (number === null || Number.isInteger(number))
  const side = (address: string) => (address === '0.0.0.0/0' ? null : address)
  const rule: UfwAccept | null = readable ? { protocol, from: side(from), to: side(to), port: number } : null
  return [{ allows: action === 'allow', ours: more.includes(COMMENT), rule }]
}

function knowsVrrp(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  return major > 0 || minor > 36 || (minor === 36 && patch >= 2)
}
