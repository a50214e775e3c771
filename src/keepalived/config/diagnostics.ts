import type { Diagnostic, DiagnosticCode } from './config.ts'

/** Where something stands in a file; line and column from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Where something else stands, seen from `at`: a line of the same file, or with its file. */
export function elsewhere(other: Place, at: Place): string {
  return other.file === at.file ? `line ${other.line}` : `${other.file}:${other.line}`
}

/** How every part of the parser says something; the order of calls is no promise, `sorted` puts them in the file's order. */
export type Report = (
  severity: Diagnostic['severity'],
  code: DiagnosticCode,
  at: Place,
  message: string,
  fix?: string | null,
) => void

/** A report that fills `into`; the same thing said twice about the same place is kept once. */
export function reportInto(into: Diagnostic[]): Report {
  const seen = new Set<string>()
  return (severity, code, at, message, fix = null) => {
    const key = `${at.file}\0${at.line}\0${at.column}\0${message}`
    if (seen.has(key)) return
    seen.add(key)
    into.push({ severity, code, file: at.file, line: at.line, column: at.column, message, fix })
  }
}

/** In the file's order; `file` first, then what it includes in the order of first mention. */
export function sorted(diagnostics: readonly Diagnostic[], file: string): Diagnostic[] {
  const files = [...new Set([file, ...diagnostics.map((diagnostic) => diagnostic.file)])]
  return [...diagnostics].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  )
}

/** What a file may hold and a terminal must not get. */
const CONTROL = /\p{Cc}/gu

/** `file:line:column severity: message (fix)`, one line. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, message, fix } = diagnostic
  const text = `${file}:${line}:${column} ${severity}: ${message}${fix === null ? '' : ` (${fix})`}`
  return text.replace(CONTROL, '�')
}

/** keepalived's exit codes of `-t`: 0 ok, 2 nothing can run, 4 can't be read, 5 errors but runnable, 6 script security. */
export type ConfigExitCode = 0 | 2 | 4 | 5 | 6

/**
 * The exit code of `-t`. Warnings and notes are 0, because what they name was mended; with `strict` a warning counts as an error.
 * Like keepalived, script security (6) outranks other errors (5).
 */
export function exitCodeOf(diagnostics: readonly Diagnostic[], options: { strict?: boolean } = {}): ConfigExitCode {
  const has = (code: DiagnosticCode) => diagnostics.some((diagnostic) => diagnostic.code === code)
  if (has('unreadable')) return 4
  if (has('unusable')) return 2
  if (has('script-security')) return 6
  const failing = diagnostics.some(
    ({ severity }) => severity === 'error' || (options.strict === true && severity === 'warning'),
  )
  return failing ? 5 : 0
}
