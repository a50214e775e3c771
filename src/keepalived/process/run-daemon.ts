import type { Config } from '../config/config.ts'
import { exitCodeOf, formatDiagnostic } from '../config/diagnostics.ts'
import { parseConfigFile } from '../config/parse.ts'
import type { RunOptions } from './command-line.ts'
import { runDaemonScript } from './daemon-scripts.ts'
import { daemonize, tellForeground } from './daemonize.ts'
import { type Log, stderrLog, systemLog } from './log.ts'
import { runningAs } from './pid-file.ts'
import { Supervisor } from './supervisor.ts'

/** Nothing in the configuration can run; keepalived's code for it. */
const EXIT_CONFIG = 2

/**
 * Runs the daemon until it is told to stop.
 * @param words the command line, to start it again in the background
 * @returns the exit code
 */
export async function runDaemon(options: RunOptions, words: readonly string[]): Promise<number> {
  const toSystemLog = words.includes('--system-log')
  const log = toSystemLog ? systemLog('', options.facility) : stderrLog('')
  const other = runningAs(options.pidFile)
  if (other !== null) {
    log('error', `daemon is already running, pid ${other} (${options.pidFile})`)
    return 0
  }
  const read = readConfig(options, log)
  const { config } = read
  if (!canRun(read)) {
    log('error', `${options.configFile} can not be used`)
    return EXIT_CONFIG
  }
  if (!options.dontFork) return daemonize(words)
  if (options.dumpConfig) log('info', JSON.stringify(config, hidePasswords, 1))
  for (const text of options.ignored) log('info', text)
  process.title = 'keepalived'
  const { global } = config
  const { startup, shutdown, umask } = global.daemon
  process.umask(umask)
  await runDaemonScript('startup_script', startup, global, options.configFile, log)
  const code = await new Supervisor({
    config,
    configFile: options.configFile,
    reread: rereader(options, read, log),
    pidFile: options.pidFile,
    controlSocket: options.controlSocket,
    maintenanceFile: options.maintenanceFile,
    realTime: options.realTime,
    workerFlags: toSystemLog
      ? ['--system-log', ...(options.facility === null ? [] : ['--log-facility', options.facility])]
      : [],
    workerPidFiles: options.workerPidFiles,
    log,
    onReady: tellForeground,
  }).run()
  await runDaemonScript('shutdown_script', shutdown, global, options.configFile, log)
  return code
}

interface Read {
  readonly config: Config
  /** As `-t` would end. */
  readonly exitCode: number
  /** Something of the user's is left out. */
  readonly hasErrors: boolean
}

/** Logs all that the parser says. */
function readConfig({ configFile, configId }: RunOptions, log: Log): Read {
  const { config, diagnostics } = parseConfigFile(configFile, configId)
  const level = { error: 'error', warning: 'warn', note: 'info' } as const
  for (const diagnostic of diagnostics) log(level[diagnostic.severity], formatDiagnostic(diagnostic))
  return { config, exitCode: exitCodeOf(diagnostics), hasErrors: diagnostics.some((one) => one.severity === 'error') }
}

function canRun({ exitCode }: Read): boolean {
  return exitCode !== 2 && exitCode !== 4
}

/**
 * A daemon that starts takes what it can use, as keepalived does. One that runs has something to lose: a file with errors
 * is refused, unless the one that it runs on had errors, too.
 */
function rereader(options: RunOptions, first: Read, log: Log): () => Config | string {
  let hadErrors = first.hasErrors
  return () => {
    const read = readConfig(options, log)
    if (!canRun(read) || (read.hasErrors && !hadErrors)) {
      return `${options.configFile} has errors, which stand above (mmha-keepalived -t shows them, too)`
    }
    hadErrors = read.hasErrors
    return read.config
  }
}

function hidePasswords(key: string, value: unknown): unknown {
  return key === 'password' ? '***' : value
}
