import { exitCodeOf, sorted } from '../config/diagnostics.ts'
import { parseConfigFile } from '../config/parse.ts'
import { asFindings, findingLines, findingsDocument, type Language, strictly } from './findings.ts'
import { type Host, lintOnHost, thisHost } from './host.ts'
import { lint } from './lint.ts'

export interface ConfigTestOptions {
  readonly configFile: string
  /** null: the host's short name. */
  readonly configId: string | null
  /** Warnings are errors. */
  readonly strict: boolean
  readonly json: boolean
  readonly language: Language
}

/**
 * `-t`: everything that can be known about a configuration on the host that it is for.
 * @returns keepalived's exit code, and what goes to stdout (`--json`) or stderr
 */
export function configTest(
  options: ConfigTestOptions,
  host: Host = thisHost(),
): { exit: number; text: string; to: 'stdout' | 'stderr' } {
  const parsed = parseConfigFile(options.configFile, options.configId)
  const said = sorted([...parsed.diagnostics, ...lint(parsed), ...lintOnHost(parsed, host)], options.configFile)
  const exit = exitCodeOf(said, { strict: options.strict })
  const findings = asFindings(strictly(said, options.strict), options.language)
  if (options.json)
    return { exit, text: `${JSON.stringify(findingsDocument(findings, exit), null, 2)}\n`, to: 'stdout' }
  return {
    exit,
    text: findingLines(findings)
      .map((line) => `${line}\n`)
      .join(''),
    to: 'stderr',
  }
}
