import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { bindUdp } from '../linux/outgoing.ts'
import type { ProbeFault, TcpTarget } from './tcp-probe.ts'

/** What a datagram means to who has asked; `undefined`: nothing, the answer is still to come. */
type Judge = (answer: Uint8Array) => ProbeFault | undefined

/** null: silence is good once the time is over. */
type OnSilence = (seconds: number) => ProbeFault

/**
 * Sends one datagram from a port of its own and waits for what `judge` takes as an answer. A refusal (ICMP) fails at once.
 * Never rejects; `signal` cuts it off, as a failure.
 */
export function exchange(
  target: TcpTarget,
  request: Uint8Array,
  judge: Judge,
  signal: AbortSignal,
  onSilence: OnSilence = (seconds) => `no answer for ${seconds} s`,
): Promise<ProbeFault> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(target.host) ? 'udp6' : 'udp4')
    let settled = false
    const settle = (fault: ProbeFault) => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      signal.removeEventListener('abort', cut)
      socket.close()
      resolve(fault)
    }
    const fail = (error: NodeJS.ErrnoException) => settle(error.code ?? error.message)
    const cut = () => settle('cut off')
    const timer = setTimeout(() => settle(onSilence(target.timeoutMs / 1000)), target.timeoutMs)
    signal.addEventListener('abort', cut, { once: true })
    // It may fail again after it was settled; a listener must stay.
    socket.on('error', fail)
    socket.on('message', (answer) => {
      const fault = judge(answer)
      if (fault !== undefined) settle(fault)
    })
    const bound = () => {
      if (settled) return
      // Only a connected socket hears of refusals, and takes datagrams from nobody else. A failed connect is an `error`.
      socket.connect(target.port, target.host)
      socket.once('connect', () => {
        if (!settled) socket.send(request, (error) => error !== null && fail(error))
      })
    }
    try {
      bindUdp(socket, target.host, target.source, bound)
    } catch (error) {
      settle(error instanceof Error ? error.message : String(error))
    }
    if (signal.aborted) cut()
  })
}
