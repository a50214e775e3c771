/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: keepalived's variables look like those of a template */
import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../../src/keepalived/config/config.ts'
import { formatDiagnostic, reportInto } from '../../../../src/keepalived/config/diagnostics.ts'
import type { Files } from '../../../../src/keepalived/config/include.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { readLines } from '../../../../src/keepalived/config/read-lines.ts'
import type { Surroundings } from '../../../../src/keepalived/config/variables.ts'

/** Files that include finds, by absolute path. */
function filesOf(contents: Readonly<Record<string, string>>): Files {
  const paths = Object.keys(contents)
  return {
    read: (path) => contents[path] ?? null,
    list: (directory) => {
      const below = directory === '/' ? '/' : `${directory}/`
      const names = paths.filter((path) => path.startsWith(below)).map((path) => path.slice(below.length).split('/')[0])
      return [...new Set(names.flatMap((name) => name ?? []))].sort()
    },
  }
}

function read(text: string, given: Partial<Surroundings> = {}, contents: Readonly<Record<string, string>> = {}) {
  const diagnostics: Diagnostic[] = []
  const surroundings = { configId: 'host', environment: {}, random: () => 0.5, ...given }
  const { lines } = readLines(text, '/etc/k/main.conf', filesOf(contents), surroundings, reportInto(diagnostics))
  const words = lines.filter((tokens) => tokens.length > 0).map((tokens) => tokens.map(({ text: word }) => word))
  return { words: words.map((line) => line.join(' ')), said: diagnostics.map(formatDiagnostic), lines }
}

describe('a line means what keepalived reads in it', () => {
  it.each<[string, string, string[]]>([
    ['a variable before white space and one in braces', '$A=x y\nk $A ${A}z "${A}"', ['k x y x yz x y']],
    ['a variable inside a word, only in braces', '$A=1\nk$A k$A.b k${A}.b', ['k1 k$A.b k1.b']],
    ['an empty value', '$A=\nk $A end', ['k end']],
    ['a value that is defined later', '$A=10.${B}.1\n$B=7\n${A}\n$B=8\n${A}', ['10.7.1', '10.8.1']],
    ['a definition of many lines', '$A= \\\n one ${N} \\\n two\n$N=5\n$A', ['one 5', 'two']],
    ['a definition that a blank line ends', '$A= \\\n one \\\n\ntwo\n$A', ['two', 'one']],
    ['definitions inside a definition', '$A= \\\n$N=1 \\\n k${N} \\\n$N=2 \\\n k${N}\n$A', ['k1', 'k2']],
    ['a line that goes on', 'one \\\n  two \\\n three', ['one two three']],
    ['conditions', '@host yes\n@other no\n@^host no\n@^other yes2', ['yes', 'yes2']],
    ['a condition before a definition', '@host $P=240\n@other $P=200\npriority $P', ['priority 240']],
    ['a condition in a variable', '$IF=@host\n$IF priority 1\n$IF2=@x\n$IF2 priority 2', ['priority 1']],
    ['the place of the file', '"${_PWD}/x" ${_INSTANCE}', ['/etc/k/x host']],
    ['characters that would start a comment', 'a${_HASH}b${_BANG}c # d', ['a#b!c']],
    ['a random number', '${_RANDOM 5 5} ${_RANDOM 10} ${_RANDOM}', ['5 16389 16384']],
    ['a sequence', '~SEQ(A, 0, 3) 10.0.${A}.1', ['10.0.0.1', '10.0.1.1', '10.0.2.1', '10.0.3.1']],
    ['a sequence up to its end', '~SEQ(A, 2) k${A}', ['k1', 'k2']],
    ['a sequence downwards', '~SEQ(A, 3, 1) k${A}\n~SEQ(A, -2) k${A}', ['k3', 'k2', 'k1', 'k-1', 'k-2']],
    ['a sequence with steps, beyond its end', '~SEQ(A, 20, 10, 45) k${A}', ['k20', 'k30', 'k40']],
    ['a hexadecimal sequence', '~SEQx(A, 0x90, 0x10, 0xb0) fe80::${A}', ['fe80::90', 'fe80::a0', 'fe80::b0']],
    ['a list', '~LST(A, x, y) k${A}', ['kx', 'ky']],
    ['a list of pairs', '~LST({A, B}, {1,2}, {3,4}) ${A}.${B}', ['1.2', '3.4']],
    ['a list and a sequence', '~LST(A, x, y) ~SEQ(B, 2) ${A}${B}', ['x1', 'x2', 'y1', 'y2']],
    ['a sequence over a block', '$V= \\\n i ${N} { \\\n }\n~SEQ(N, 2) $V', ['i 1 {', '}', 'i 2 {', '}']],
    ['a sequence whose end is a variable', '$END=2\n~SEQ(A, 1, ${END}) k${A}', ['k1', 'k2']],
    ['no variable', 'script "echo $1 $HOME"', ['script echo $1 $HOME']],
    ['comments', 'a "b # c" d # e\n! f\ng \\# \\! h', ['a b # c d', 'g # ! h']],
  ])('%s', (_, text, words) => {
    expect(read(text).words).toEqual(words)
  })

  it('a value of the environment', () => {
    expect(read('k ${_ENV NODE}', { environment: { NODE: 'm1' } }).words).toEqual(['k m1'])
  })

  it('and every word knows where it was written', () => {
    const { lines } = read('$A=one two\n  k $A end\n$M= \\\n  mm ${A} \\\n  nn\n$M')
    expect(lines.flat().map(({ text, line, column }) => `${text} ${line}:${column}`)).toEqual([
      'k 2:3',
      'one 1:4',
      'two 1:8',
      'end 2:8',
      'mm 4:3',
      'one 1:4',
      'two 1:8',
      'nn 5:3',
    ])
  })
})

describe('what goes wrong in a line', () => {
  it.each([
    [
      'a sequence without end',
      '~SEQ(A, 5, 1, 2) k',
      '1:1 error: ~SEQ or ~LST: from 5 by 1 it never comes to 2; the line is skipped',
    ],
    [
      'a sequence of words',
      '~SEQ(A, x) k',
      '1:1 error: ~SEQ or ~LST: it wants (NAME, START, STEP, END); the line is skipped',
    ],
    [
      'a sequence of millions',
      '~SEQ(A, 1, 9999999) k',
      '1:1 error: ~SEQ or ~LST: 9999999 rounds are more than 65536; the line is skipped',
    ],
    ['an uneven list', '~LST({A,B},{1}) k', '1:1 error: ~SEQ or ~LST: {1} has not 2 values; the line is skipped'],
    [
      'a variable that nothing defines',
      '\n k ${NO}x',
      '2:4 warning: the variable NO is not defined before this line, ${NO} stays as it is (define it above: $NAME=value)',
    ],
    [
      'a variable in itself',
      '$A=x ${A}\n$A',
      '1:4 error: a variable that is used in its own value, or too many repetitions; the rest is left out (look for $NAME in the value of NAME)',
    ],
    [
      'a line that goes on',
      'k \\\nl',
      '1:3 note: the line goes on after \\; keepalived before 2.3 does that only in $NAME= definitions (write it on one line)',
    ],
    [
      'a comment inside of single quotes',
      "k 'a#b'",
      '1:5 note: # inside a word starts a comment (write \\# if it belongs to it, or double quotes)',
    ],
  ])('%s', (_, text, expected) => {
    expect(read(text).said).toContain(`/etc/k/main.conf:${expected}`)
  })

  it('a variable that doubles itself for ever ends soon', () => {
    const doubling = Array.from({ length: 60 }, (_, index) => `$A${index}=\${A${index + 1}}\${A${index + 1}}`)
    expect(read([...doubling, '$A60=x', '$A0'].join('\n')).said).toHaveLength(1)
  })

  it('is never shown with what came from the environment', () => {
    const environment = { SECRET: 'Pa55-word with more', PIN: '7' }
    const text =
      'vrrp_instance ${_ENV SECRET} {\n priority ${_ENV SECRET}\n advert_int ${_ENV PIN}x\n ${_ENV SECRET} {\n }\n}\n'
    const { diagnostics } = parseConfig(text, 'f', undefined, { environment })
    const said = diagnostics.map(formatDiagnostic).join('\n')
    expect(said).toContain('priority: ${_ENV SECRET} is no number')
    expect(said).not.toMatch(/Pa55|more|\b7x/)
  })
})

describe('include', () => {
  const contents = {
    '/etc/k/a.conf': 'a ${X}\n$Y=from-a\ninclude sub/b.conf',
    '/etc/k/sub/b.conf': 'b ${_PWD}\ninclude c.conf',
    '/etc/k/sub/c.conf': 'c\n@host include ${NAME}.conf',
    '/etc/k/sub/d.conf': 'd',
    '/etc/k/sub/.e.conf': 'e',
    '/etc/k/loop.conf': 'include loop.conf',
  }

  it('is relative to the file it stands in, shares variables, and may stand behind a condition', () => {
    const { words, said } = read('$X=1\n$NAME=d\ninclude a.conf\nafter $Y', {}, contents)
    expect(words).toEqual(['a 1', 'b /etc/k/sub', 'c', 'd', 'after from-a'])
    expect(said).toEqual([])
  })

  it.each<[string, string, string[], string[]]>([
    ['a pattern', 'include sub/[bc]*.conf', ['b /etc/k/sub', 'c', 'c'], []],
    ['a pattern in the path', 'include s?b/d.conf', ['d'], []],
    ['braces', 'include {sub/{d,c},a}.conf', ['d', 'c', 'a ${X}', 'b /etc/k/sub', 'c'], []],
    ['quotes', 'include "sub/d.conf"', ['d'], []],
  ])('takes %s', (_, text, words) => {
    expect(read(text, { configId: 'other' }, contents).words).toEqual(words)
  })

  it.each([
    ['include gone.conf', "error: can't read /etc/k/gone.conf, which is included here (create it or remove the line)"],
    ['include gone*.conf', 'note: include gone*.conf matches no file'],
    ['includem gone*.conf', 'note: includem gone*.conf matches no file'],
    ['includew gone*.conf', 'error: includew gone*.conf matches no file (create one, or write include)'],
    ['includea gone*.conf', 'error: includea gone*.conf matches no file (create one, or write include)'],
    ['include {gone,sub/d}.conf', 'note: gone.conf of {gone,sub/d}.conf is not there'],
    ['includeb {gone,sub/d}.conf', 'error: gone.conf of {gone,sub/d}.conf is not there (create it, or write include)'],
    ['include', 'error: include names no file'],
  ])('says what is not there: %s', (text, expected) => {
    expect(read(text, {}, contents).said).toEqual([expect.stringContaining(expected)])
  })

  it('include_check says what must be there from then on, also in included files', () => {
    const text =
      'include_check wildcard_match\ninclude x*.conf\ninclude_check -wildcard_match +brace_match\ninclude y*.conf'
    const { words, said } = read(text, {}, contents)
    expect(words).toEqual([])
    expect(said.map((line) => line.replace(/^.*conf:/, '').slice(0, 9))).toEqual(['2:9 error', '4:9 note:'])
  })

  it('that leads back to itself ends', () => {
    expect(read('include loop.conf', {}, contents).said).toEqual([
      '/etc/k/loop.conf:1:9 error: /etc/k/loop.conf includes itself, skipped',
    ])
  })
})

describe('a name that is defined in another file', () => {
  it('is said with that file', () => {
    const included = filesOf({ '/etc/k/b.conf': 'vrrp_script s {\n script /bin/b\n}\n' })
    const text = 'vrrp_script s {\n script /bin/a\n}\ninclude b.conf\n'
    expect(parseConfig(text, '/etc/k/a.conf', included).diagnostics.map(formatDiagnostic)).toContain(
      '/etc/k/b.conf:1:1 error: vrrp_script s is already defined (/etc/k/a.conf:1), this one is skipped (rename one)',
    )
  })
})

describe('speed', () => {
  it('reads 5,000 lines without a pause that anyone notices', () => {
    const one = (id: number) =>
      `vrrp_instance VI_${id} {\n interface eth0\n state BACKUP\n virtual_router_id ${id}\n priority 100 # prio\n advert_int 1\n virtual_ipaddress {\n 10.0.${id}.1/24 dev eth0\n }\n}\n`
    const text = Array.from({ length: 250 }, (_, index) => one(index + 1))
      .join('')
      .repeat(2)
    expect(text.split('\n').length).toBeGreaterThan(5000)
    parseConfig(text, 'warm-up')
    const start = process.cpuUsage()
    const { config } = parseConfig(text, 'f')
    const { user } = process.cpuUsage(start)
    expect(config.instances).toHaveLength(250)
    expect(user / 1000).toBeLessThan(500)
  })
})
