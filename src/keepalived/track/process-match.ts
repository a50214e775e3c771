import type { TrackProcess } from '../config/tracked.ts'

/** Which of the host's processes a vrrp_track_process means. Pure. */

/** The kernel keeps 15 characters of a name (TASK_COMM_LEN). */
const COMM_LENGTH = 15

/** One process as /proc tells. */
export interface SeenProcess {
  readonly comm: string
  /** argv; [] for kernel threads. */
  readonly args: readonly string[]
}

/** Name and state of /proc/PID/stat; null for a zombie, which runs no more, or nonsense. */
export function runningComm(stat: string): string | null {
  const open = stat.indexOf('(')
  const close = stat.lastIndexOf(')')
  if (open < 0 || close < open) return null
  const state = stat[close + 2]
  return state === 'Z' || state === 'X' || state === 'x' ? null : stat.slice(open + 1, close)
}

/** /proc/PID/cmdline to words. */
export function commandLine(cmdline: string): string[] {
  return cmdline === '' ? [] : cmdline.replace(/\0$/, '').split('\0')
}

/** Does the name alone decide, so that no command line has to be read? */
export function byNameOnly({ parameters, paramMatch, fullCommand }: TrackProcess): boolean {
  return parameters.length === 0 && paramMatch === null && !fullCommand
}

export function matches(wanted: TrackProcess, { comm, args }: SeenProcess): boolean {
  if (byNameOnly(wanted)) return comm === wanted.process.slice(0, COMM_LENGTH)
  const [program = '', ...given] = args
  const named = wanted.process.includes('/') ? program : (program.split('/').at(-1) ?? '')
  return named === wanted.process && parametersMatch(wanted, given)
}

function parametersMatch({ parameters, paramMatch }: TrackProcess, given: readonly string[]): boolean {
  if (parameters.length === 0) return paramMatch === null || given.length === 0
  if (paramMatch === null && given.length !== parameters.length) return false
  return parameters.every((parameter, index) => {
    const mayGoOn = paramMatch === 'initial' && index === parameters.length - 1
    return mayGoOn ? given[index]?.startsWith(parameter) === true : given[index] === parameter
  })
}

/** Are there as many as there must be, and no more than may be? */
export function hasQuorum({ quorum, quorumMax }: TrackProcess, count: number): boolean {
  return count >= quorum && (quorumMax === null || count <= quorumMax)
}
