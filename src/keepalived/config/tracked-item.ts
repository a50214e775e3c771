import type { Place, Report } from './diagnostics.ts'
import type { Token } from './lexer.ts'
import { mended } from './values.ts'

/** Entries of track_script, track_interface, track_process, track_file, and of interface_up_down_delays. */

export type TrackedItem = Place & {
  readonly type: 'tracked'
  readonly name: string
  /** null: the tracked thing's own. */
  readonly weight: number | null
  readonly reverse: boolean
}

export type DelayItem = Place & {
  readonly type: 'delay'
  readonly name: string
  /** s */
  readonly down: number
  /** s */
  readonly up: number
}

const REVERSE = new Set(['reverse'])
const FORWARD = new Set(['noreverse', 'no_reverse'])

const placeOf = ({ file, line, column }: Place): Place => ({ file, line, column })

/** `NAME [weight -254..254 [reverse|noreverse]]` */
export function readTracked(words: readonly Token[], report: Report): TrackedItem[] {
  const [first, keyword, amount, direction, rest] = words
  if (first === undefined) return []
  const name = mended(first, report)
  const plain: TrackedItem = { type: 'tracked', name, weight: null, reverse: false, ...placeOf(first) }
  if (keyword === undefined) return [plain]
  const weight = Number(amount?.text)
  if (keyword.text !== 'weight' || amount === undefined || !Number.isInteger(weight) || Math.abs(weight) > 254) {
    report(
      'warning',
      'value-bad',
      keyword,
      `after ${name} only "weight -253..253 [reverse]" may stand; its own weight is used`,
    )
    return [plain]
  }
  const reverse = direction !== undefined && REVERSE.has(direction.text)
  const odd = direction === undefined || reverse || FORWARD.has(direction.text) ? rest : direction
  if (odd !== undefined) report('warning', 'syntax', odd, `${odd.text} after the weight of ${name} is ignored`)
  return [{ ...plain, weight, reverse }]
}

/** `NIC DOWN [UP]`, in s; UP is DOWN when it is not given. */
export function readDelay(words: readonly Token[], report: Report): DelayItem[] {
  const [first, ...given] = words
  if (first === undefined) return []
  const [down = Number.NaN, up = down] = given.map((word) => (word.text === '' ? Number.NaN : Number(word.text)))
  const bad = [down, up].some((delay) => !(delay >= 0 && delay <= 255))
  if (bad || given.length === 0 || given.length > 2) {
    const said = `${first.text}: one or two delays of 0..255 s must follow, line skipped`
    report('error', 'value-bad', first, said, `write ${first.text} DOWN_DELAY [UP_DELAY]`)
    return []
  }
  return [{ type: 'delay', name: mended(first, report), down, up, ...placeOf(first) }]
}
