import { getPriority, setPriority } from 'node:os'
import { askDaemon, streamEvents } from './control-client.ts'
import type { ControlAnswer, ControlRequest, EventsRequest } from './control-server.ts'

const EXIT_FAILED = 1
const EXIT_REFUSED = 5
const ASKER_NICE = 10

/** Asks the running daemon and prints its answer: data to stdout, the rest to stderr. @returns the exit code */
export async function runCtl(controlSocket: string, request: ControlRequest | EventsRequest): Promise<number> {
  // It only waits. The daemon and the database that it asks go first.
  if (getPriority() < ASKER_NICE) setPriority(ASKER_NICE)
  if (request.command === 'events') {
    const there = await streamEvents(controlSocket, request, process.stdout)
    return there ? 0 : notRunning()
  }
  const answer = await askDaemon(controlSocket, request)
  if (answer === 'silent') {
    say(
      'the daemon has taken the question and does not answer: it hangs. A watchdog of the service manager would end it; see its log',
    )
    return EXIT_FAILED
  }
  if (answer !== null) return print(answer)
  if (request.command !== 'leave') return notRunning()
  // This stands in mysqld's ExecStop: without a daemon there is nothing to leave.
  say('the daemon does not run: nothing to leave')
  return 0
}

function print(answer: ControlAnswer): number {
  if ('status' in answer) process.stdout.write(`${JSON.stringify(answer.status, null, 2)}\n`)
  else if ('maintenance' in answer) process.stdout.write(`maintenance is ${answer.maintenance ? 'on' : 'off'}\n`)
  else if ('text' in answer) process.stdout.write(`${answer.text}\n`)
  else if ('error' in answer) say(answer.error)
  else {
    for (const { instance, ok, reason } of answer.left) {
      process.stderr.write(`(${instance}) ${ok ? 'left' : 'REFUSED'}: ${reason}\n`)
    }
  }
  return answer.ok ? 0 : EXIT_REFUSED
}

function notRunning(): number {
  say('the daemon does not run')
  return EXIT_FAILED
}

function say(text: string): void {
  process.stderr.write(`mmha-keepalived: ${text}\n`)
}
