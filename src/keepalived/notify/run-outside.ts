import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { GRACE_MS, type Outcome, type Run, type RunOptions, runCommand, scriptEnvironment } from './run-command.ts'

/**
 * The daemon's unit is hardened: no new privileges, few capabilities, a read-only /usr and /etc. What users' scripts do (mail through
 * a setgid sendmail, `systemctl restart`, log files anywhere) fails in there, and ends with the daemon that they stop. So the
 * service manager runs them in a unit of their own, which ends with all of its processes after its time.
 */

/** keepalived's own scripts ran as its children; as many as that are never there at once. */
let count = 0

/** notify: what is done on a change. check: asked again and again, for its exit code. */
export type Purpose = 'notify' | 'check'

function unitName(purpose: Purpose): string {
  count += 1
  return `mmha-${purpose}-${process.pid}-${count}.service`
}

/** Does the service manager hold this process in a sandbox, and can it be asked to run something outside? */
export function isSandboxed(): boolean {
  if (process.env.INVOCATION_ID === undefined || process.getuid?.() !== 0) return false
  if (!existsSync('/run/systemd/private')) return false
  return /^NoNewPrivs:\s*1$/m.test(readFileSync('/proc/self/status', 'utf8'))
}

/** The words that have the service manager run `argv`; the service manager takes `$` for a variable where it isn't doubled. */
export function outsideArgv(
  unit: string,
  { argv, user, timeoutMs }: RunOptions,
  purpose: Purpose = 'notify',
): readonly string[] {
  const limit = timeoutMs >= 2 ** 31 - 1 ? 'infinity' : `${Math.ceil(timeoutMs / 1000)}`
  const rights = user.uid === 0 && user.gid === 0 ? [] : [`--uid=${user.uid}`, `--gid=${user.gid}`]
  const environment = Object.entries(scriptEnvironment(user)).map(([name, value]) => `--setenv=${name}=${value}`)
  return [
    'systemd-run',
    // oneshot: started when it has ended. `--wait` would need D-Bus, which a small host does not have.
    '--quiet',
    // A check that has failed is asked for its exit code before it is forgotten. Its runs are no news for the journal; what it
    // writes to stderr is.
    ...(purpose === 'notify' ? ['--collect'] : ['--property=LogLevelMax=notice', '--property=SyslogLevel=notice']),
    ...['--service-type=oneshot', `--unit=${unit}`, `--description=${purpose} script of mmha-keepalived`],
    ...['--property=WorkingDirectory=/', '--property=StandardOutput=null', '--property=StandardError=journal'],
    `--property=TimeoutStopSec=${Math.ceil(GRACE_MS / 1000)}`,
    `--property=TimeoutStartSec=${limit}`,
    ...rights,
    ...environment,
    '--',
    ...argv.map((word) => word.replaceAll('$', '$$$$')),
  ]
}

/** What systemd-run says of a script that ran and failed; everything else means that it did not run. */
const RAN = /^Job for \S+ (failed|canceled)/m

/** CLD_EXITED of waitid(2): the process has ended by itself. */
const EXITED = 1

/** How a unit's process ended, from `systemctl show`; null: it does not say. */
export function endOf(shown: string): Outcome | null {
  const numberOf = (name: string) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(shown)?.[1] ?? Number.NaN)
  const how = numberOf('ExecMainCode')
  const status = numberOf('ExecMainStatus')
  if (!(how > 0) || Number.isNaN(status)) return null
  return how === EXITED ? { end: 'exit', code: status } : { end: 'signal', signal: `signal ${status}` }
}

/** How a unit that stayed because it failed has ended; it is forgotten then. */
function endOfFailed(unit: string): Promise<Outcome | null> {
  return new Promise((resolve) => {
    const show = ['show', '--property=ExecMainCode', '--property=ExecMainStatus', unit]
    execFile('systemctl', show, { timeout: GRACE_MS }, (error, stdout) => {
      execFile('systemctl', ['reset-failed', unit], { timeout: GRACE_MS }, () => {})
      resolve(error === null ? endOf(stdout) : null)
    })
  })
}

/** nice value of what only asks for a notice's unit: in a failover the database and its clients go first. */
const NOTICE_NICE = 10

function letOthersFirst(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, NOTICE_NICE)
  } catch {
    // It has ended already, or runs as it is: a notice is worth more than its priority.
  }
}

function startManager(
  unit: string,
  options: RunOptions,
  purpose: Purpose,
): { readonly child: ChildProcess; readonly ended: Promise<Outcome> } {
  const [program = '', ...words] = outsideArgv(unit, options, purpose)
  const child = spawn(program, words, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
  if (purpose === 'notify') letOthersFirst(child.pid)
  let said = ''
  child.stderr?.on('data', (chunk) => {
    if (said.length < 1000) said += String(chunk)
  })
  const ended = new Promise<Outcome>((resolve) => {
    child.once('error', (error) => resolve({ end: 'unstarted', reason: error.message }))
    child.once('close', (code, signal) => {
      if (code === 0) resolve({ end: 'exit', code })
      else if (code === null) resolve({ end: 'signal', signal: signal ?? 'a signal' })
      else if (RAN.test(said)) resolve({ end: 'failed', reason: `failed, see journalctl -u ${unit}` })
      else resolve({ end: 'unstarted', reason: said.trim() })
    })
  })
  return { child, ended }
}

/** As `runCommand`, in a unit of its own. Where the service manager refuses, the command runs inside after all. */
export function runOutside(options: RunOptions, purpose: Purpose): Run {
  const unit = unitName(purpose)
  const { child, ended } = startManager(unit, options, purpose)
  let inside: Run | null = null
  let asked = false
  let killer: NodeJS.Timeout | undefined
  const end = () => {
    if (inside !== null) return inside.end()
    if (asked) return
    asked = true
    execFile('systemctl', ['stop', '--no-block', unit], () => {})
    killer = setTimeout(() => child.kill('SIGKILL'), 2 * GRACE_MS)
  }
  const whole = ended.then(async (outcome) => {
    clearTimeout(killer)
    if (outcome.end === 'failed' && purpose === 'check') return (await endOfFailed(unit)) ?? outcome
    if (outcome.end !== 'unstarted' || asked) return outcome
    inside = runCommand(options)
    return inside.verdict
  })
  const verdict = new Promise<Outcome>((resolve) => {
    const timer = setTimeout(() => {
      resolve({ end: 'timeout' })
      end()
    }, options.timeoutMs)
    void whole.then((outcome) => {
      clearTimeout(timer)
      resolve(outcome)
    })
  })
  const done = whole.then(() => inside?.done)
  return { verdict, done, end, ...(purpose === 'notify' ? { outlives: true } : {}) }
}
