import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { watchThreadExit } from '../linux/pidfd.ts'
import { sharedWake } from './shared-wake.ts'

/** From linux/sched.h: the process is being torn down. */
const PF_EXITING = 0x4
const POLL_MS = 10
/** While a thread is watched: in case that one can't end, waiting for a disk, and for who wants to know its state. */
export const LOOK_MS = 200
/** So long where nothing was noticed, or a bit less, with what wakes the process anyway. */
const AT_EASE_MS = 500
/** A thread that ended says that the process may be dying: its first thread follows within a few of these. */
const CLOSE_LOOKS = 5
const CLOSE_LOOK_MS = 1

/**
 * Is the process leaving, as /proc/PID/stat tells (flags are the 9th field; the 2nd may hold spaces and parentheses)?
 * A zombie counts as gone.
 */
export function isExiting(stat: string): boolean {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 7)
  const flags = Number(fields[6])
  return fields[0] === 'Z' || fields[0] === 'X' || (flags & PF_EXITING) !== 0
}

/**
 * Calls `onExit` once when the process begins to die. With a large buffer pool this is long before its sockets close:
 * the kernel takes the memory apart first (4 GB: 10 ms against 270 ms, measured). A killed process's threads are told
 * at once, and those with little to take apart are gone at once: so the end of one is the sign to look. Where the kernel
 * can't watch threads, and after the last of them, the process is looked at every 10 ms.
 * @param onLook /proc/PID/stat of a process that lives, every LOOK_MS of those that we were let run ourselves, or
 * every AT_EASE_MS where it says false: nothing was noticed
 * @returns stops watching; null when there is no such process
 */
export function watchProcess(
  pid: number,
  onExit: () => void,
  onLook: (stat: string) => boolean = () => false,
): (() => void) | null {
  let fd: number
  try {
    fd = openSync(`/proc/${pid}/stat`, 'r')
  } catch {
    return null
  }
  const buffer = Buffer.alloc(1024)
  let cancel = (): void => undefined
  let unwatch: () => void = () => undefined
  const stop = (): void => {
    if (fd < 0) return
    cancel()
    unwatch()
    closeSync(fd)
    fd = -1
  }
  /** null: gone. */
  const read = (): string | null => {
    try {
      // The descriptor is bound to this process, not to its number: a reused pid can't deceive us.
      return buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0))
    } catch {
      return null
    }
  }
  let waited = 0
  let noticed = false
  /** Looks now and then, closely while `close` looks are left. @param after ms that it has waited */
  const look = (close: number, after: number): void => {
    if (fd < 0) return
    cancel()
    const stat = read()
    if (stat === null || isExiting(stat)) {
      stop()
      onExit()
      return
    }
    waited += after
    if (waited >= LOOK_MS) {
      waited = 0
      noticed = onLook(stat)
    }
    const watched = close === 0 && watchThread()
    if (fd < 0) return
    const ms = close > 0 ? CLOSE_LOOK_MS : watched ? LOOK_MS : POLL_MS
    const next = (): void => look(Math.max(0, close - 1), ms)
    if (watched && !noticed) cancel = sharedWake.after(AT_EASE_MS, next)
    else {
      const timer = setTimeout(next, ms)
      cancel = () => clearTimeout(timer)
    }
  }
  let watching = false
  const watchThread = (): boolean => {
    if (watching) return true
    const ended = (): void => {
      watching = false
      look(CLOSE_LOOKS, 0)
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
  const timer = setTimeout(() => look(0, 0), 0)
  cancel = () => clearTimeout(timer)
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
