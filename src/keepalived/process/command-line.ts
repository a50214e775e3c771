import { parseArgs } from 'node:util'
import type { Flavour } from '../../mysql/dialect.ts'
import { type CtlCommand, readCtl } from './ctl-line.ts'
import { FLAGS, IGNORED, REFUSED } from './flags.ts'
import { logFacility } from './log.ts'

/** What the daemon is asked to do: keepalived's flags, and commands of our own. */
export type Invocation =
  | { readonly does: 'run'; readonly options: RunOptions }
  | {
      readonly does: 'test'
      readonly configFile: string
      readonly configId: string | null
      /** Where the findings go; null: stderr. */
      readonly logFile: string | null
      readonly json: boolean
      readonly strict: boolean
      readonly language: 'en' | 'zh'
    }
  | { readonly does: 'format'; readonly configFile: string; readonly configId: string | null }
  | {
      readonly does: 'worker'
      readonly kind: 'vrrp' | 'check'
      readonly systemLog: boolean
      readonly facility: string | null
    }
  | CtlCommand
  | {
      readonly does: 'cleanup' | 'say-gone' | 'binlog-trim'
      readonly configFile: string
      readonly configId: string | null
    }
  | {
      readonly does: 'binlog-tail'
      readonly flavour: Flavour
      readonly index: string
      readonly into: string
      /** GTID sets, as `formatGtidSet` writes them. */
      readonly extra: string
      readonly common: string
    }
  | { readonly does: 'genhash'; readonly words: readonly string[] }
  | { readonly does: 'signum'; readonly name: string }
  | { readonly does: 'help' | 'version' }
  | { readonly does: 'refuse'; readonly why: string }

export interface RunOptions {
  readonly configFile: string
  /** What `@ID` lines are compared with; null: the host's short name. */
  readonly configId: string | null
  readonly pidFile: string
  /** null: none. */
  readonly workerPidFiles: { readonly vrrp: string | null; readonly check: string | null }
  readonly controlSocket: string
  readonly maintenanceFile: string
  readonly dontFork: boolean
  readonly logConsole: boolean
  /** Of the system log, as `-S` takes it; null: daemon. */
  readonly facility: string | null
  readonly dumpConfig: boolean
  readonly realTime: boolean
  /** Flags without effect, each with its reason. */
  readonly ignored: readonly string[]
}

const FLAVOURS: readonly Flavour[] = ['mysql', 'mariadb']

/** Reads the command line (without node and program). Never throws: what it can't understand is `refuse`. */
export function readCommandLine(words: readonly string[]): Invocation {
  // As keepalived: what follows is genhash's own.
  if (words[0] === '--genhash' || words[0] === '-T') return { does: 'genhash', words: words.slice(1) }
  try {
    // The only flag of keepalived's whose value may be left out.
    const args = words.map((word) => word.replace(/^--config-test=/, '--config-test-log='))
    const { values, positionals } = parseArgs({ args, options: FLAGS, allowPositionals: true })
    return invocation(values, positionals)
  } catch (error) {
    return { does: 'refuse', why: error instanceof Error ? error.message : String(error) }
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof FLAGS; allowPositionals: true }>>['values']

function invocation(values: Values, positionals: readonly string[]): Invocation {
  const [command, verb, ...more] = positionals
  const configFile = values['use-file']
  const configId = values['config-id'] ?? null
  if (values.help) return { does: 'help' }
  if (values.version) return { does: 'version' }
  if (values.signum !== undefined) return { does: 'signum', name: values.signum }
  const refused = REFUSED.find(([flag]) => isGiven(values[flag]))
  if (refused !== undefined) return { does: 'refuse', why: `--${refused[0]}: ${refused[1]}` }
  const facility = values['log-facility'] ?? null
  if (facility !== null && logFacility(facility) === null) {
    return { does: 'refuse', why: `--log-facility: ${facility} is none of 0 to 7, local0 to local7, user, daemon` }
  }
  const { worker: kind } = values
  if (kind === 'vrrp' || kind === 'check') return { does: 'worker', kind, systemLog: values['system-log'], facility }
  const logFile = values['config-test-log'] ?? null
  if (command === undefined && (values['config-test'] || logFile !== null)) {
    const { json, strict, lang } = values
    if (lang !== 'en' && lang !== 'zh') return { does: 'refuse', why: `--lang: ${lang} is none of en, zh` }
    return { does: 'test', configFile, configId, logFile, json, strict, language: lang }
  }
  if (command === undefined) return { does: 'run', options: runOptions(values, facility) }
  if (command === 'format' && more.length === 0) return { does: command, configFile: verb ?? configFile, configId }
  if ((command === 'cleanup' || command === 'say-gone' || command === 'binlog-trim') && verb === undefined) {
    return { does: command, configFile, configId }
  }
  if (command === 'binlog-tail') {
    const [index, into, extra, common = '', ...rest] = more
    const flavour = FLAVOURS.find((one) => one === verb)
    if (flavour === undefined || !index || !into || !extra || rest.length > 0)
      return { does: 'refuse', why: 'binlog-tail mysql|mariadb INDEX INTO GTIDS [COMMON]' }
    return { does: command, flavour, index, into, extra, common }
  }
  if (command === 'ctl') return readCtl(positionals.slice(1), values)
  return { does: 'refuse', why: `unknown command: ${positionals.join(' ')}` }
}

function runOptions(values: Values, facility: string | null): RunOptions {
  return {
    configFile: values['use-file'],
    configId: values['config-id'] ?? null,
    pidFile: values.pid,
    workerPidFiles: { vrrp: values.vrrp_pid ?? null, check: values.checkers_pid ?? null },
    controlSocket: values.control,
    maintenanceFile: values['maintenance-file'],
    dontFork: values['dont-fork'],
    logConsole: values['log-console'],
    facility,
    dumpConfig: values['dump-conf'],
    realTime: !values['no-real-time'],
    ignored: IGNORED.flatMap(([flag, why]) => (isGiven(values[flag]) ? [`--${flag} has no effect: ${why}`] : [])),
  }
}

function isGiven(value: string | boolean | undefined): boolean {
  return value !== undefined && value !== false
}
