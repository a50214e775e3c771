import { createConnection } from 'node:net'
import type { ControlAnswer, ControlRequest, EventsRequest } from './control-server.ts'

/** Prints events as they come. @returns false when no daemon listens there */
export function streamEvents(path: string, request: EventsRequest, to: NodeJS.WritableStream): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`))
    socket.on('data', (chunk) => to.write(chunk))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(false)
      else reject(error)
    })
    socket.on('end', () => resolve(true))
    // Whoever reads has had enough.
    to.on('error', () => socket.destroy())
    socket.on('close', () => resolve(true))
  })
}

/** ms for an answer. A leave that is at work has its deadlines, a reload its checks; what takes longer hangs. */
const PATIENCE_MS = 60_000

/** Asks the daemon on this host. @returns null when no daemon listens there, 'silent' when one does and says nothing */
export function askDaemon(
  path: string,
  request: ControlRequest,
  patienceMs = PATIENCE_MS,
): Promise<ControlAnswer | 'silent' | null> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    let text = ''
    const timer = setTimeout(() => {
      resolve('silent')
      socket.destroy()
    }, patienceMs)
    socket.on('close', () => clearTimeout(timer))
    socket.setEncoding('utf8')
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`))
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(null)
      else reject(error)
    })
    socket.on('end', () => {
      // It ended without a word: the daemon died meanwhile, which is as good as not there.
      resolve(text === '' ? null : (JSON.parse(text) as ControlAnswer))
    })
  })
}
