import { type ChildProcess, spawn } from 'node:child_process'
import type { ScriptUser } from './script-user.ts'

/** How a run ended. */
export type Outcome =
  | { readonly end: 'exit'; readonly code: number }
  | { readonly end: 'signal'; readonly signal: string }
  | { readonly end: 'timeout' }
  /** It ran in a unit of its own, and the service manager knows more. */
  | { readonly end: 'failed'; readonly reason: string }
  /** It never ran: not there, no right, no memory. */
  | { readonly end: 'unstarted'; readonly reason: string }

export interface Run {
  /** Settles when the outcome is known: at the end, or at the timeout while the process may still linger. Never rejects. */
  readonly verdict: Promise<Outcome>
  /** Settles when the process has ended; never rejects. */
  readonly done: Promise<void>
  /** SIGTERM to the whole process group, SIGKILL `GRACE_MS` later. */
  readonly end: () => void
  /** It goes on when the daemon ends: a script may be what stops the daemon. */
  readonly outlives?: boolean
}

export interface RunOptions {
  /** An absolute path and its arguments; no shell. */
  readonly argv: readonly [string, ...string[]]
  readonly user: ScriptUser
  readonly timeoutMs: number
}

/** ms between SIGTERM and SIGKILL, as keepalived. */
export const GRACE_MS = 2000

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** All that a script gets of the environment: nothing of the daemon's. */
export function scriptEnvironment(user: ScriptUser): Record<string, string> {
  return { PATH, HOME: user.home, USER: user.name, LOGNAME: user.name, SHELL: '/bin/sh' }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // ESRCH: the whole group has ended by itself, which is what the signal was for.
  }
}

/** Node sets a user only when it is asked to; asking without being root fails even for one's own. */
function rights(user: ScriptUser): { uid?: number; gid?: number } {
  const same = process.getuid?.() === user.uid && process.getgid?.() === user.gid
  return same ? {} : { uid: user.uid, gid: user.gid }
}

/** Says in a few words how a run ended. */
export function describe(outcome: Outcome): string {
  switch (outcome.end) {
    case 'exit':
      return `exit code ${outcome.code}`
    case 'signal':
      return `ended by ${outcome.signal}`
    case 'timeout':
      return 'timed out'
    case 'failed':
    case 'unstarted':
      return outcome.reason
  }
}

/**
 * Starts a script in a process group of its own, with a minimal environment, no input, and its output dropped.
 * After `timeoutMs` the group gets SIGTERM and the outcome is `timeout`.
 */
export function runCommand({ argv, user, timeoutMs }: RunOptions): Run {
  const [program, ...args] = argv
  const env = scriptEnvironment(user)
  let child: ChildProcess
  try {
    child = spawn(program, args, { cwd: '/', detached: true, stdio: 'ignore', env, ...rights(user) })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { verdict: Promise.resolve({ end: 'unstarted', reason }), done: Promise.resolve(), end: () => {} }
  }
  let killer: NodeJS.Timeout | undefined
  const end = () => {
    if (killer !== undefined) return
    signalGroup(child, 'SIGTERM')
    killer = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS)
  }
  const ended = new Promise<Outcome>((resolve) => {
    child.once('error', (error) => resolve({ end: 'unstarted', reason: error.message }))
    child.once('exit', (code, signal) => {
      resolve(code === null ? { end: 'signal', signal: signal ?? 'a signal' } : { end: 'exit', code })
    })
  })
  const verdict = new Promise<Outcome>((resolve) => {
    const timer = setTimeout(() => {
      resolve({ end: 'timeout' })
      end()
    }, timeoutMs)
    void ended.then((outcome) => {
      clearTimeout(timer)
      resolve(outcome)
    })
  })
  const done = ended.then(() => {
    if (killer === undefined) return
    // What the script left behind in its group goes too, once it was asked to end.
    clearTimeout(killer)
    signalGroup(child, 'SIGKILL')
  })
  return { verdict, done, end }
}
