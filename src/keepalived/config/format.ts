import type { Report } from './diagnostics.ts'
import { lexLine, withoutComment } from './lexer.ts'
import { writtenLine } from './source-line.ts'
import { definitionIn } from './variables.ts'

const INDENT = '    '
const silent: Report = () => undefined

/** One word as it is written, with its quotes and escapes, or a brace. */
const PIECE = /[{}]|(?:\$\{[^{}]*\}|"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s{}"'\\])+/g

/** A line of the result, to which an opening brace may still be added. */
interface OutputLine {
  readonly depth: number
  readonly code: string
  readonly comment: string
}

/**
 * The words and braces of a line as written; null when the line is not made of plain words (an open quote, look-alike characters, `//`, variables):
 * such a line is better left as it is.
 */
function piecesOf(code: string): string[] | null {
  const pieces = code.match(PIECE) ?? []
  const tokens = lexLine(writtenLine(code, '', 1), silent)
  // At the start of a line these would begin to mean something; and nobody knows what a variable holds.
  const wouldAct =
    /\$|(^|[\s{}])\/\//.test(code) ||
    (code.includes('"') && code.includes("'")) ||
    pieces.some((piece, index) => /^[{}]$/.test(pieces[index - 1] ?? '') && /^(~|@|include)/.test(piece))
  const isPlain =
    !wouldAct &&
    code.replace(PIECE, '').trim() === '' &&
    /^[\x20-\x7e\t]*$/.test(code) &&
    tokens.length === pieces.length &&
    tokens.every(({ kind }, index) => (kind === 'word') !== /^[{}]$/.test(pieces[index] ?? ''))
  return isPlain ? pieces : null
}

/** Definitions and repetitions hold text that becomes configuration only where it is used. */
function isTemplate(code: string): boolean {
  const rest = code.replace(/^\s*(@\S+\s+)*/, '')
  return rest.startsWith('~') || definitionIn(rest) !== null
}

/** The lines of a file in one layout, built line by line. */
class Layout {
  readonly #lines: OutputLine[] = []
  #depth = 0
  /** The line that a `{` would belong to. */
  #open: number | null = null
  #blank: 'no' | 'may' | 'must' = 'no'

  /** @param must it has a meaning: it ends what goes on after `\\` */
  blank(must: boolean): void {
    if (must) this.#blank = 'must'
    else if (this.#blank === 'no') this.#blank = 'may'
  }

  #push(code: string, comment: string, depth: number = this.#depth): void {
    const before = this.#lines.at(-1)
    const atEdge = before === undefined || before.code.endsWith('{') || code === '}'
    if (this.#blank === 'must' || (this.#blank === 'may' && !atEdge))
      this.#lines.push({ depth: 0, code: '', comment: '' })
    this.#blank = 'no'
    this.#lines.push({ depth, code, comment })
  }

  /** A line that stays as it is, but for the white space before it. `braces`: what it opens less what it closes. */
  asWritten(code: string, comment: string, extraDepth: number, braces: number): void {
    this.#push(code, comment, this.#depth + extraDepth)
    this.#depth = Math.max(0, this.#depth + braces)
    this.#open = null
  }

  commentLine(comment: string): void {
    this.#push('', comment)
  }

  pieces(pieces: readonly string[], comment: string): void {
    const owner = this.#open === null ? '' : (this.#lines[this.#open]?.code ?? '')
    // On another line it might be what a condition leaves out, or what a variable means.
    if (/^(@|\$|include)/.test(owner)) this.#open = null
    let words: string[] = []
    let left = comment
    const endLine = () => {
      if (words.length === 0) return
      this.#push(words.join(' '), left)
      left = ''
      this.#open = this.#lines.length - 1
      words = []
    }
    for (const piece of pieces) {
      if (piece === '{') {
        endLine()
        left = this.#openBrace(left)
      } else if (piece === '}') {
        endLine()
        this.#depth = Math.max(0, this.#depth - 1)
        this.#push('}', left)
        left = ''
        this.#open = null
      } else words.push(piece)
    }
    endLine()
  }

  /** @returns the comment, when no line has taken it */
  #openBrace(comment: string): string {
    const owner = this.#open === null ? undefined : this.#lines[this.#open]
    let left = comment
    if (owner === undefined || this.#open === null) {
      this.#push('{', comment)
      left = ''
    } else {
      const takes = owner.comment === ''
      this.#lines[this.#open] = { ...owner, code: `${owner.code} {`, comment: takes ? comment : owner.comment }
      if (takes) left = ''
      this.#blank = 'no'
      for (let next = this.#open + 1; next < this.#lines.length; next += 1) {
        const between = this.#lines[next]
        if (between !== undefined) this.#lines[next] = { ...between, depth: between.depth + 1 }
      }
    }
    this.#depth += 1
    this.#open = null
    return left
  }

  toString(): string {
    const isBlank = ({ code, comment }: OutputLine) => code === '' && comment === ''
    // A brace may have come to a line after a blank one was put behind it.
    const kept = this.#lines.filter((line, index) => !isBlank(line) || !this.#lines[index - 1]?.code.endsWith('{'))
    const lines = kept.map(({ depth, code, comment }) =>
      `${INDENT.repeat(depth)}${code}${code !== '' && comment !== '' ? ' ' : ''}${comment}`.trimEnd(),
    )
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`
  }
}

/** What the braces of a line open less what they close. */
function bracesOf(code: string): number {
  const tokens = lexLine(writtenLine(code, '', 1), silent)
  return tokens.reduce((sum, { kind }) => sum + (kind === 'open' ? 1 : kind === 'close' ? -1 : 0), 0)
}

/**
 * A configuration in one layout: four spaces a level, `{` at the end of its line, `}` on its own, one space between words, at most one
 * blank line. Comments stay, words stay as they are written, and the meaning is the same. Formatting the result changes nothing.
 */
export function formatConfig(text: string): string {
  const layout = new Layout()
  let continued: 'template' | 'line' | null = null
  for (const raw of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const line = raw.trim()
    const code = withoutComment(writtenLine(line, '', 1), silent).text.trim()
    const comment = line.slice(withoutComment(writtenLine(line, '', 1), silent).text.length).trimEnd()
    const goesOn = /\\$/.test(code)
    if (line === '') {
      layout.blank(continued !== null)
      continued = null
      continue
    }
    if (continued !== null || goesOn || isTemplate(code)) {
      const kind: 'template' | 'line' = continued ?? (isTemplate(code) ? 'template' : 'line')
      const braces = kind === 'template' ? 0 : bracesOf(code.replace(/\\$/, ''))
      layout.asWritten(code, comment, continued === null ? 0 : 1, braces)
      continued = goesOn ? kind : code === '' ? continued : null
      continue
    }
    if (code === '') {
      layout.commentLine(comment)
      continue
    }
    const pieces = code.startsWith('@') && !/^[^{}]*\{?$/.test(code) ? null : piecesOf(code)
    if (pieces === null) layout.asWritten(code, comment, 0, bracesOf(code))
    else layout.pieces(pieces, comment)
  }
  return layout.toString()
}
