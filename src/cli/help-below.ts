/** What stands below a help: commands, words beside them, sentences of one or more lines. */

/** A command or a line of a file, blanks, and words about it; or words alone, far to the right. */
const BESIDE = /^(\s*\S.*?\s{2,}(?:# )?|\s{10,})(\S.*)$/

/** The text with its words replaced; what is typed stays. A sentence is looked up whole, also one of several lines. */
export function inOtherWords(text: string, other: (words: string) => string | undefined): string {
  const lines: string[] = []
  let sentence: string[] = []
  const end = () => {
    const whole = sentence.join(' ')
    lines.push(...(whole === '' ? [] : [other(whole) ?? sentence.join('\n')]))
    sentence = []
  }
  for (const line of text.split('\n')) {
    if (/^\S/.test(line) && !line.endsWith(':')) {
      sentence.push(line)
      continue
    }
    end()
    const [, typed, words] = BESIDE.exec(line) ?? []
    if (/^\S/.test(line)) lines.push(other(line) ?? line)
    else lines.push(typed === undefined || words === undefined ? line : `${typed}${other(words) ?? words}`)
  }
  end()
  return lines.join('\n')
}

/** All that `inOtherWords` looks up. */
export function wordsBelow(text: string): readonly string[] {
  const words: string[] = []
  inOtherWords(text, (one) => {
    words.push(one)
    return undefined
  })
  return words
}
