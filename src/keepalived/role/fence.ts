import { spawn } from 'node:child_process'
import { closeForWrites } from '../../mysql/demotion.ts'
import { readCredentials } from '../../mysql/option-file.ts'
import { releaseStatements } from '../../mysql/semi-sync.ts'
import { identify } from '../../mysql/snapshot.ts'
import type { Config, MysqlServer, VrrpInstance } from '../config/config.ts'
import { openLocal } from './server.ts'
import { StateFile } from './state-file.ts'

const DEADLINE_MS = 3_000

/**
 * Closes the local database of every instance with a role: for ExecStopPost, when no daemon is left to do it.
 * Never throws, never takes longer than 3 s; a server that is down is closed already, its option file says read_only.
 */
export async function fenceLocal(config: Config): Promise<void> {
  const servers = config.instances.flatMap((instance) => {
    const server = config.mysqlServers.find(({ name }) => name === instance.role?.mysql)
    return server === undefined ? [] : [{ instance, server }]
  })
  await Promise.all(servers.map((one) => withinDeadline(close(one.instance, one.server))))
}

async function close(instance: VrrpInstance, server: MysqlServer): Promise<void> {
  const credentials = await readCredentials(server.credentials)
  const actor = await openLocal(server, credentials)
  const reader = await openLocal(server, credentials)
  try {
    const dialect = await identify(reader)
    const users = [credentials.user]
    if (instance.role !== null) users.push((await readCredentials(instance.role.peer.credentials)).user)
    // Commits that wait for a lost peer would keep the server open: let them go, and say so on disk first.
    const letGo = async (): Promise<void> => {
      await new StateFile().update({ enforced: false })
      for (const statement of releaseStatements(dialect)) await reader.query(statement)
    }
    const timer = setTimeout(() => void letGo().catch(() => undefined), DEADLINE_MS / 3)
    await closeForWrites(actor, reader, dialect, users)
    clearTimeout(timer)
  } finally {
    actor.close()
    reader.close()
  }
}

async function withinDeadline(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DEADLINE_MS)
  })
  await Promise.race([work.catch(() => undefined), late])
  clearTimeout(timer)
}

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
