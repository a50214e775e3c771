import { EchoSocket } from '../linux/echo-socket.ts'
import { SyscallError } from '../linux/native.ts'
import { ipv4Bytes } from '../vrrp/address.ts'

const PING_MS = 200

/** @returns true as soon as any witness answers, false after `ms`. @throws SyscallError without CAP_NET_RAW */
export function untilWitness(witnesses: readonly string[], ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const known = new Set(witnesses)
    const settle = (answered: boolean): void => {
      clearInterval(asking)
      clearTimeout(deadline)
      socket.close()
      resolve(answered)
    }
    const socket = new EchoSocket(process.pid, (from) => {
      if (known.has(from)) settle(true)
    })
    const ask = (): void => {
      for (const witness of witnesses) {
        try {
          socket.send(ipv4Bytes(witness))
        } catch (error) {
          // The network is down: that is what is waited for.
          if (!(error instanceof SyscallError)) throw error
        }
      }
    }
    const asking = setInterval(ask, PING_MS)
    const deadline = setTimeout(() => settle(false), ms)
    ask()
  })
}
