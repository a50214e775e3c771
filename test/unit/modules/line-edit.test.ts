import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { edited, editScript, type LineEdit } from '../../../src/modules/line-edit.ts'
import { revealed, shellQuote } from '../../../src/modules/step.ts'

const folder = mkdtempSync(join(tmpdir(), 'mmha-unit-edit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the host's awk makes of it. */
function onHost(content: string, edits: readonly LineEdit[]): string {
  const file = join(folder, 'file')
  writeFileSync(file, content)
  execFileSync('dash', ['-eu'], { input: `new=${shellQuote(file)}\n${revealed(editScript(edits))}`, stdio: 'pipe' })
  return readFileSync(file, 'utf8')
}

const INI = `[a]\nx = 1\n  [b] # c\nx = 1\ny\\t = "1"\n\n[a]\nx = 1\n\n`

describe('an edit of lines: what the plan shows is what the host gets', () => {
  it.each<[string, string, LineEdit[], string]>([
    ['the last of equal lines', 'x\ny\nx\n', [{ op: 'replace', old: 'x', line: 'z' }], 'x\ny\nz\n'],
    [
      'only in its section',
      INI,
      [{ op: 'replace', old: 'x = 1', line: 'x = 2', section: 'b' }],
      INI.replace('c\nx = 1', 'c\nx = 2'),
    ],
    ['all equal lines go', 'x\ny\nx\n', [{ op: 'delete', old: 'x' }], 'y\n'],
    [
      'all of a section',
      INI,
      [{ op: 'delete', old: 'x = 1', section: 'a' }],
      '[a]\n  [b] # c\nx = 1\ny\\t = "1"\n\n[a]\n\n',
    ],
    [
      'the end of the last such section',
      INI,
      [{ op: 'end-of-section', line: 'z', section: 'a' }],
      INI.replace(/\n\n$/, '\nz\n\n'),
    ],
    [
      'signs of awk, sh and regular expressions',
      "a\\n&'$1\n1e3\n",
      [{ op: 'replace', old: "a\\n&'$1", line: '\\0&\\"$(id)' }],
      '\\0&\\"$(id)\n1e3\n',
    ],
    ['numbers are text', '1.0\n1\n', [{ op: 'replace', old: '1.0', line: 'x' }], 'x\n1\n'],
    [
      'no newline at the end',
      'a',
      [
        { op: 'append', line: 'b' },
        { op: 'after', old: 'a', line: 'é' },
      ],
      'a\né\nb\n',
    ],
    ['a section that is missing', 'a\n', [{ op: 'end-of-section', line: 'z', section: 's' }], 'a\n[s]\nz\n'],
    ['an empty file', '', [{ op: 'append', line: '[s]' }], '[s]\n'],
  ])('%s', (_, content, edits, expected) => {
    expect(edited(content, edits)).toBe(expected)
    expect(onHost(content, edits)).toBe(expected)
  })

  it('fails where the line is no longer there', () => {
    expect(() => onHost('a\n', [{ op: 'replace', old: 'b', line: 'c' }])).toThrow()
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('a\n')
  })
})
