import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import type { EventLog } from '../observe/event-log.ts'
import type { DaemonStatus } from './status.ts'

export const CONTROL_SOCKET = '/run/mmha-keepalived.sock'

/** One line of JSON asks, one answers. */
export type ControlRequest =
  | { readonly command: 'status' }
  | {
      readonly command: 'leave'
      readonly instance: string | null
      readonly holdDownMs: number
      readonly reason: string
    }
  /** Planned handover of one instance, or of all; answered when the successor is heard. */
  | { readonly command: 'switch'; readonly instance: string | null }
  /** on null: is it on? */
  | { readonly command: 'maintenance'; readonly on: boolean | null }
  /** This node is to hold the instance, or the only one, whatever it may lack; answered when it does. */
  | { readonly command: 'promote'; readonly instance: string | null }
  | { readonly command: 'reload' }

/** Answered by one event a line: the last ones, then with `follow` each new one. */
export interface EventsRequest {
  readonly command: 'events'
  readonly follow: boolean
}

export type ControlAnswer =
  | { readonly ok: true; readonly status: DaemonStatus }
  | { readonly ok: boolean; readonly left: readonly { instance: string; ok: boolean; reason: string }[] }
  | { readonly ok: true; readonly maintenance: boolean }
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly error: string }

const LONGEST_REQUEST = 65_536
const MOST_UNREAD = 1_000_000

/** Listens for `ctl`, for root only. @throws the system's error when the socket can't be made */
export async function serveControl(
  path: string,
  events: EventLog,
  answer: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<Server> {
  // The pid file says that no other daemon runs here, so a socket that exists was left behind.
  rmSync(path, { force: true })
  const server = createServer((socket) => serve(socket, events, answer))
  const before = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
  } finally {
    process.umask(before)
  }
  // A connection that could not be accepted is its asker's affair.
  server.on('error', () => undefined)
  chmodSync(path, 0o600)
  return server
}

function serve(socket: Socket, events: EventLog, answer: (request: ControlRequest) => Promise<ControlAnswer>): void {
  let text = ''
  socket.setEncoding('utf8')
  // The asker is gone: nobody to answer.
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: string) => {
    text += chunk
    if (text.length > LONGEST_REQUEST) socket.destroy()
    const end = text.indexOf('\n')
    if (end < 0) return
    socket.removeAllListeners('data')
    const request = requestOf(text.slice(0, end))
    if (request.command === 'events') tell(socket, events, request as EventsRequest)
    else respond(request as ControlRequest, answer).then((reply) => socket.end(`${JSON.stringify(reply)}\n`))
  })
}

/** What can't be read is a command that nobody knows. */
function requestOf(line: string): { readonly command: unknown } {
  try {
    const request: unknown = JSON.parse(line)
    if (typeof request === 'object' && request !== null && 'command' in request) return request
  } catch {
    // Falls through: it is no JSON.
  }
  return { command: line.slice(0, 100) }
}

function tell(socket: Socket, events: EventLog, { follow }: EventsRequest): void {
  const lines = events.recent.map((event) => `${JSON.stringify(event)}\n`).join('')
  if (follow !== true) {
    socket.end(lines)
    return
  }
  socket.write(lines)
  const end = events.follow((event) => {
    // Who does not read does not fill our memory.
    if (socket.writableLength > MOST_UNREAD) socket.destroy()
    else socket.write(`${JSON.stringify(event)}\n`)
  })
  socket.on('close', end)
  socket.on('end', () => socket.end())
  socket.resume()
}

async function respond(
  request: ControlRequest,
  answer: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<ControlAnswer> {
  try {
    return await answer(request)
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}
