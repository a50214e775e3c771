import { dropTcp, openTcp } from '../linux/outgoing.ts'
import { SmtpDialogue, type Turn } from './smtp-dialogue.ts'
import type { ProbeFault, TcpTarget } from './tcp-probe.ts'

/**
 * Greets a mail server and takes leave. `timeoutMs` holds for the connection, and again for the whole talk. Never rejects; `signal`
 * cuts it off, as a failure.
 */
export function probeSmtp(target: TcpTarget, heloName: string, signal: AbortSignal): Promise<ProbeFault> {
  return new Promise((resolve) => {
    const socket = openTcp(target.host, target.port, target.source)
    const dialogue = new SmtpDialogue(heloName)
    const late = (what: string) =>
      setTimeout(() => settle(`${what} for ${target.timeoutMs / 1000} s`), target.timeoutMs)
    let timer = late('no connection')
    const settle = (fault: ProbeFault) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', cut)
      socket.removeAllListeners('data')
      dropTcp(socket, target.source)
      resolve(fault)
    }
    const cut = () => settle('cut off')
    const follow = (turn: Turn) => {
      if ('send' in turn) socket.write(turn.send)
      else if ('done' in turn) settle(null)
      else if ('fault' in turn) settle(turn.fault)
    }
    signal.addEventListener('abort', cut, { once: true })
    socket.once('connect', () => {
      clearTimeout(timer)
      timer = late('no whole answer')
    })
    socket.on('data', (bytes: Buffer) => follow(dialogue.take(bytes)))
    socket.once('end', () => follow(dialogue.end()))
    // It may fail again after it was settled; a listener must stay.
    socket.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message))
    if (signal.aborted) cut()
  })
}

/** All hosts of a check, one after the other; the first that fails decides. */
export async function probeMailHosts(
  targets: readonly TcpTarget[],
  heloName: string,
  signal: AbortSignal,
): Promise<ProbeFault> {
  for (const target of targets) {
    const fault = await probeSmtp(target, heloName, signal)
    if (fault !== null) return targets.length === 1 ? fault : `${target.host}:${target.port}: ${fault}`
  }
  return null
}
