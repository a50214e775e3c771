import { readFileSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Who runs under this pid file, or null. A file that a killed daemon left behind names a process that is gone, or that
 * isn't a keepalived: it doesn't count (keepalived itself refuses to start then).
 */
export function runningAs(path: string): number | null {
  const pid = readPid(path)
  if (pid === null || pid === process.pid) return null
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('keepalived') ? pid : null
  } catch {
    // No such process: the file is stale.
    return null
  }
}

/** @returns '' or why not: a full disk is no reason to leave an address without a daemon */
export function writePidFile(path: string, pid = process.pid): string {
  try {
    writeFileSync(path, `${pid}\n`, { mode: 0o644 })
    return ''
  } catch (error) {
    return `no pid file: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Removes the file when it is ours. */
export function removePidFile(path: string): void {
  if (readPid(path) === process.pid) rmSync(path, { force: true })
}

function readPid(path: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(path, 'utf8'), 10)
    return Number.isInteger(pid) && pid > 0 ? pid : null
  } catch {
    // No file: nobody runs under it.
    return null
  }
}
