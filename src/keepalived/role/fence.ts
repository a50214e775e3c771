import { spawn } from 'node:child_process'

/**
 * The fence that needs no answer from mysqld: destroys the established sockets of its port on the given addresses, so
 * that a hung server that wakes up has no client left to say OK to. Needs CONFIG_INET_DIAG_DESTROY and CAP_NET_ADMIN.
 * @returns '' when done, else why not
 */
export function destroyClientSockets(addresses: readonly string[], port: number): Promise<string> {
  const filter = addresses.flatMap((address, i) => [...(i === 0 ? [] : ['or']), 'src', address])
  return destroySockets(['state', 'connected', '(', ...filter, ')', 'and', 'sport', '=', `:${port}`], 1_000)
}

/**
 * Ends the server's connections from a peer that is gone. Without this a replication thread that was sending to it keeps
 * waiting for the network (net_write_timeout, 60 s), and the peer, back meanwhile, is turned away as its own double.
 * @returns '' when done, else why not
 */
export function endConnectionsFrom(peer: string, port: number): Promise<string> {
  return destroySockets(['state', 'connected', 'dst', peer, 'and', 'sport', '=', `:${port}`], 1_000)
}

/** A server that dies now listens again in 500 ms at the earliest; its sockets must not be taken for the dead one's. */
const HANG_UP_WITHIN_MS = 250

/**
 * Closes a dying server's TCP port for it, listener and connections: the kernel would do that only when it has taken the
 * process's memory apart (130 ms with 0.7 GB, measured), and until then clients, replica and peer wait for an answer
 * that can't come, and new ones are let in to nobody. They get a reset instead.
 * @returns '' when done, else why not
 */
export function hangUp(port: number): Promise<string> {
  return destroySockets(['-a', 'sport', '=', `:${port}`], HANG_UP_WITHIN_MS)
}

function destroySockets(which: readonly string[], timeout: number): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('ss', ['-K', '-t', ...which], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout,
      killSignal: 'SIGKILL',
    })
    let complaint = ''
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString()
    })
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code) => resolve(code === 0 ? complaint.trim() : complaint.trim() || `ss ended with ${code}`))
  })
}
