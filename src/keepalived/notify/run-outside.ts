import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { GRACE_MS, type Outcome, type Run, type RunOptions, runCommand, scriptEnvironment } from './run-command.ts'

/**
 * The daemon's unit is hardened: no new privileges, few capabilities, a read-only /usr and /etc. What users' scripts do (mail through
 * a setgid sendmail, `systemctl restart`, log files anywhere) fails in there, and ends with the daemon that they stop. So the
 * service manager runs them in a unit of their own, which ends with all of its processes after its time.
 */

/** keepalived's own scripts ran as its children; as many as that are never there at once. */
let count = 0

function unitName(): string {
  count += 1
  return `mmha-notify-${process.pid}-${count}.service`
}

/** Does the service manager hold this process in a sandbox, and can it be asked to run something outside? */
export function isSandboxed(): boolean {
  if (process.env.INVOCATION_ID === undefined || process.getuid?.() !== 0) return false
  if (!existsSync('/run/systemd/private')) return false
  return /^NoNewPrivs:\s*1$/m.test(readFileSync('/proc/self/status', 'utf8'))
}

/** The words that have the service manager run `argv`; the service manager takes `$` for a variable where it isn't doubled. */
export function outsideArgv(unit: string, { argv, user, timeoutMs }: RunOptions): readonly string[] {
  const limit = timeoutMs >= 2 ** 31 - 1 ? 'infinity' : `${Math.ceil(timeoutMs / 1000)}`
  const rights = user.uid === 0 && user.gid === 0 ? [] : [`--uid=${user.uid}`, `--gid=${user.gid}`]
  const environment = Object.entries(scriptEnvironment(user)).map(([name, value]) => `--setenv=${name}=${value}`)
  return [
    'systemd-run',
    // oneshot: started when it has ended. `--wait` would need D-Bus, which a small host does not have.
    ...[
      '--quiet',
      '--collect',
      '--service-type=oneshot',
      `--unit=${unit}`,
      '--description=notify script of mmha-keepalived',
    ],
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

function startManager(
  unit: string,
  options: RunOptions,
): { readonly child: ChildProcess; readonly ended: Promise<Outcome> } {
  const [program = '', ...words] = outsideArgv(unit, options)
  const child = spawn(program, words, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
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
export function runOutside(options: RunOptions): Run {
  const unit = unitName()
  const { child, ended } = startManager(unit, options)
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
  return { verdict, done, end, outlives: true }
}
