import { setPriority } from 'node:os'
import { call, SyscallError } from './native.ts'

const PR_SET_PDEATHSIG = 1
const PR_SET_NAME = 15
const SCHED_OTHER = 0
const SCHED_FIFO = 1
/** Children (scripts) must not inherit what we took for ourselves. */
const SCHED_RESET_ON_FORK = 0x40000000
const SIGTERM = 15

/** The kernel sends us SIGTERM when the parent dies, however it dies. */
export function dieWithParent(): void {
  call('prctl', PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0)
}

/** Sets the name that `pkill`, `killall` and `ps -o comm` see; at most 15 bytes. */
export function setProcessName(name: string): void {
  const bytes = Buffer.alloc(16)
  bytes.write(name, 0, 15)
  call('prctl_name', PR_SET_NAME, bytes, 0, 0, 0)
}

/**
 * Real-time priority for the calling thread.
 * @returns null when done, else why not (a container without the right is no reason to stop).
 */
export function becomeRealTime(priority: number): string | null {
  const parameter = Buffer.alloc(4)
  parameter.writeInt32LE(priority)
  try {
    call('sched_setscheduler', 0, SCHED_FIFO | SCHED_RESET_ON_FORK, parameter)
    return null
  } catch (error) {
    if (error instanceof SyscallError) return error.message
    throw error
  }
}

/**
 * Nice value for the calling thread, children begin with 0: who decides over a database goes before those who wait for it.
 * @returns null when done, else why not
 */
export function goBeforeOthers(nice: number): string | null {
  try {
    setPriority(nice)
    call('sched_setscheduler', 0, SCHED_OTHER | SCHED_RESET_ON_FORK, Buffer.alloc(4))
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
