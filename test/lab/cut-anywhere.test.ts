import { afterAll, beforeAll, describe, it } from 'vitest'
import { type Draw, FirstCuts } from './cuts/first.ts'
import { draws, KINDS, SEED } from './support/drawn.ts'
import { Mmha } from './support/mmha.ts'

/** `all`: each kind of cut after each step. Else one pass with a kind drawn for each cut, after 1 to 4 steps. */
const ALL = process.env.MMHA_CUT === 'all'
const SERVER = process.env.MMHA_CUT_SERVER ?? 'mariadb-10.11'
const NAME = `cuts-${SERVER.replace('.', '-')}`

const PASSES: readonly (readonly [string, () => Draw])[] = ALL
  ? KINDS.map((kind) => [`${kind} after each step`, () => ({ kind, step: 'next' })])
  : [[`drawn by MMHA_CUT_SEED=${SEED}`, draws()]]

describe.skipIf(process.getuid?.() !== 0)('A run is cut anywhere, and goes on (needs root)', () => {
  const mmha = new Mmha(NAME)
  const first = new FirstCuts(mmha, NAME, 'inventories/lab.yml')

  beforeAll(() => process.stdout.write(`MMHA_CUT_SEED=${SEED}\n`))
  afterAll(() => mmha.ok('lab', 'down'))

  it.each(PASSES)('%s: the same command goes on, and nothing is forgotten', { timeout: 900_000 }, (_name, draw) =>
    first.pass(SERVER, draw, { few: ALL ? 12 : 3, drawn: !ALL }),
  )
})
