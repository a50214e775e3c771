import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { watchThreadExit } from '../linux/pidfd.ts'

/** From linux/sched.h: the process is being torn down. */
const PF_EXITING = 0x4
const POLL_MS = 10
/** While a thread is watched; in case that one can't end, waiting for a disk. */
const SLOW_POLL_MS = 100
/** A thread that ended says that the process may be dying: its first thread follows within a few of these. */
const CLOSE_LOOKS = 5
const CLOSE_LOOK_MS = 1

/**
 * Is the process leaving, as /proc/PID/stat tells (flags are the 9th field; the 2nd may hold spaces and parentheses)?
 * A zombie counts as gone.
 */
export function isExiting(stat: string): boolean {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const flags = Number(fields[6])
  return fields[0] === 'Z' || fields[0] === 'X' || (flags & PF_EXITING) !== 0
}

/**
 * Calls `onExit` once when the process begins to die. With a large buffer pool this is long before its sockets close:
 * the kernel takes the memory apart first (4 GB: 10 ms against 270 ms, measured). A killed process's threads are told
 * at once, and those with little to take apart are gone at once: so the end of one is the sign to look. Where the kernel
 * can't watch threads, and after the last of them, the process is looked at every 10 ms.
 * @returns stops watching; null when there is no such process
 */
export function watchProcess(pid: number, onExit: () => void): (() => void) | null {
  let fd: number
  try {
    fd = openSync(`/proc/${pid}/stat`, 'r')
  } catch {
    return null
  }
  const buffer = Buffer.alloc(1024)
  let timer: NodeJS.Timeout | undefined
  let unwatch: () => void = () => undefined
  const stop = (): void => {
    if (fd < 0) return
    clearTimeout(timer)
    unwatch()
    closeSync(fd)
    fd = -1
  }
  const gone = (): boolean => {
    try {
      // The descriptor is bound to this process, not to its number: a reused pid can't deceive us.
      return isExiting(buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0)))
    } catch {
      return true
    }
  }
  /** Looks now and then, closely while `close` looks are left. */
  const look = (close: number): void => {
    if (fd < 0) return
    clearTimeout(timer)
    if (gone()) {
      stop()
      onExit()
      return
    }
    const watched = close === 0 && watchThread()
    timer = setTimeout(() => look(Math.max(0, close - 1)), close > 0 ? CLOSE_LOOK_MS : watched ? SLOW_POLL_MS : POLL_MS)
  }
  let watching = false
  const watchThread = (): boolean => {
    if (watching) return true
    const ended = (): void => {
      watching = false
      look(CLOSE_LOOKS)
    }
    for (const tid of threadsOf(pid)) {
      const watch = watchThreadExit(tid, ended)
      if (watch === null) return false
      if (watch === 'gone') continue
      unwatch = watch
      watching = true
      return true
    }
    return false
  }
  timer = setTimeout(() => look(0), 0)
  return stop
}

/** Threads but the first, the oldest before the others: they live longest. */
function threadsOf(pid: number): readonly number[] {
  try {
    const all = readdirSync(`/proc/${pid}/task`).map(Number)
    return all.filter((tid) => tid !== pid).toSorted((a, b) => a - b)
  } catch {
    return []
  }
}
