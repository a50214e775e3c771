import { spawn } from 'node:child_process'

/**
 * Starts this program again in the background and waits until it runs, as keepalived without -n.
 * @returns the exit code for the foreground: 0 once the daemon is ready
 */
export function daemonize(words: readonly string[]): Promise<number> {
  const child = spawn(
    process.execPath,
    [...process.execArgv, process.argv[1] ?? '', ...words, '--dont-fork', '--system-log'],
    { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  )
  return new Promise((resolve) => {
    child.on('error', () => resolve(1))
    child.on('exit', (code) => resolve(code ?? 1))
    child.on('message', () => {
      child.disconnect()
      child.unref()
      resolve(0)
    })
  })
}

/** Tells the foreground, where there is one, that the daemon runs. */
export function tellForeground(): void {
  if (process.send === undefined) return
  process.send('ready', () => {
    if (process.connected) process.disconnect()
  })
}
