import type { Place, Report } from './diagnostics.ts'
import { placeAt, type SourceLine, sliceLine } from './source-line.ts'

/** One word or brace of a line, with the place where it starts. `quoted`: some of it stood in quotes. */
export interface Token extends Place {
  readonly kind: 'word' | 'open' | 'close'
  readonly text: string
  readonly quoted: boolean
}

/** Characters that look like a space or a quote and are none to keepalived; they come with copies from web pages. */
const LOOKALIKES: Readonly<Record<string, { readonly as: string; readonly name: string }>> = {
  '\u00a0': { as: ' ', name: 'a no-break space' },
  '\u3000': { as: ' ', name: 'a full-width space' },
  '\u2002': { as: ' ', name: 'an en space' },
  '\u2003': { as: ' ', name: 'an em space' },
  '\u2009': { as: ' ', name: 'a thin space' },
  '\u200b': { as: '', name: 'a zero-width space' },
  '\ufeff': { as: '', name: 'a byte order mark' },
  '\u201c': { as: '"', name: 'a typographic quote' },
  '\u201d': { as: '"', name: 'a typographic quote' },
  '\uff5b': { as: '{', name: 'a full-width brace' },
  '\uff5d': { as: '}', name: 'a full-width brace' },
}

/** Lines without their ends. CRLF and a byte order mark at the start are said once a file. */
export function splitLines(text: string, file: string, report: Report): string[] {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  if (body !== text) {
    report('warning', 'syntax', { file, line: 1, column: 1 }, 'the file starts with a byte order mark, skipped', null)
  }
  const lines = body.split('\n')
  if (lines.some((line) => line.endsWith('\r'))) {
    const at = { file, line: lines.findIndex((line) => line.endsWith('\r')) + 1, column: 1 }
    report('note', 'syntax', at, 'lines end in CRLF (written on Windows?)', 'fine here; scripts must not have it')
  }
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
}

/** A reader of one line: its state while the words are cut. */
interface Cutting {
  readonly at: (index: number) => Place
  readonly report: Report
  readonly tokens: Token[]
  text: string
  start: number
  quoted: boolean
}

function endWord(cutting: Cutting): void {
  if (cutting.start >= 0) {
    const { text, quoted } = cutting
    if (text !== '' || quoted) cutting.tokens.push({ kind: 'word', text, quoted, ...cutting.at(cutting.start) })
  }
  cutting.text = ''
  cutting.start = -1
  cutting.quoted = false
}

/** `//` is no comment to keepalived, which ignores such words after a value and stumbles over them elsewhere. */
function isSlashComment(line: string, index: number, firstOnLine: boolean): boolean {
  if (!line.startsWith('//', index)) return false
  const after = line.charCodeAt(index + 2)
  return firstOnLine || Number.isNaN(after) || after <= 32 || after > 126
}

function quotedPart(line: string, index: number, cutting: Cutting): number {
  const quote = line[index] === "'" ? "'" : '"'
  if (cutting.start < 0) cutting.start = index
  cutting.quoted = true
  let next = index + 1
  while (next < line.length) {
    const char = line[next] ?? ''
    const following = line[next + 1] ?? ''
    if (char === '"' && quote === '"') return next + 1
    if (char === "'" && quote === "'") return next + 1
    if (LOOKALIKES[char]?.as === '"' && quote === '"') return next + 1
    if (char === '\\' && quote === '"' && (following === '"' || following === '\\')) {
      cutting.text += following
      next += 2
      continue
    }
    cutting.text += char
    next += 1
  }
  cutting.report('warning', 'syntax', cutting.at(index), `the quote is not closed on this line`, `add ${quote}`)
  return next
}

/** Where the comment of a line starts: at `#` or `!` outside double quotes and without a `\\` before it; the line's length when it has none. */
function commentStart(text: string): number {
  let inside = false
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? ''
    if (char === '\\') index += 1
    else if (char === '"' || LOOKALIKES[char]?.as === '"') inside = !inside
    else if (!inside && (char === '#' || char === '!')) return index
  }
  return text.length
}

/** A line up to its comment. One that starts inside a word or single quotes is said, since it is seldom meant. */
export function withoutComment(line: SourceLine, report: Report): SourceLine {
  const { text } = line
  if (!text.includes('#') && !text.includes('!')) return line
  const end = commentStart(text)
  if (end === text.length) return line
  const raw = text[end] ?? ''
  if (/[\w']/.test(text[end - 1] ?? '') && /[\w']/.test(text[end + 1] ?? '')) {
    const said = `${raw} inside a word starts a comment`
    report('note', 'syntax', placeAt(line, end), said, `write \\${raw} if it belongs to it, or double quotes`)
  }
  return sliceLine(line, 0, end)
}

/** What needs more than white space to be told apart; most lines have none of it. */
const SPECIAL = /["'\\{}$]|\/\/|[^\x20-\x7e\t]/

function plainWords(line: string, source: SourceLine): Token[] {
  const tokens: Token[] = []
  let start = -1
  for (let index = 0; index <= line.length; index += 1) {
    const isSpace = index === line.length || line[index] === ' ' || line[index] === '\t'
    if (!isSpace && start < 0) start = index
    if (!isSpace || start < 0) continue
    const { file, line: number, column } = placeAt(source, start)
    tokens.push({ kind: 'word', text: line.slice(start, index), quoted: false, file, line: number, column })
    start = -1
  }
  return tokens
}

/** A variable that nothing defines stays as it is: its braces open no block. */
const UNDEFINED = /\$\{(\w+)[^{}]*\}/y

/**
 * Cuts one line into words and braces as keepalived does: quotes join words, braces stand alone wherever they are, `\\#`, `\\!` and `\\"` are
 * characters. Comments are gone already. Look-alike characters are mended with a warning.
 */
export function lexLine(source: SourceLine, report: Report): Token[] {
  const line = source.text.trimEnd()
  if (!SPECIAL.test(line)) return plainWords(line, source)
  const at = (index: number): Place => placeAt(source, index)
  const cutting: Cutting = { at, report, tokens: [], text: '', start: -1, quoted: false }
  let index = 0
  while (index < line.length) {
    const raw = line[index] ?? ''
    const lookalike = LOOKALIKES[raw]
    const char = lookalike?.as ?? raw
    if (lookalike !== undefined) {
      const said = `${lookalike.name}, read as ${char === '' ? 'nothing' : `'${char}'`}`
      report('warning', 'syntax', at(index), said, null)
    }
    UNDEFINED.lastIndex = index
    const variable = raw === '$' ? UNDEFINED.exec(line) : null
    if (variable !== null) {
      const said = `the variable ${variable[1] ?? ''} is not defined before this line, ${variable[0]} stays as it is`
      report('warning', 'unknown', at(index), said, 'define it above: $NAME=value')
      if (cutting.start < 0) cutting.start = index
      cutting.text += variable[0]
      index += variable[0].length
    } else if (raw === '\\' && index + 1 < line.length) {
      const next = line[index + 1] ?? ''
      if (cutting.start < 0) cutting.start = index
      cutting.text += /[#!"']/.test(next) ? next : /[\s{}]/.test(next) ? raw : raw + next
      index += /[\s{}]/.test(next) ? 1 : 2
    } else if (char === '"' || char === "'") {
      index = quotedPart(line, index, cutting)
    } else if (char === '{' || char === '}') {
      endWord(cutting)
      cutting.tokens.push({ kind: char === '{' ? 'open' : 'close', text: char, quoted: false, ...at(index) })
      index += 1
    } else if (char !== '' && char <= ' ') {
      endWord(cutting)
      index += 1
    } else if (cutting.start < 0 && isSlashComment(line, index, cutting.tokens.length === 0)) {
      const said = '// starts no comment in keepalived; skipped to the end of the line'
      report('warning', 'syntax', at(index), said, 'write #')
      break
    } else {
      if (cutting.start < 0 && char !== '') cutting.start = index
      cutting.text += char
      index += 1
    }
  }
  endWord(cutting)
  return cutting.tokens
}
