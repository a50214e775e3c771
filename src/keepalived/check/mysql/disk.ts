import { statfs } from 'node:fs/promises'
import { sharedWake } from '../shared-wake.ts'

const MIB = 1024 * 1024
const LOOK_MS = 5_000

export interface DiskOptions {
  /** The server's data directory. */
  readonly path: string
  /** MiB */
  readonly reserve: number
  /** On changes; `free` in MiB. */
  onChange(full: boolean, free: number): void
}

/** Once full it counts as full until there is half as much again: a disk at the brink must not say so twice a second. */
export function isFull(freeMib: number, reserve: number, wasFull: boolean): boolean {
  return freeMib < (wasFull ? reserve * 1.5 : reserve)
}

/**
 * Looks at the file system of the data directory every 5 s. `SELECT 1` succeeds while the disk is full, and mysqld may
 * wait for space for ever. A look that hangs with the disk is not repeated.
 * @returns stops looking
 */
export function watchDisk({ path, reserve, onChange }: DiskOptions): () => void {
  let stopped = false
  let full = false
  let cancel = (): void => undefined
  const look = async (): Promise<void> => {
    try {
      const { bavail, bsize } = await statfs(path)
      const free = Math.floor((bavail * bsize) / MIB)
      const now = isFull(free, reserve, full)
      if (now !== full && !stopped) onChange(now, free)
      full = now
    } catch {
      // Not there, or not for us to see: the write probe tells more.
    }
    if (!stopped) cancel = sharedWake.after(LOOK_MS, () => void look())
  }
  void look()
  return () => {
    stopped = true
    cancel()
  }
}
