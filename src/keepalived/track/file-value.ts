import type { Tracked } from '../config/tracked.ts'

/** What the number in a tracked file means for the priority. Pure. */

/** From here on down it is a fault, whatever the weight: keepalived's limit. */
const FAULT_AT = -254
const MOST = 253

/** The number that the text begins with; 0 for an empty file; null when it begins with none. */
export function fileValue(text: string): number | null {
  const trimmed = text.trim()
  if (trimmed === '') return 0
  const match = /^[+-]?\d{1,15}(?=\s|$)/.exec(trimmed)
  return match === null ? null : Number(match[0])
}

export interface TrackVerdict {
  readonly up: boolean
  /** null: up or down, nothing to weigh. */
  readonly weight: number | null
  readonly reverse: boolean
}

/** With weight 0 any number but 0 is down; otherwise number times weight is added to the priority. */
export function fileVerdict(value: number, { weight, reverse }: Omit<Tracked, 'name'>): TrackVerdict {
  if (weight === 0) return { up: value === 0, weight: null, reverse }
  const added = value * weight * (reverse ? -1 : 1)
  if (added <= FAULT_AT) return { up: false, weight: null, reverse: false }
  return { up: added >= 0, weight: added === 0 ? null : Math.min(MOST, added), reverse: false }
}
