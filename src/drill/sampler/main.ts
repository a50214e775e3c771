import { release } from 'node:os'
import { instant } from '../clock.ts'
import { onLines } from '../lines.ts'
import { goFirst } from '../priority.ts'
import type { FromSampler, ToSampler } from '../protocol.ts'
import { LocalDatabase } from './database.ts'
import { execute, killExactly } from './process.ts'
import { watchVip } from './vip-watch.ts'

/** Commands on stdin, messages on stdout; ends when stdin ends. */
export function samplerMain(): void {
  goFirst()
  const say = (message: FromSampler): void => {
    process.stdout.write(`${JSON.stringify(message)}\n`)
  }
  let database = new LocalDatabase([], say)
  const handle = (message: ToSampler): void => {
    switch (message.t) {
      case 'ping':
        say({ t: 'pong', id: message.id, ...instant() })
        return
      case 'config':
        database = new LocalDatabase(message.sockets, say)
        say({ t: 'hello', pid: process.pid, node: process.version, kernel: release(), ...instant() })
        watchVip(message.vip, message.vipEvery, say)
        if (message.sockets.length > 0) database.watchWritable(message.writableEvery)
        return
      case 'query':
        database.query(message.id, message.sql)
        return
      case 'kill':
        killExactly(message.id, message.pid, message.names, say)
        return
      case 'exec':
        execute(message.id, message.argv, say)
    }
  }
  onLines(process.stdin, (line) => handle(JSON.parse(line) as ToSampler))
  process.stdout.once('error', () => process.exit(1))
  process.stdin.once('end', () => process.exit(0))
}
