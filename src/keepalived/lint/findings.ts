import type { Diagnostic } from '../config/config.ts'
import { formatDiagnostic } from '../config/diagnostics.ts'
import { whyOf } from './trap.ts'

export type Language = 'en' | 'zh'

/** One entry of `--json`: docs/lint.md. */
export interface Finding extends Diagnostic {
  /** null: the message says it all. */
  readonly why: string | null
}

/** What was said, with the reason why it matters. */
export function asFindings(diagnostics: readonly Diagnostic[], language: Language): Finding[] {
  return diagnostics.map((diagnostic) => ({ ...diagnostic, why: whyOf(diagnostic.code, language) }))
}

/** With `--strict` what was mended or is unwise is wrong. */
export function strictly(diagnostics: readonly Diagnostic[], strict: boolean): Diagnostic[] {
  return diagnostics.map((diagnostic) =>
    strict && diagnostic.severity === 'warning' ? { ...diagnostic, severity: 'error' } : diagnostic,
  )
}

/** Lines for a terminal: the finding, and under it the reason. */
export function findingLines(findings: readonly Finding[]): string[] {
  return findings.flatMap((finding) => [
    `${formatDiagnostic(finding)} [${finding.code}]`,
    ...(finding.why === null || finding.severity === 'note' ? [] : [`    ${finding.why}`]),
  ])
}

/** The document of `--json`. */
export function findingsDocument(findings: readonly Finding[], exit: number) {
  const count = (severity: Finding['severity']) => findings.filter((finding) => finding.severity === severity).length
  return { exit, errors: count('error'), warnings: count('warning'), notes: count('note'), findings }
}
