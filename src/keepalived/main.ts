import { readCommandLine } from './process/command-line.ts'
import { HELP } from './process/flags.ts'
import { daemonVersion } from './version.ts'

const EXIT_FAILED = 1
const EXIT_USAGE = 4

/**
 * Each process loads what it runs and no more: three of them share a host's memory with its database. Every `import()` here
 * is a file of its own in the package.
 * @returns the exit code, or null while a worker lives on its events
 */
async function main(words: readonly string[]): Promise<number | null> {
  const invocation = readCommandLine(words)
  switch (invocation.does) {
    case 'help':
      process.stdout.write(HELP)
      return 0
    case 'version':
      process.stdout.write(`mmha-keepalived ${daemonVersion()}\n`)
      return 0
    case 'refuse':
      process.stderr.write(`mmha-keepalived: ${invocation.why}\n${HELP}`)
      return EXIT_USAGE
    case 'worker':
      if (invocation.kind === 'vrrp') (await import('./process/vrrp-process.ts')).runVrrpWorker(invocation)
      else (await import('./process/check-process.ts')).runCheckWorker(invocation)
      return null
    case 'run':
      return (await import('./process/run-daemon.ts')).runDaemon(invocation.options, words)
    default:
      return (await import('./errand.ts')).runErrand(invocation)
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    if (code !== null) process.exit(code)
  },
  (error: unknown) => {
    process.stderr.write(
      `mmha-keepalived: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
    process.exit(EXIT_FAILED)
  },
)
