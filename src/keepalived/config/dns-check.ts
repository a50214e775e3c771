import { isSet, nodeOf, textOf } from './access.ts'
import type { Around } from './check-timing.ts'
import type { Report } from './diagnostics.ts'
import { DNS_TYPES, type DnsType } from './dns-types.ts'
import type { CheckTiming, Connection } from './servers.ts'

/** DNS_CHECK: a question over UDP; any answer without an error is good. */
export interface DnsCheck extends CheckTiming, Connection {
  readonly type: 'DNS_CHECK'
  readonly query: DnsType
  /** Labels from the left, none for the root. */
  readonly labels: readonly string[]
}

const isType = (text: string): text is DnsType => Object.hasOwn(DNS_TYPES, text)

/** RFC 1035 2.3.4: a label has up to 63 octets, a name 255 with its lengths. */
const LONGEST_LABEL = 63
const LONGEST_NAME = 255

/** @returns null for what can't be asked for. */
function labelsOf(name: string): readonly string[] | null {
  const labels = name === '.' ? [] : name.replace(/\.$/, '').split('.')
  const lengths = labels.map((label) => Buffer.byteLength(label))
  const whole = lengths.reduce((sum, length) => sum + length + 1, 1)
  return whole <= LONGEST_NAME && lengths.every((length) => length > 0 && length <= LONGEST_LABEL) ? labels : null
}

/** keepalived waits for delay_loop between attempts of this check, unless the file says otherwise. */
export function dnsCheck(around: Around, timing: CheckTiming & Connection, report: Report): DnsCheck {
  const [block] = around
  const type = (textOf(block, 'type') ?? 'SOA').toUpperCase()
  const name = textOf(block, 'name') ?? '.'
  const labels = labelsOf(name)
  const at = nodeOf(block, 'name')
  if (labels === null && at !== null) {
    const said = `${name} is no name of DNS (labels of 1..${LONGEST_LABEL} characters), the root is asked for`
    report('error', 'value-bad', at, said, 'write name db.example.com')
  }
  const isDelaySet = around.some((one) => isSet(one, 'delay_before_retry'))
  return {
    ...timing,
    type: 'DNS_CHECK',
    delayBeforeRetry: isDelaySet ? timing.delayBeforeRetry : timing.delayLoop,
    query: isType(type) ? type : 'SOA',
    labels: labels ?? [],
  }
}
