import { onLines } from '../lines.ts'
import { goFirst } from '../priority.ts'
import type { FromWriter, ToWriter } from '../protocol.ts'
import { WriterSession } from './session.ts'

/** Commands on stdin, messages on stdout; ends when stdin ends. One command is finished before the next begins, except pings. */
export function writerMain(): void {
  goFirst()
  const say = (message: FromWriter): void => {
    process.stdout.write(`${JSON.stringify(message)}\n`)
  }
  const session = new WriterSession(say)
  let queue: Promise<void> = Promise.resolve()
  onLines(process.stdin, (line) => {
    const message = JSON.parse(line) as ToWriter
    const handle = (): Promise<void> =>
      session.receive(message).catch((error: unknown) => say({ t: 'fatal', message: String(error) }))
    if (message.t === 'ping') void handle()
    else queue = queue.then(handle)
  })
  process.stdout.once('error', () => process.exit(1))
  process.stdin.once('end', () => {
    queue.then(() => session.pause()).finally(() => process.exit(0))
  })
}
