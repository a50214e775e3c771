import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseConfig } from '../../src/keepalived/config/parse.ts'
import { KEYWORDS } from '../../src/keepalived/config/table.ts'

/**
 * Configurations that nobody writes: those that people have, mutated, from a seed.
 * By hand: node test/fuzz/config.ts [COUNT] [SEED], on the daemon's Node.js; a defect names the round that repeats it.
 */

/** ms that one file may take, on a machine that does other things, too. */
const MOST_MS = 5000

/** A small generator (xorshift32), so that a seed tells everything. */
function generator(seed: number): (below: number) => number {
  let state = seed | 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const ODD = [
  ...[
    '{',
    '}',
    '"',
    "'",
    '\\',
    '#',
    '!',
    '$',
    '@',
    '~SEQ(A,1,3)',
    '~LST(A,1,2)',
    '$A=$A$A',
    '\u0024{_ENV X}',
    '${',
    '$(',
    '@^',
  ],
  ...[
    '\0',
    '\r',
    '\uFEFF',
    '\u00A0',
    '。',
    '999999999999999999999',
    '-1',
    '1e309',
    '0x10',
    'NaN',
    '::ffff:1.2.3.4',
    '1.2.3.4/33',
  ],
  ...[
    'include *',
    'include /dev/zero',
    '',
    ' '.repeat(5000),
    'a'.repeat(5000),
    '{ '.repeat(500),
    '__proto__',
    'constructor',
  ],
]

/** Every configuration below a folder. */
export function corpus(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.conf'))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
}

function mutated(texts: readonly string[], words: readonly string[], pick: (below: number) => number): string {
  const one = <Item>(list: readonly Item[], otherwise: Item): Item => list[pick(list.length)] ?? otherwise
  let lines = one(texts, '').split('\n')
  for (let round = pick(8) + 1; round > 0; round--) {
    const at = pick(lines.length + 1)
    const line = lines[at] ?? ''
    const cut = pick(line.length + 1)
    const kind = pick(8)
    if (kind === 0) lines.splice(at, pick(5) + 1)
    else if (kind === 1) lines.splice(at, 0, `${one(words, '')} ${one(ODD, '')}`)
    else if (kind === 2) lines[at] = line.slice(0, cut) + one(ODD, '') + line.slice(cut)
    else if (kind === 3) lines[at] = line.slice(0, cut) + line.slice(cut + pick(6) + 1)
    else if (kind === 4) lines.splice(at, 0, ...one(texts, '').split('\n').slice(0, pick(40)))
    else if (kind === 5) lines[at] = line.replace(/\d+/, () => `${pick(2 ** 31) - 2 ** 30}`)
    else if (kind === 6) lines[at] = line.slice(0, cut) + String.fromCharCode(pick(0x300)) + line.slice(cut + 1)
    else lines = [...lines.slice(pick(lines.length + 1)), ...lines.slice(0, at)]
  }
  return lines.join('\n')
}

export interface Fuzzed {
  readonly rounds: number
  readonly slowestMs: number
  /** Kinds of diagnostics that were met: shows that the mutations reach the parser's depths. */
  readonly codes: ReadonlySet<string>
}

/**
 * Reads `count` mutated configurations.
 * @throws Error with the seed, the round and the text when one throws, takes too long, or a diagnostic has no place in it
 */
export function fuzzConfig(texts: readonly string[], count: number, seed: number): Fuzzed {
  const words = [...new Set(KEYWORDS.map(({ name }) => name))]
  const codes = new Set<string>()
  let slowestMs = 0
  for (let round = 0; round < count; round++) {
    const text = mutated(texts, words, generator(seed * 1_000_003 + round))
    const fail = (why: unknown) => new Error(`seed ${seed}, round ${round}: ${String(why)}\n${JSON.stringify(text)}`)
    const started = performance.now()
    try {
      const { diagnostics } = parseConfig(text, 'fuzz.conf')
      for (const { code, line, column } of diagnostics) {
        codes.add(code)
        if (!(line >= 1 && column >= 1)) throw new Error(`${code} at ${line}:${column}`)
      }
    } catch (error) {
      throw fail(error instanceof Error ? error.stack : error)
    }
    const took = performance.now() - started
    slowestMs = Math.max(slowestMs, took)
    if (took > MOST_MS) throw fail(`took ${Math.round(took)} ms`)
  }
  return { rounds: count, slowestMs, codes }
}

if (process.argv[1] === import.meta.filename) {
  const [count = '100000', seed = '1'] = process.argv.slice(2)
  const texts = corpus(new URL('../fixtures/keepalived', import.meta.url).pathname)
  const before = process.memoryUsage().rss
  const started = performance.now()
  const { rounds, slowestMs, codes } = fuzzConfig(texts, Number(count), Number(seed))
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const grown = ((process.memoryUsage().rss - before) / 2 ** 20).toFixed(0)
  process.stdout.write(
    `${rounds} configurations in ${seconds} s, slowest ${slowestMs.toFixed(1)} ms, RSS +${grown} MiB, `,
  )
  process.stdout.write(`said: ${[...codes].sort().join(' ')}\n`)
}
