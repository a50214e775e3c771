import type { Report } from './diagnostics.ts'
import { Expansion, joinContinued } from './expand.ts'
import type { HiddenValue } from './hidden-values.ts'
import { type Files, type IncludeCheck, includeCheckIn, includedPaths, includeIn } from './include.ts'
import { lexLine, splitLines, type Token, withoutComment } from './lexer.ts'
import { placeAt, type SourceLine, writtenLine } from './source-line.ts'
import { type Surroundings, Variables } from './variables.ts'

const MOST_FILES = 200
const MOST_DEPTH = 16

/** The tokens of a file and of what it includes, line by line. */
export interface ReadLines {
  readonly lines: Token[][]
  /** What came from the environment. */
  readonly hidden: readonly HiddenValue[]
}

/**
 * Reads a file line by line: comments, `\` at the end of a line, `@` conditions, `$` variables, `~SEQ`/`~LST`, `include…`.
 * Every token knows where it was written. A file that is missing, includes itself, or is nested too deep is said as an error and left out.
 */
export function readLines(
  text: string,
  file: string,
  files: Files,
  surroundings: Surroundings,
  report: Report,
): ReadLines {
  const variables = new Variables(surroundings)
  const expansion = new Expansion(variables, surroundings.configId, report)
  const lines: Token[][] = []
  let count = 0

  const visit = (body: string, name: string, above: readonly string[], inherited: ReadonlySet<IncludeCheck>): void => {
    let checks = inherited
    const one = (line: SourceLine): void => {
      const include = includeIn(line.text)
      if (include === null) {
        const changed = includeCheckIn(line.text, checks, placeAt(line, 0), report)
        if (changed === null) lines.push(lexLine(line, report))
        else checks = changed
        return
      }
      const at = placeAt(line, include.patternAt)
      if (include.pattern === '') {
        report('error', 'value-missing', at, `${include.keyword} names no file`)
        return
      }
      for (const path of includedPaths(include, name, checks, files, at, report)) {
        count += 1
        const included = count <= MOST_FILES && above.length < MOST_DEPTH ? files.read(path) : null
        if ([...above, name].includes(path)) report('error', 'conflict', at, `${path} includes itself, skipped`)
        else if (count > MOST_FILES || above.length >= MOST_DEPTH) {
          const said = `too many included files (${MOST_FILES}) or levels (${MOST_DEPTH}), skipped`
          report('error', 'conflict', at, said)
        } else if (included === null) {
          const said = `can't read ${path}, which is included here`
          report('error', 'value-bad', at, said, 'create it or remove the line')
        } else visit(included, path, [...above, name], checks)
      }
    }
    const written = splitLines(body, name, report).flatMap((line, index) => {
      const code = withoutComment(writtenLine(line, name, index + 1), report)
      // A line of comment alone is as good as none: unlike a blank one, it ends no definition.
      return code.text.trim() === '' && line.trim() !== '' ? [] : [code]
    })
    for (const line of joinContinued(written, report)) expansion.expand(line, one)
  }
  visit(text, file, [], new Set())
  return { lines, hidden: variables.hidden }
}
