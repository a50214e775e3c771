export interface Word {
  readonly text: string
  /** Of its first character, from 0. */
  readonly start: number
}

/** Splits as Python's shlex with comments does, which reads Ansible's host lines; null: a quote stays open. */
export function wordsOf(line: string): readonly Word[] | null {
  const words: Word[] = []
  let rest = 0
  while (rest < line.length) {
    rest += /^\s*/.exec(line.slice(rest))?.[0].length ?? 0
    if (rest >= line.length || line[rest] === '#') break
    const [raw = ''] = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s#"'\\])+/s.exec(line.slice(rest)) ?? []
    if (raw === '') return null
    words.push({ text: unquoted(raw), start: rest })
    rest += raw.length
    if (/["'\\]/.test(line[rest] ?? '')) return null
  }
  return words
}

function unquoted(raw: string): string {
  return raw.replaceAll(
    /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs,
    (_, double?: string, single?: string, escaped?: string) =>
      double === undefined ? (single ?? escaped ?? '') : double.replaceAll(/\\(["\\])/g, '$1'),
  )
}
