import type { Command } from 'commander'
import { EXIT, type ExitCode, MmhaError } from '../events/error.ts'
import { language } from '../events/language.ts'
import { plans } from '../events/messages/plans.ts'
import type { Diagnostic } from '../keepalived/config/config.ts'
import { lintFiles } from '../keepalived/lint/files.ts'
import { asFindings, findingLines, findingsDocument, type Language, strictly } from '../keepalived/lint/findings.ts'

interface LintFlags {
  readonly configId?: readonly string[]
  readonly strict?: boolean
  readonly json?: boolean
  readonly lang?: Language
}

const EXAMPLES = `
Examples:
  mmha lint a/keepalived.conf b/keepalived.conf     both nodes, and against each other
  mmha lint keepalived.conf                         one node
  mmha lint shared.conf shared.conf -i node1 node2  one file with @node1 and @node2 lines

Exit codes: 0 nothing wrong (warnings are no error), 1 errors, 4 a file can't be read
`

/** 4 outranks 1: what was not read was not looked at. */
function exitOf(diagnostics: readonly Diagnostic[]): ExitCode {
  if (diagnostics.some(({ code }) => code === 'unreadable')) return EXIT.invalid
  return diagnostics.some(({ severity }) => severity === 'error') ? EXIT.failed : EXIT.done
}

/** `mmha lint FILE…`: keepalived.conf of both nodes, each by itself and against each other. */
export function registerLint(program: Command): void {
  program
    .command('lint')
    .description('check the keepalived.conf of both nodes, also against each other; no host is touched')
    .argument('<files...>', 'keepalived.conf of one node, or of each')
    .option('-i, --config-id <ids...>', 'what @ID lines are compared with, one ID for each file')
    .option('--strict', 'warnings are errors')
    .option('--json', 'findings as JSON on stdout')
    .addHelpText('after', EXAMPLES)
    .action((files: string[], flags: LintFlags) => {
      const ids = flags.configId ?? []
      if (ids.length > 0 && ids.length !== files.length) {
        throw new MmhaError(`${files.length} files and ${ids.length} IDs`, {
          code: 'LINT_IDS',
          source: 'user',
          exit: EXIT.invalid,
          hint: 'give -i one ID for each file, after the files',
        })
      }
      const found = lintFiles(files.map((path, index) => ({ path, configId: ids[index] ?? null })))
      const strict = strictly(found, flags.strict === true)
      const exit = exitOf(strict)
      // A document is English, whatever the locale, unless it was asked for.
      const findings = asFindings(strict, flags.json === true ? (flags.lang ?? 'en') : language())
      const document = findingsDocument(findings, exit)
      if (flags.json === true) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
      else {
        for (const line of findingLines(findings)) process.stdout.write(`${line}\n`)
        const { errors, warnings, notes } = document
        process.stderr.write(`${plans('lint.sum', { errors, warnings, notes, files: files.length })[language()]}\n`)
      }
      process.exitCode = exit
    })
}
