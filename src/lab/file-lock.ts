import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'

export interface FileLock {
  /** Removes the lock file and lets go. */
  release(): Promise<void>
}

// The holder's stdin is our pipe: however we die, it ends and the lock is free. The file may have been removed by the
// one who held it before, so that it is looked at again once it is locked.
const HOLDER = `
while :; do
  exec 9>>"$1"
  flock --wait "$2" 9 || { echo "busy $(cat "$1" 2>/dev/null)"; exit 0; }
  [ "/proc/self/fd/9" -ef "$1" ] && break
done
echo "$PPID" >"$1"
echo held
exec cat >/dev/null
`

/**
 * Takes an exclusive lock on a file; waits at most `wait` seconds.
 * @returns the lock, or the process id (as text) of the one who holds it.
 */
export function lockFile(path: string, wait: number): Promise<FileLock | string> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // In a session of its own: Ctrl-C must not take the lock away while its owner still clears up.
  const holder = spawn('sh', ['-c', HOLDER, 'lock', path, String(wait)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  holder.stdin.on('error', () => undefined)
  const gone = new Promise<void>((done) => holder.once('exit', () => done()))
  return new Promise((done, fail) => {
    holder.once('error', fail)
    createInterface({ input: holder.stdout }).once('line', (line) => {
      if (line !== 'held') return done(line.replace('busy ', ''))
      done({
        release: () => {
          rmSync(path, { force: true })
          holder.stdin.end()
          return gone
        },
      })
    })
  })
}
