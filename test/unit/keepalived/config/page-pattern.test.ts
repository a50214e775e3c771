import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFound } from '../../../../src/keepalived/check/page-search.ts'
import type { PagePattern } from '../../../../src/keepalived/config/page-pattern.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { translatePattern } from '../../../../src/keepalived/config/translate-pattern.ts'

function read(url: string): { pattern: PagePattern | null; said: string[] } {
  const text = `virtual_server 192.0.2.10 80 {\n real_server 192.0.2.1 80 {\n HTTP_GET {\n url {\n path /\n${url}\n }\n }\n }\n}\n`
  const { config, diagnostics } = parseConfig(text, 'k.conf')
  const check = config.virtualServers[0]?.realServers[0]?.checks[0]
  const pattern = check !== undefined && 'urls' in check ? (check.urls[0]?.pattern ?? null) : null
  return { pattern, said: diagnostics.filter(({ line }) => line > 5).map(({ message }) => message) }
}

describe('regex of a url', () => {
  it('is read with its options and offsets', () => {
    const { pattern, said } = read(
      'regex "status: \\(ok\\|fine\\)"\nregex_options caseless dotall\nregex_no_match\nregex_min_offset 10\nregex_max_offset 20',
    )
    expect(said).toEqual([])
    expect(pattern).toMatchObject({ flags: 'is', noMatch: true, minOffset: 10, maxOffset: 20, utf: false })
  })

  it('is found as it is written, in quotes', () => {
    const { pattern } = read('regex "a\\.b \\d+"')
    expect(pattern === null || isFound(pattern, Buffer.from('xx a.b 12'))).toBe(true)
    expect(pattern === null || isFound(pattern, Buffer.from('xx a-b 12'))).toBe(false)
  })

  it('says what it can not do', () => {
    expect(read('regex "(a"').said).toEqual([expect.stringMatching(/^regex: .*; the page is not searched$/)])
    expect(read('regex "[a"').said).toEqual(['regex: a [ is not closed; the page is not searched'])
    expect(read('regex "(?>a)"').pattern).toBeNull()
    expect(read('regex a\nregex_options caseless firstline').said).toEqual([
      'regex_options firstline is not known here, ignored',
    ])
  })
})

describe('a Perl pattern as JavaScript has it', () => {
  /** pattern, options (as letters of Perl), texts. */
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['^OK$', '', ['OK', 'OK\n', 'OK\n\n', 'OK\nx', ' OK']],
    ['^OK$', 'm', ['x\nOK\ny', 'xOK', 'OK\n']],
    ['\\AOK\\z', '', ['OK', 'OK\n']],
    ['OK\\Z', '', ['OK', 'OK\n', 'OK\n\n']],
    ['a.b', '', ['a\rb', 'a\nb', 'axb']],
    ['a.b', 's', ['a\nb']],
    ['[[:alpha:]]+[[:digit:]]', '', ['ab1', '1ab', 'a b']],
    ['[]a]', '', [']', 'b']],
    ['[^]a]', '', [']', 'b']],
    ['x[.$]y', '', ['x.y', 'x$y', 'xxy']],
    ['(?P<w>ab)\\k<w>', '', ['abab', 'ab']],
    ['(?i)ready', '', ['Ready', 'rEADY', 'read']],
    ['\\$5\\.0', '', ['$5.0', '$5x0']],
    ['a\\hb', '', ['a b', 'a\tb', 'a\nb']],
  ]

  it.each(cases)('%s with "%s"', (pattern, letters, texts) => {
    const options = new Set([...letters].map((letter) => (letter === 's' ? 'dotall' : 'multiline')))
    const translated = translatePattern(pattern, options)
    if (typeof translated === 'string') throw new Error(translated)
    const found = texts.map((text) => new RegExp(translated.source, translated.flags).test(text))
    expect(found).toEqual(texts.map((text) => perlFinds(pattern, letters, text)))
  })

  it('may be anything: it is usable, or there is a reason', () => {
    const parts = fc.constantFrom(...'\\[](){}^$.*+?|-:=<>!Paz09 ', '[:', ':]', '(?P<', '(?i)', '\\h', '\\Z')
    const options = fc.subarray(['caseless', 'dotall', 'multiline', 'dollar_endonly', 'utf'])
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), options, (pattern, names) => {
        const translated = translatePattern(pattern.join(''), new Set(names))
        if (typeof translated === 'string') expect(translated).not.toBe('')
        else expect(new RegExp(translated.source, translated.flags)).toBeInstanceOf(RegExp)
      }),
      { numRuns: 2000 },
    )
  })
})

/** What Perl itself says, whose patterns PCRE's are. */
function perlFinds(pattern: string, letters: string, text: string): boolean {
  const options = letters === '' ? '' : `(?${letters})`
  const program = 'my ($p, $t) = @ARGV; exit($t =~ /$p/ ? 0 : 1)'
  const { status } = spawnSync('perl', ['-e', program, options + pattern, text])
  if (status !== 0 && status !== 1) throw new Error('perl did not run')
  return status === 0
}
