import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
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

export type ControlAnswer =
  | { readonly ok: true; readonly status: DaemonStatus }
  | { readonly ok: boolean; readonly left: readonly { instance: string; ok: boolean; reason: string }[] }
  | { readonly ok: false; readonly error: string }

const LONGEST_REQUEST = 65_536

/** Listens for `ctl`, for root only. @throws the system's error when the socket can't be made */
export async function serveControl(
  path: string,
  answer: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<Server> {
  // The pid file says that no other daemon runs here, so a socket that exists was left behind.
  rmSync(path, { force: true })
  const server = createServer((socket) => serve(socket, answer))
  const before = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
  } finally {
    process.umask(before)
  }
  chmodSync(path, 0o600)
  return server
}

function serve(socket: Socket, answer: (request: ControlRequest) => Promise<ControlAnswer>): void {
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
    respond(text.slice(0, end), answer).then((reply) => socket.end(`${JSON.stringify(reply)}\n`))
  })
}

async function respond(
  line: string,
  answer: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<ControlAnswer> {
  try {
    return await answer(JSON.parse(line) as ControlRequest)
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}
