import { appendFileSync } from 'node:fs'
import type { Config } from './config/config.ts'
import { type Invocation, readCommandLine } from './process/command-line.ts'
import { runCtl } from './process/ctl.ts'
import { HELP } from './process/flags.ts'
import { type Log, stderrLog, systemLog } from './process/log.ts'
import { signalNumber } from './process/signal-names.ts'
import { daemonVersion } from './version.ts'

const EXIT_FAILED = 1
const EXIT_USAGE = 4

/**
 * Each process loads what it runs and no more: three of them share a host's memory with its database.
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
      if (invocation.kind === 'vrrp') (await import('./process/vrrp-process.ts')).runVrrpWorker(logOf(invocation))
      else (await import('./process/check-process.ts')).runCheckWorker(logOf(invocation))
      return null
    case 'genhash':
      return (await import('./process/genhash-line.ts')).runGenhash(invocation.words)
    case 'signum':
      return printSignal(invocation.name)
    case 'test':
      return testConfig(invocation)
    case 'format':
      return printFormatted(invocation.configFile)
    case 'run':
      return (await import('./process/run-daemon.ts')).runDaemon(invocation.options, words)
    case 'ctl':
      return runCtl(invocation.controlSocket, invocation.request)
    case 'cleanup':
      return cleanup(invocation, stderrLog(''))
    case 'binlog-trim': {
      const { trimBinlog } = await import('./role/binlog-trim.ts')
      await trimBinlog(await configOf(invocation), { log: stderrLog('') })
      return 0
    }
  }
}

interface ConfigChoice {
  readonly configFile: string
  readonly configId: string | null
}

async function configOf({ configFile, configId }: ConfigChoice): Promise<Config> {
  const { parseConfigFile } = await import('./config/parse.ts')
  return parseConfigFile(configFile, configId).config
}

async function printFormatted(file: string): Promise<number> {
  const { HOST_FILES } = await import('./config/include.ts')
  const { formatConfig } = await import('./config/format.ts')
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

async function testConfig({ logFile, ...options }: Extract<Invocation, { does: 'test' }>): Promise<number> {
  const { configTest } = await import('./lint/config-test.ts')
  const { exit, text, to } = configTest(options)
  if (logFile !== null) appendFileSync(logFile, text)
  else if (to === 'stdout') process.stdout.write(text)
  else process.stderr.write(text)
  return exit
}

/** After the daemon ended, however it ended: no address, no writes. */
async function cleanup(choice: ConfigChoice, log: Log): Promise<number> {
  const { clearAddresses } = await import('./process/clear-addresses.ts')
  const { fenceLocal } = await import('./role/fence-local.ts')
  const config = await configOf(choice)
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
