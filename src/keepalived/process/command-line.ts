import { parseArgs } from 'node:util'
import { CONTROL_SOCKET } from './control-server.ts'

/** What the daemon is asked to do: keepalived's flags, and commands of our own. */
export type Invocation =
  | { readonly does: 'run'; readonly options: RunOptions }
  | { readonly does: 'test' | 'format'; readonly configFile: string; readonly configId: string | null }
  | { readonly does: 'worker'; readonly kind: 'vrrp' | 'check'; readonly systemLog: boolean }
  | { readonly does: 'status'; readonly controlSocket: string }
  | {
      readonly does: 'leave'
      readonly controlSocket: string
      readonly instance: string | null
      readonly holdDownMs: number
    }
  | { readonly does: 'cleanup' | 'binlog-trim'; readonly configFile: string; readonly configId: string | null }
  | { readonly does: 'help' | 'version' }
  | { readonly does: 'refuse'; readonly why: string }

export interface RunOptions {
  readonly configFile: string
  /** What `@ID` lines are compared with; null: the host's short name. */
  readonly configId: string | null
  readonly pidFile: string
  readonly controlSocket: string
  readonly dontFork: boolean
  readonly logConsole: boolean
  readonly dumpConfig: boolean
  readonly realTime: boolean
}

const CONFIG_FILE = '/etc/keepalived/keepalived.conf'
const PID_FILE = '/run/keepalived.pid'
/** Long enough for mysqld to stop and start again without the address coming back meanwhile. */
const HOLD_DOWN_SECONDS = 10

const FLAGS = {
  'use-file': { type: 'string', short: 'f', default: CONFIG_FILE },
  'config-id': { type: 'string', short: 'i' },
  'config-test': { type: 'boolean', short: 't', default: false },
  'dont-fork': { type: 'boolean', short: 'n', default: false },
  'log-console': { type: 'boolean', short: 'l', default: false },
  'log-detail': { type: 'boolean', short: 'D', default: false },
  'dump-conf': { type: 'boolean', short: 'd', default: false },
  pid: { type: 'string', short: 'p', default: PID_FILE },
  vrrp: { type: 'boolean', short: 'P', default: false },
  check: { type: 'boolean', short: 'C', default: false },
  vrrp_pid: { type: 'string', short: 'r' },
  checkers_pid: { type: 'string', short: 'c' },
  'log-facility': { type: 'string', short: 'S' },
  version: { type: 'boolean', short: 'v', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  // Ours.
  control: { type: 'string', default: CONTROL_SOCKET },
  'no-real-time': { type: 'boolean', default: false },
  'hold-down': { type: 'string', default: String(HOLD_DOWN_SECONDS) },
  instance: { type: 'string' },
  worker: { type: 'string' },
  'system-log': { type: 'boolean', default: false },
} as const

export const HELP = `Usage: mmha-keepalived [FLAGS]            run the daemon
       mmha-keepalived -t [-f FILE]       check a configuration
       mmha-keepalived format [FILE]      print a configuration in one layout; comments and meaning stay
       mmha-keepalived ctl status         state of the instances, as JSON
       mmha-keepalived ctl leave [--instance NAME] [--hold-down SECONDS]
                                          planned handover: database read-only, then the address goes; returns when it has gone
       mmha-keepalived cleanup            remove the virtual addresses and close the database for writes
       mmha-keepalived binlog-trim        before mysqld starts after a crash: cut what was never acknowledged

  -f, --use-file=FILE    configuration (${CONFIG_FILE})
  -i, --config-id=ID     lines that start with @ID count, those with @^ID don't (the host's short name)
  -t, --config-test      check the configuration: 0 ok, 2 nothing can run, 4 unreadable, 5 errors, 6 script security
  -n, --dont-fork        stay in the foreground
  -l, --log-console      log to stderr
  -D, --log-detail       accepted (detail is always logged)
  -d, --dump-conf        log the configuration as it was understood
  -p, --pid=FILE         pid file (${PID_FILE})
  -P, --vrrp  -C, --check  -r, -c, -S  accepted (both parts always run)
      --control=PATH     socket of ctl (${CONTROL_SOCKET})
      --no-real-time     no SCHED_FIFO for the VRRP worker
  -v, --version  -h, --help
`

/** Reads the command line (without node and program). Never throws: what it can't understand is `refuse`. */
export function readCommandLine(words: readonly string[]): Invocation {
  try {
    const { values, positionals } = parseArgs({ args: [...words], options: FLAGS, allowPositionals: true })
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
  const controlSocket = values.control
  if (values.help) return { does: 'help' }
  if (values.version) return { does: 'version' }
  const { worker: kind } = values
  if (kind === 'vrrp' || kind === 'check') return { does: 'worker', kind, systemLog: values['system-log'] }
  if (command === undefined) {
    if (values['config-test']) return { does: 'test', configFile, configId }
    const options: RunOptions = {
      configFile,
      configId,
      pidFile: values.pid,
      controlSocket,
      dontFork: values['dont-fork'],
      logConsole: values['log-console'],
      dumpConfig: values['dump-conf'],
      realTime: !values['no-real-time'],
    }
    return { does: 'run', options }
  }
  if (command === 'format' && more.length === 0) return { does: command, configFile: verb ?? configFile, configId }
  if ((command === 'cleanup' || command === 'binlog-trim') && verb === undefined) {
    return { does: command, configFile, configId }
  }
  if (command === 'ctl' && verb === 'status' && more.length === 0) return { does: 'status', controlSocket }
  if (command === 'ctl' && verb === 'leave' && more.length === 0) {
    const seconds = Number(values['hold-down'])
    if (!(seconds >= 0 && seconds <= 86_400)) return { does: 'refuse', why: '--hold-down wants seconds, 0 to 86400' }
    return { does: 'leave', controlSocket, instance: values.instance ?? null, holdDownMs: seconds * 1000 }
  }
  return { does: 'refuse', why: `unknown command: ${positionals.join(' ')}` }
}
