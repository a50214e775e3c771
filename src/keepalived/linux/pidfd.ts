import { call, SyscallError, watchReadable } from './native.ts'

const SYS_PIDFD_OPEN = 434
const ESRCH = 3

/**
 * Calls `onExit` once when the process ends, as the kernel says (pidfd, Linux 5.3): no polling, and a reused number
 * can't deceive. @returns stops watching; 'gone' when there is no such process; null when the kernel knows no pidfd.
 */
export function watchExit(pid: number, onExit: () => void): (() => void) | 'gone' | null {
  let fd: number
  try {
    fd = call('syscall', SYS_PIDFD_OPEN, pid, 0)
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
