/**
 * East Asian Width of Unicode, wide and full-width: the ranges that Chinese text and its punctuation come from.
 * A terminal gives each of these characters two columns.
 */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x20000, 0x3fffd],
]

/** Columns that a text takes on a terminal. Control sequences and combining characters are none of ours. */
export function columns(text: string): number {
  let sum = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    sum += point >= 0x1100 && WIDE.some(([from, to]) => point >= from && point <= to) ? 2 : 1
  }
  return sum
}

/** The text, and blanks up to that many columns. */
export function padColumns(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)))
}
