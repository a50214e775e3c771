import type { Diagnostic, ParsedConfig } from '../config/config.ts'
import { sorted } from '../config/diagnostics.ts'
import { HOST_FILES } from '../config/include.ts'
import { parseConfig } from '../config/parse.ts'
import { lint } from './lint.ts'
import { lintPair } from './pair.ts'

/** A node's file, and the ID that its `@ID` lines are for. */
export interface NodeFile {
  readonly path: string
  /** null: nothing is known of it. */
  readonly configId: string | null
}

function read({ path, configId }: NodeFile): ParsedConfig | null {
  const text = HOST_FILES.read(path)
  if (text === null) return null
  return parseConfig(text, path, HOST_FILES, { environment: process.env, ...(configId === null ? {} : { configId }) })
}

function unreadable(path: string): Diagnostic {
  const message = "can't read the file"
  return {
    severity: 'error',
    code: 'unreadable',
    file: path,
    line: 1,
    column: 1,
    message,
    fix: 'check path and rights',
  }
}

function* pairsOf<T>(all: readonly T[]): Generator<readonly [T, T]> {
  for (const [index, first] of all.entries()) for (const second of all.slice(index + 1)) yield [first, second]
}

/**
 * Files of one or more nodes, wherever they are from: each by itself, then each two against each other. The host that this runs on
 * is not looked at.
 */
export function lintFiles(files: readonly NodeFile[]): Diagnostic[] {
  const nodes = files.map((file) => ({ file, parsed: read(file) }))
  const alone = nodes.flatMap(({ file, parsed }) =>
    parsed === null ? [unreadable(file.path)] : sorted([...parsed.diagnostics, ...lint(parsed)], file.path),
  )
  const known = nodes.flatMap(({ parsed }) => (parsed === null ? [] : [parsed]))
  return [...alone, ...[...pairsOf(known)].flatMap(([first, second]) => lintPair(first, second))]
}
