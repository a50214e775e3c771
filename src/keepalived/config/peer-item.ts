import { isIP } from 'node:net'
import type { Place, Report } from './diagnostics.ts'
import type { Token } from './lexer.ts'
import { addressFault, mended } from './values.ts'

/** An entry of unicast_peer. */
export type PeerItem = Place & {
  readonly type: 'peer'
  readonly text: string
  /** null: none is given. */
  readonly minTtl: number | null
  readonly maxTtl: number | null
}

const LIMITS = ['min_ttl', 'max_ttl'] as const
const placeOf = ({ file, line, column }: Place): Place => ({ file, line, column })

/** `ADDRESS [min_ttl 0..255] [max_ttl 0..255]`, more than once on a line if need be. What can't be read is said. */
export function readPeers(words: readonly Token[], report: Report): PeerItem[] {
  const peers: PeerItem[] = []
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]
    if (word === undefined) break
    const limit = LIMITS.find((name) => name === word.text)
    const last = peers.at(-1)
    if (limit !== undefined && last !== undefined) {
      index += 1
      const value = Number(words[index]?.text)
      if (!(Number.isInteger(value) && value >= 0 && value <= 255)) {
        report('warning', 'value-bad', word, `${limit} of ${last.text} is a number of 0..255, ignored`)
        continue
      }
      peers[peers.length - 1] = { ...last, ...(limit === 'min_ttl' ? { minTtl: value } : { maxTtl: value }) }
      continue
    }
    const text = mended(word, report)
    if (isIP(text) === 0)
      report('error', 'value-bad', word, `${addressFault(text)}; skipped`, 'correct it or remove it')
    else peers.push({ type: 'peer', text, minTtl: null, maxTtl: null, ...placeOf(word) })
  }
  return peers
}
