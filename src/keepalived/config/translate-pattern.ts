/** A Perl pattern (PCRE) as JavaScript has it. Both mean the same in what people look for in a page; the rest is refused. */

export interface Translated {
  readonly source: string
  readonly flags: string
}

const AT_START = '(?<![\\s\\S])'
const AT_END = '(?![\\s\\S])'
/** Perl's end of a text: also before a line end that is the last character. */
const NEAR_END = '(?=\\n?(?![\\s\\S]))'

/** Classes of POSIX inside brackets. */
const POSIX: ReadonlyMap<string, string> = new Map([
  ['alnum', 'A-Za-z0-9'],
  ['alpha', 'A-Za-z'],
  ['blank', ' \\t'],
  ['digit', '0-9'],
  ['lower', 'a-z'],
  ['punct', '!-\\/:-@\\[-`{-~'],
  ['space', '\\s'],
  ['upper', 'A-Z'],
  ['word', '\\w'],
  ['xdigit', '0-9A-Fa-f'],
])

/** Escapes that JavaScript lacks. */
const ESCAPES: Readonly<Record<string, string>> = {
  A: AT_START,
  z: AT_END,
  Z: NEAR_END,
  h: '[ \\t]',
  R: '(?:\\r\\n|[\\n\\v\\f\\r])',
  a: '\\x07',
  e: '\\x1b',
}

/** `(?i)` and its like at the very beginning are options. */
const LEADING = /^\(\?([ims]+)\)/
const LETTERS: Readonly<Record<string, string>> = { i: 'caseless', m: 'multiline', s: 'dotall' }

/** Reads `[…]` from `from` on. @returns its translation and the index behind it; null: it is not closed. */
function bracket(pattern: string, from: number): { readonly text: string; readonly next: number } | null {
  let index = from + 1
  let text = '['
  if (pattern[index] === '^') {
    text += '^'
    index += 1
  }
  // A bracket that stands first is a character.
  if (pattern[index] === ']') {
    text += '\\]'
    index += 1
  }
  while (index < pattern.length) {
    const posix = /^\[:(\w+):\]/.exec(pattern.slice(index))
    const known = POSIX.get(posix?.[1] ?? '')
    if (posix !== null && known !== undefined) {
      text += known
      index += posix[0].length
    } else if (pattern[index] === '\\') {
      const next = pattern[index + 1] ?? ''
      text += next === 'h' ? ' \\t' : `\\${next}`
      index += 2
    } else if (pattern[index] === ']') {
      return { text: `${text}]`, next: index + 1 }
    } else {
      text += pattern[index] === '[' ? '\\[' : pattern[index]
      index += 1
    }
  }
  return null
}

function translateBody(pattern: string, options: ReadonlySet<string>): string | null {
  const end = options.has('dollar_endonly') ? AT_END : NEAR_END
  let source = ''
  let index = 0
  while (index < pattern.length) {
    const char = pattern[index] ?? ''
    if (char === '\\') {
      const next = pattern[index + 1] ?? ''
      source += ESCAPES[next] ?? `\\${next}`
      index += 2
    } else if (char === '[') {
      const read = bracket(pattern, index)
      if (read === null) return null
      source += read.text
      index = read.next
    } else if (pattern.startsWith('(?P<', index)) {
      source += '(?<'
      index += 4
    } else {
      source +=
        char === '$' && !options.has('multiline') ? end : char === '.' && !options.has('dotall') ? '[^\\n]' : char
      index += 1
    }
  }
  return source
}

/** @param options names of keepalived's regex_options. @returns why not, when JavaScript has nothing like it */
export function translatePattern(pattern: string, options: ReadonlySet<string>): Translated | string {
  const leading = LEADING.exec(pattern)
  const letters = [...(leading?.[1] ?? '')].map((letter) => LETTERS[letter] ?? '')
  const all = new Set([...options, ...letters])
  const source = translateBody(pattern.slice(leading?.[0].length ?? 0), all)
  if (source === null) return 'a [ is not closed'
  const flags = [
    all.has('caseless') ? 'i' : '',
    all.has('multiline') ? 'm' : '',
    all.has('dotall') ? 's' : '',
    all.has('utf') || all.has('ucp') ? 'u' : '',
  ].join('')
  try {
    new RegExp(source, flags)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /s, '') : String(error)
    return reason.toLowerCase()
  }
  return { source, flags }
}
