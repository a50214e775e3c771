import { appendFileSync } from 'node:fs'
import type { Config } from './config/config.ts'
import { formatConfig } from './config/format.ts'
import { HOST_FILES } from './config/include.ts'
import { parseConfigFile } from './config/parse.ts'
import { configTest } from './lint/config-test.ts'
import { clearAddresses } from './process/clear-addresses.ts'
import { type Invocation, readCommandLine } from './process/command-line.ts'
import { runCtl } from './process/ctl.ts'
import { HELP } from './process/flags.ts'
import { type Log, stderrLog, systemLog } from './process/log.ts'
import { runDaemon } from './process/run-daemon.ts'
import { signalNumber } from './process/signal-names.ts'
import { runCheckWorker, runVrrpWorker } from './process/worker-process.ts'
import { trimBinlog } from './role/binlog-trim.ts'
import { fenceLocal } from './role/fence-local.ts'
import { daemonVersion } from './version.ts'

const EXIT_FAILED = 1
const EXIT_USAGE = 4

/** @returns the exit code, or null while a worker lives on its events */
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
      if (invocation.kind === 'vrrp') runVrrpWorker(logOf(invocation))
      else runCheckWorker(logOf(invocation))
      return null
    case 'signum':
      return printSignal(invocation.name)
    case 'test':
      return testConfig(invocation)
    case 'format':
      return printFormatted(invocation.configFile)
    case 'run':
      return runDaemon(invocation.options, words)
    case 'ctl':
      return runCtl(invocation.controlSocket, invocation.request)
    case 'cleanup':
      return cleanup(parseConfigFile(invocation.configFile, invocation.configId).config, stderrLog(''))
    case 'binlog-trim':
      await trimBinlog(parseConfigFile(invocation.configFile, invocation.configId).config, { log: stderrLog('') })
      return 0
  }
}

function printFormatted(file: string): number {
  const text = HOST_FILES.read(file)
  if (text === null) process.stderr.write(`mmha-keepalived: can't read ${file}\n`)
  else process.stdout.write(formatConfig(text))
  return text === null ? EXIT_USAGE : 0
}

function logOf(worker: { readonly systemLog: boolean; readonly facility: string | null }): (who: string) => Log {
  return (who) => (worker.systemLog ? systemLog(who, worker.facility) : stderrLog(who))
}

function printSignal(name: string): number {
  const signal = signalNumber(name)
  if (signal === null) process.stderr.write(`Unknown sigfunc ${name}\n`)
  else process.stdout.write(`${signal}\n`)
  return signal === null ? EXIT_FAILED : 0
}

function testConfig({ logFile, ...options }: Extract<Invocation, { does: 'test' }>): number {
  const { exit, text, to } = configTest(options)
  if (logFile !== null) appendFileSync(logFile, text)
  else if (to === 'stdout') process.stdout.write(text)
  else process.stderr.write(text)
  return exit
}

/** After the daemon ended, however it ended: no address, no writes. */
async function cleanup(config: Config, log: Log): Promise<number> {
  for (const address of clearAddresses(config)) log('warn', `removed ${address}, which was left over`)
  await fenceLocal(config, log)
  return 0
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
