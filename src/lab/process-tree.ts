import { readFileSync } from 'node:fs'

/** Parent's process id out of /proc/PID/stat; the command in it may hold spaces and brackets. */
export function parentIn(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

/** A process and all that it comes from. */
export function ancestors(pid: number): readonly number[] {
  const chain: number[] = []
  for (let next = pid; next > 0; ) {
    chain.push(next)
    try {
      next = parentIn(readFileSync(`/proc/${next}/stat`, 'utf8'))
    } catch {
      return chain
    }
  }
  return chain
}

/** Sends a signal; a process that has ended meanwhile is what was wanted. */
export function endProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
