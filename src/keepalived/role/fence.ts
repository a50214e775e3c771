import { lookup } from 'node:dns/promises'
import { SyscallError } from '../linux/native.ts'
import { destroyTcpSockets, type TcpSocket } from '../linux/socket-diag.ts'
import { addressBytes, sameAddress } from '../vrrp/address.ts'

/**
 * The fence that needs no answer from mysqld: destroys the established sockets of its port on the given addresses, so
 * that a hung server that wakes up has no client left to say OK to. Needs CONFIG_INET_DIAG_DESTROY and CAP_NET_ADMIN.
 * @returns '' when done, else why not
 */
export async function destroyClientSockets(addresses: readonly string[], port: number): Promise<string> {
  const own = addresses.map(addressBytes)
  return destroySockets(
    ({ local, localPort, listening }) => !listening && localPort === port && own.some((one) => sameAddress(one, local)),
    1_000,
  )
}

/** Of the thread that sends adverts. */
const LET_GO_WITHIN_MS = 5

/**
 * Resets what is connected to addresses that are about to go: without them the kernel can't tell the clients any more, who
 * would wait for an answer until their own time-out (300 ms of a planned switch, measured).
 * @returns '' when done, else why not
 */
export function resetConnectionsTo(addresses: readonly Uint8Array[]): string {
  return destroySockets(
    ({ local, listening }) => !listening && addresses.some((one) => sameAddress(one, local)),
    LET_GO_WITHIN_MS,
  )
}

/**
 * Ends the server's connections from a peer that is gone. Without this a replication thread that was sending to it keeps
 * waiting for the network (net_write_timeout, 60 s), and the peer, back meanwhile, is turned away as its own double.
 * @returns '' when done, else why not
 */
export async function endConnectionsFrom(peer: string, port: number): Promise<string> {
  let from: Uint8Array
  try {
    from = addressBytes((await lookup(peer)).address)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return destroySockets(
    ({ remote, localPort, listening }) => !listening && localPort === port && sameAddress(from, remote),
    1_000,
  )
}

/** A server that dies now listens again in 500 ms at the earliest; its sockets must not be taken for the dead one's. */
const HANG_UP_WITHIN_MS = 250

/**
 * Closes a dying server's TCP port for it, listener and connections: the kernel would do that only when it has taken the
 * process's memory apart (130 ms with 0.7 GB, measured), and until then clients, replica and peer wait for an answer
 * that can't come, and new ones are let in to nobody. They get a reset instead.
 * @returns '' when done, else why not
 */
export async function hangUp(port: number): Promise<string> {
  return destroySockets(({ localPort }) => localPort === port, HANG_UP_WITHIN_MS)
}

function destroySockets(which: (socket: TcpSocket) => boolean, budgetMs: number): string {
  try {
    destroyTcpSockets(which, budgetMs)
    return ''
  } catch (error) {
    if (error instanceof SyscallError) return error.message
    throw error
  }
}
