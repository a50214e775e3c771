/** Bytes, and which of their bits count. Plain arrays: a configuration goes from process to process as JSON. */
export interface HexPattern {
  readonly bytes: readonly number[]
  readonly mask: readonly number[]
}

/**
 * Hex digits as keepalived reads them: two make a byte, a word's last one without a partner stands for itself (`f` is 0F).
 * @param wildcards X is a digit that may be anything
 * @returns null for anything else, and for nothing
 */
export function hexPattern(text: string, wildcards: boolean): HexPattern | null {
  if (!(wildcards ? /^[\da-fx\s]+$/i : /^[\da-f\s]+$/i).test(text)) return null
  const pairs = text.toLowerCase().match(/\S\S?/g) ?? []
  if (pairs.length === 0) return null
  const full = pairs.map((pair) => pair.padStart(2, '0'))
  return {
    bytes: full.map((pair) => Number.parseInt(pair.replaceAll('x', '0'), 16)),
    mask: full.map((pair) => Number.parseInt(pair.replace(/[^x]/g, 'f').replaceAll('x', '0'), 16)),
  }
}

/** Do both agree, as far as the shorter goes? */
export function agrees({ bytes, mask }: HexPattern, found: Uint8Array): boolean {
  return bytes.every((byte, at) => {
    const other = found[at]
    return other === undefined || ((other ^ byte) & (mask[at] ?? 0)) === 0
  })
}
