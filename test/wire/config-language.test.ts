/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: keepalived's variables look like those of a template */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOST_FILES } from '../../src/keepalived/config/include.ts'
import { readLines } from '../../src/keepalived/config/read-lines.ts'

/**
 * Lines that the two must read alike. Left out is what we do on purpose: an undefined `${A}` opens no block here, and `${_HASH}` starts
 * no comment, as the manual says and 2.2.7 does not do; nor does 2.2.7 keep a definition inside of another apart from what follows.
 */
const LINES = [
  'k1',
  'x y',
  '"q r"',
  '# c',
  '! d',
  '',
  '$A=1',
  '$A=k3',
  '$A=k4 z',
  '$A',
  '${A}',
  'k$A',
  'k${A}',
  'k${A}x',
  '@a k5',
  '@^a k6',
  '@b k7',
  '@a $A=k8',
  '~SEQ(N, 2) k${N}',
  '~SEQ(N,3,1) k${N}',
  '~SEQx(N,9,2,13) k${N}',
  '~LST(L, a, b) k${L}',
  '~LST({L,M},{a,b},{c,d}) k${L}${M}',
  '~LST(L, a, b) ~SEQ(N, 2) k${L}${N}',
  '\\#k',
  'k\\#',
  'k#c',
  'k!c',
  '"k#9"',
  '$B= \\\n m1 \\\n m2',
  '$B= \\\n m3${A} \\\n\nm4',
  '$B= \\\n m5 \\\n# c\nm6',
  '$B',
  '$C=${A}k',
  '${C}',
  '${_INSTANCE}k',
  'k${_RANDOM 7 7}',
  'include inc/one.conf',
  'include inc/m*.conf',
  'include inc/{one,m2}.conf',
]

/** The last line of each file. */
const END = 'the-end'

describe('the line language, beside the installed keepalived', () => {
  let directory = ''
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'mmha-config-'))
    mkdirSync(join(directory, 'inc'))
    writeFileSync(join(directory, 'inc/one.conf'), 'i1 ${_PWD}\n$A=from-one\n')
    writeFileSync(join(directory, 'inc/m1.conf'), '@a i2\n${A}\n')
    writeFileSync(join(directory, 'inc/m2.conf'), 'include one.conf\ni3\n')
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  /** The first words of all lines that keepalived reads, every one of which is an unknown keyword to it. */
  function theirs(file: string): string[] {
    const { stdout, stderr, error } = spawnSync('unshare', ['-n', 'keepalived', '-t', '-l', '-i', 'a', '-f', file], {
      encoding: 'utf8',
      timeout: 30_000,
    })
    if (error !== undefined) throw error
    const said = `${stderr}${stdout}`.matchAll(/Line \d+\) Unknown keyword '([^']*)'/g)
    const words = [...said].map(([, word]) => word ?? '')
    // Each of its processes reads the file again; the first says what the others say.
    return words.slice(0, words.indexOf(END))
  }

  function ours(text: string, file: string): string[] {
    const surroundings = { configId: 'a', environment: {}, random: () => 0 }
    const { lines } = readLines(text, file, HOST_FILES, surroundings, () => undefined)
    return lines.flatMap(([first]) => (first === undefined ? [] : [first.text]))
  }

  it('means the same in 60 files of 60 lines each', () => {
    const file = join(directory, 'main.conf')
    const programs = fc.sample(fc.array(fc.constantFrom(...LINES), { minLength: 60, maxLength: 60 }), {
      numRuns: 60,
      seed: 20_261_121,
    })
    for (const lines of programs) {
      const text = ['$A=i1', '$B=i2', '$C=i3', ...lines, END, ''].join('\n')
      writeFileSync(file, text)
      const read = ours(text, file)
      expect(read.length).toBeGreaterThan(20)
      expect(read.slice(0, -1), text).toEqual(theirs(file))
    }
  })
})
