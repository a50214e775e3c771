import { call, SyscallError, watchReadable } from './native.ts'

const SYS_PIDFD_OPEN = 434
const ESRCH = 3
/** Linux 6.9: a single thread. Its value is that of O_EXCL. */
const PIDFD_THREAD = 0o200

/**
 * The same for one thread of a process, by its number in /proc/PID/task; not for the first one, whose end is told only
 * with that of the process. @returns null also when the kernel can't watch threads (before Linux 6.9)
 */
export function watchThreadExit(tid: number, onExit: () => void): (() => void) | 'gone' | null {
  return watch(tid, PIDFD_THREAD, onExit)
}

/**
 * Calls `onExit` once when the process ends, as the kernel says (pidfd, Linux 5.3): no polling, and a reused number
 * can't deceive. @returns stops watching; 'gone' when there is no such process; null when the kernel knows no pidfd.
 */
export function watchExit(pid: number, onExit: () => void): (() => void) | 'gone' | null {
  return watch(pid, 0, onExit)
}

function watch(id: number, flags: number, onExit: () => void): (() => void) | 'gone' | null {
  let fd: number
  try {
    fd = call('syscall', SYS_PIDFD_OPEN, id, flags)
  } catch (error) {
    if (error instanceof SyscallError) return error.errno === ESRCH ? 'gone' : null
    throw error
  }
  let open = true
  const stop = (): void => {
    if (!open) return
    open = false
    unwatch()
    call('close', fd)
  }
  const unwatch = watchReadable(fd, () => {
    if (!open) return
    stop()
    onExit()
  })
  return stop
}
