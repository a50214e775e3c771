import { readFileSync } from 'node:fs'
import type { GlobalConfig } from '../config/config.ts'

/** Clock ticks a second in /proc (USER_HZ, fixed on Linux). */
const TICKS = 100

/** ms since the host's boot at which a process began, as /proc/PID/stat tells (22nd field; the 2nd may hold spaces). */
export function startedMs(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[19]) / TICKS) * 1000
}

/**
 * ms from now until elections may begin: vrrp_startup_delay after the daemon's start, vrrp_delay_after_boot after the
 * host's. A worker that is started anew later has nothing left to wait for.
 */
export function remainingDelayMs(
  { vrrpStartupDelay, vrrpDelayAfterBoot }: Pick<GlobalConfig, 'vrrpStartupDelay' | 'vrrpDelayAfterBoot'>,
  sinceStartMs: number,
  sinceBootMs: number,
): number {
  return Math.max(0, vrrpStartupDelay * 1000 - sinceStartMs, vrrpDelayAfterBoot * 1000 - sinceBootMs)
}

/** For this worker, whose parent is the daemon's first process. */
export function startDelayMs(global: GlobalConfig): number {
  if (global.vrrpStartupDelay === 0 && global.vrrpDelayAfterBoot === 0) return 0
  const sinceBootMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000
  const startMs = startedMs(readFileSync(`/proc/${process.ppid}/stat`, 'utf8'))
  return remainingDelayMs(global, sinceBootMs - startMs, sinceBootMs)
}
