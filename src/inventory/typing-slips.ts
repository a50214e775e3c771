/** What a keyboard or an editor does to YAML without a person seeing it. Offsets count from the start of the text. */
export interface TypingSlip {
  readonly offset: number
  readonly message: string
}

/** Full-width punctuation that isn't at its usual distance from ASCII. */
const PUNCTUATION: Readonly<Record<string, string>> = {
  '。': '.',
  '、': ',',
  '【': '[',
  '】': ']',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
}
/** U+FF01 to U+FF5E are ! to ~, full-width. */
const DISTANCE = 0xff01 - 0x21
const FULL_WIDTH = /[\u{ff01}-\u{ff5e}。、【】“”‘’]/gu
const BLANKS: Readonly<Record<string, string>> = {
  '\u3000': 'a full-width space (全角空格)',
  '\u00a0': 'a no-break space, as copied from a web page',
  '\u200b': 'an invisible character (zero-width space), as copied from a web page',
  '\ufeff': 'an invisible character (byte order mark) in the middle of the text',
}
const BLANK = /[\u3000\u00a0\u200b]|(?<!^)\ufeff/gu
/** `key:value`, which YAML reads as one word. */
const NO_SPACE = /^(\s*(?:- +)?([A-Za-z]\w*)):(?=[^\s/])/

/**
 * Slips in a document that is wrong: pure guesses, so a document that is right is never held against them. Comments and
 * quoted text may say what they like. At most one slip of each kind a line.
 */
export function typingSlips(text: string): TypingSlip[] {
  const slips: TypingSlip[] = []
  let offset = 0
  for (const line of text.split('\n')) {
    const code = bare(line)
    for (const found of fullWidth(code)) slips.push({ ...found, offset: offset + found.offset })
    for (const { index, 0: blank } of code.matchAll(BLANK)) {
      slips.push({ offset: offset + index, message: `${BLANKS[blank] ?? 'a blank'}: type a normal space or none` })
    }
    const glued = NO_SPACE.exec(code)
    if (glued !== null) {
      const [, before = '', key = ''] = glued
      slips.push({ offset: offset + before.length, message: `a space is missing after the colon of ${key}` })
    }
    offset += line.length + 1
  }
  return slips
}

function fullWidth(code: string): TypingSlip[] {
  const [first, ...more] = [...code.matchAll(FULL_WIDTH)]
  if (first === undefined) return []
  const characters = [...new Set([first, ...more].map(([character]) => character))]
  const plain = characters.map((character) => PUNCTUATION[character] ?? shifted(character))
  const quoted = (list: readonly string[]) => list.map((character) => `\`${character}\``).join(' ')
  const space = characters.includes('：') ? ', and a space after the colon' : ''
  const message = `full-width (全角) ${quoted(characters)}; type half-width (半角) ${quoted(plain)}${space}`
  return [{ offset: first.index, message }]
}

function shifted(character: string): string {
  return String.fromCodePoint((character.codePointAt(0) ?? 0) - DISTANCE)
}

/** The line with its comment and its quoted text blanked out, so that columns stay. */
function bare(line: string): string {
  const blank = (part: string) => ' '.repeat(part.length)
  return line.replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'/g, blank).replace(/(^|\s)#.*$/, blank)
}
