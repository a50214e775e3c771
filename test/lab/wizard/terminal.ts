import { setTimeout as wait } from 'node:timers/promises'
import { run } from './namespaces.ts'

/** A terminal of 120×40 in which a command runs: keys go in, the screen is read. */
export interface TestTerminal {
  screen(): string
  /** Waits until the screen shows this, and gives the screen. */
  shows(text: string | RegExp): Promise<string>
  /** Types text as it is. */
  type(text: string): void
  /** Presses keys by tmux's names: `Enter`, `Down`, `C-c`. */
  press(...keys: readonly string[]): void
  /** Waits for the command's end and gives its exit code. */
  ended(): Promise<number>
  close(): void
}

const POLL_MS = 50
const PATIENCE_MS = 60_000

/** tmux itself tells a dead pane's status only sometimes. Ctrl-C must not end the wrapper; cat keeps the screen. */
const WRAPPER = `trap : INT; "$0" "$@"; printf '\\n[exit status %d]\\n' $?; exec cat`

/**
 * @param socket file of an own tmux server, in a folder that goes away
 * @param prefix words before tmux: the namespace to run in
 */
export function openTerminal(
  socket: string,
  prefix: readonly string[],
  command: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): TestTerminal {
  const tmux = (...args: readonly string[]) => run('tmux', ['-S', socket, ...args])
  const [program = 'tmux', ...rest] = [...prefix, 'tmux', '-S', socket, '-f', '/dev/null', '-u']
  const env = Object.entries(options.env).flatMap(([key, value]) => ['-e', `${key}=${value}`])
  run(program, [
    ...rest,
    ...[
      'new-session',
      '-d',
      '-s',
      'wizard',
      '-x',
      '120',
      '-y',
      '40',
      '-c',
      options.cwd,
      ...env,
      '--',
      '/bin/sh',
      '-c',
      WRAPPER,
      ...command,
    ],
  ])
  const screen = () => tmux('capture-pane', '-p', '-t', 'wizard')
  const eventually = async <T>(what: string, look: () => T | null): Promise<T> => {
    const deadline = Date.now() + PATIENCE_MS
    for (;;) {
      const found = look()
      if (found !== null) return found
      if (Date.now() > deadline) throw new Error(`${what}, not within ${PATIENCE_MS} ms. The screen:\n${screen()}`)
      await wait(POLL_MS)
    }
  }
  return {
    screen,
    shows: (text) =>
      eventually(`the screen shows ${text}`, () => {
        const seen = screen()
        return (typeof text === 'string' ? seen.includes(text) : text.test(seen)) ? seen : null
      }),
    type: (text) => void tmux('send-keys', '-t', 'wizard', '-l', '--', text),
    press: (...keys) => void tmux('send-keys', '-t', 'wizard', ...keys),
    ended: () =>
      eventually('the command has ended', () => {
        const status = /^\[exit status (\d+)\]$/m.exec(screen())?.[1]
        return status === undefined ? null : Number(status)
      }),
    close: () => void run('tmux', ['-S', socket, 'kill-server'], false),
  }
}
