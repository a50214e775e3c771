import type { Source } from '../config/source.ts'
import { dropTcp, openTcp } from '../linux/outgoing.ts'

export interface TcpTarget {
  readonly host: string
  readonly port: number
  readonly source: Source
  /** ms */
  readonly timeoutMs: number
}

/** null: a connection was made; otherwise why not, in a few words. */
export type ProbeFault = string | null

/** Makes a TCP connection and drops it at once. Never rejects. `signal` cuts it off, as a failure. */
export function probeTcp(target: TcpTarget, signal: AbortSignal): Promise<ProbeFault> {
  return new Promise((resolve) => {
    const socket = openTcp(target.host, target.port, target.source)
    const settle = (fault: ProbeFault) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', cut)
      dropTcp(socket, target.source)
      resolve(fault)
    }
    const cut = () => settle('cut off')
    const timer = setTimeout(() => settle(`no answer for ${target.timeoutMs / 1000} s`), target.timeoutMs)
    signal.addEventListener('abort', cut, { once: true })
    socket.once('connect', () => settle(null))
    // It may fail again after it was settled; a listener must stay.
    socket.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message))
  })
}
