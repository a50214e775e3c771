import { closeSync, constants, openSync, renameSync, rmSync, writeSync } from 'node:fs'

/**
 * Replaces a file in a directory that others may write to, such as /tmp: nobody's link or file is written through, and a
 * reader sees the old text or the new one. @returns '' or why not
 * @param mode keepalived's dumps are for root alone
 */
export function replaceFile(path: string, text: string, mode = 0o600): string {
  const fresh = `${path}.${process.pid}`
  try {
    rmSync(fresh, { force: true })
    const fd = openSync(fresh, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode)
    try {
      writeSync(fd, text)
    } finally {
      closeSync(fd)
    }
    renameSync(fresh, path)
    return ''
  } catch (error) {
    rmSync(fresh, { force: true })
    return error instanceof Error ? error.message : String(error)
  }
}
