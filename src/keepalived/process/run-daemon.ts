import type { Config } from '../config/config.ts'
import { exitCodeOf, formatDiagnostic } from '../config/diagnostics.ts'
import { parseConfigFile } from '../config/parse.ts'
import type { RunOptions } from './command-line.ts'
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
  const log = toSystemLog ? systemLog('') : stderrLog('')
  const other = runningAs(options.pidFile)
  if (other !== null) {
    log('error', `daemon is already running, pid ${other} (${options.pidFile})`)
    return 0
  }
  const config = readConfig(options.configFile, log)
  if (config === null) return EXIT_CONFIG
  if (!options.dontFork) return daemonize(words)
  if (options.dumpConfig) log('info', JSON.stringify(config, hidePasswords, 1))
  process.title = 'keepalived'
  return new Supervisor({
    config,
    configFile: options.configFile,
    reread: () => readConfig(options.configFile, log),
    pidFile: options.pidFile,
    controlSocket: options.controlSocket,
    realTime: options.realTime,
    workerFlags: toSystemLog ? ['--system-log'] : [],
    log,
    onReady: tellForeground,
  }).run()
}

/** Logs all that the parser says. @returns null when nothing can run with it */
function readConfig(file: string, log: Log): Config | null {
  const { config, diagnostics } = parseConfigFile(file)
  const level = { error: 'error', warning: 'warn', note: 'info' } as const
  for (const diagnostic of diagnostics) log(level[diagnostic.severity], formatDiagnostic(diagnostic))
  const code = exitCodeOf(diagnostics)
  if (code !== 2 && code !== 4) return config
  log('error', `${file} can not be used`)
  return null
}

function hidePasswords(key: string, value: unknown): unknown {
  return key === 'password' ? '***' : value
}
