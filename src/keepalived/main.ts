import type { Config } from './config/config.ts'
import { exitCodeOf, formatDiagnostic } from './config/diagnostics.ts'
import { formatConfig } from './config/format.ts'
import { HOST_FILES } from './config/include.ts'
import { parseConfigFile } from './config/parse.ts'
import { clearAddresses } from './process/clear-addresses.ts'
import { HELP, readCommandLine } from './process/command-line.ts'
import { askDaemon } from './process/control-client.ts'
import type { ControlRequest } from './process/control-server.ts'
import { type Log, stderrLog } from './process/log.ts'
import { runDaemon } from './process/run-daemon.ts'
import { runCheckWorker, runVrrpWorker } from './process/worker-process.ts'
import { trimBinlog } from './role/binlog-trim.ts'
import { fenceLocal } from './role/fence-local.ts'

/** Set by the bundler. */
declare const MMHA_VERSION: string | undefined

const EXIT_FAILED = 1
const EXIT_USAGE = 4
const EXIT_REFUSED = 5

/** @returns the exit code, or null while a worker lives on its events */
async function main(words: readonly string[]): Promise<number | null> {
  const invocation = readCommandLine(words)
  switch (invocation.does) {
    case 'help':
      process.stdout.write(HELP)
      return 0
    case 'version':
      process.stdout.write(`mmha-keepalived ${typeof MMHA_VERSION === 'undefined' ? 'from source' : MMHA_VERSION}\n`)
      return 0
    case 'refuse':
      process.stderr.write(`mmha-keepalived: ${invocation.why}\n${HELP}`)
      return EXIT_USAGE
    case 'worker':
      if (invocation.kind === 'vrrp') runVrrpWorker(invocation.systemLog)
      else runCheckWorker(invocation.systemLog)
      return null
    case 'test':
      return testConfig(invocation.configFile, invocation.configId)
    case 'format':
      return printFormatted(invocation.configFile)
    case 'run':
      return runDaemon(invocation.options, words)
    case 'status':
      return status(invocation.controlSocket)
    case 'leave': {
      const { controlSocket, instance, holdDownMs } = invocation
      return leave(controlSocket, { command: 'leave', instance, holdDownMs, reason: 'ctl leave' })
    }
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

function testConfig(file: string, configId: string | null): number {
  const { diagnostics } = parseConfigFile(file, configId)
  for (const diagnostic of diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic)}\n`)
  return exitCodeOf(diagnostics)
}

async function status(controlSocket: string): Promise<number> {
  const answer = await askDaemon(controlSocket, { command: 'status' })
  if (answer !== null && 'status' in answer) {
    process.stdout.write(`${JSON.stringify(answer.status, null, 2)}\n`)
    return 0
  }
  const why = answer === null ? 'the daemon does not run' : 'error' in answer ? answer.error : 'no status'
  process.stderr.write(`mmha-keepalived: ${why}\n`)
  return EXIT_FAILED
}

/** Nothing to leave (no daemon, not the holder) is success: this stands in mysqld's ExecStop. */
async function leave(controlSocket: string, request: ControlRequest): Promise<number> {
  const answer = await askDaemon(controlSocket, request)
  if (answer === null) {
    process.stderr.write('mmha-keepalived: the daemon does not run: nothing to leave\n')
    return 0
  }
  if ('left' in answer) {
    for (const { instance, ok, reason } of answer.left) {
      process.stderr.write(`(${instance}) ${ok ? 'left' : 'REFUSED'}: ${reason}\n`)
    }
  } else if ('error' in answer) process.stderr.write(`mmha-keepalived: ${answer.error}\n`)
  return answer.ok ? 0 : EXIT_REFUSED
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
