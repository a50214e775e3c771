import { closeForWrites } from '../../mysql/demotion.ts'
import { readCredentials } from '../../mysql/option-file.ts'
import { releaseStatements } from '../../mysql/semi-sync.ts'
import { identifyAtOnce, readSnapshot } from '../../mysql/snapshot.ts'
import { SqlError } from '../../mysql/sql-session.ts'
import { killServer, readPid } from '../check/mysql/server-process.ts'
import type { Config, MysqlServer, VrrpInstance } from '../config/config.ts'
import { openLocal } from './server.ts'
import { StateFile } from './state-file.ts'

const DEADLINE_MS = 3_000

type Log = (level: 'info' | 'warn' | 'error', message: string) => void

/**
 * Closes the local database of every instance with a role: for ExecStopPost, when no daemon is left to do it. One that
 * does not let itself be closed in time, or hangs, is killed if `on_fence` allows it.
 * Never throws, never takes longer than 3 s for that; a server that is down is closed already, its option file says read_only.
 */
export async function fenceLocal(config: Config, log: Log): Promise<void> {
  const servers = config.instances.flatMap((instance) => {
    const server = config.mysqlServers.find(({ name }) => name === instance.role?.mysql)
    return server === undefined ? [] : [{ instance, server }]
  })
  await Promise.all(
    servers.map(async ({ instance, server }) => {
      if (await closed(instance, server)) {
        await turnOff(server).catch((error: Error) => {
          // Of a server that is down there is nothing to say.
          if (error instanceof SqlError && error.lost) return
          log('warn', `mysql ${server.name}: commits may still wait there for a standby: ${error.message}`)
        })
        return
      }
      if (instance.role?.onFence !== 'kill' || server.pidFile === null) {
        log('error', `mysql ${server.name} could not be closed for writes in time`)
        return
      }
      const pid = await readPid(server.pidFile)
      const complaint = pid === null ? `${server.pidFile} names no process` : killServer(pid)
      if (complaint === '') log('warn', `mysql ${server.name} could not be closed for writes in time: killed`)
      else log('error', `mysql ${server.name} could be neither closed for writes nor killed: ${complaint}`)
    }),
  )
}

/**
 * The source side of a server that has been left in a planned way, for which nobody waits. Later, with the successor waiting for this
 * server, its commits would wait for as long as MySQL takes (1 s), since it acknowledges nothing meanwhile. Where the end was no
 * planned one, what waits must not be let go: the next daemon decides.
 * @throws SqlError, MmhaError (option file), and when the disk refuses
 */
async function turnOff(server: MysqlServer): Promise<void> {
  if ((await new StateFile().read()).enforced) return
  const session = await openLocal(server, await readCredentials(server.credentials))
  try {
    const dialect = await identifyAtOnce(session)
    const { closed, semiSync } = await readSnapshot(session, dialect)
    if (!closed || semiSync?.enabled !== true) return
    for (const statement of releaseStatements(dialect)) await session.query(statement)
  } finally {
    session.close()
  }
}

/** false: neither closed nor down within the deadline, or commits wait that must not be told OK. */
async function closed(instance: VrrpInstance, server: MysqlServer): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), DEADLINE_MS)
  })
  const done = close(instance, server).then(
    (yes) => yes,
    // Nobody there, or not for us: only silence is a server that hangs.
    (error) => !(error instanceof SqlError && (error.code === 'TIMEOUT' || error.code === 'ETIMEDOUT')),
  )
  const outcome = await Promise.race([done, late])
  clearTimeout(timer)
  return outcome
}

async function close(instance: VrrpInstance, server: MysqlServer): Promise<boolean> {
  const credentials = await readCredentials(server.credentials)
  const actor = await openLocal(server, credentials)
  const reader = await openLocal(server, credentials)
  const state = new StateFile()
  try {
    const dialect = await identifyAtOnce(reader)
    const users = [credentials.user]
    if (instance.role !== null) users.push((await readCredentials(instance.role.peer.credentials)).user)
    let timer: NodeJS.Timeout | undefined
    // Commits that wait for a lost peer would keep the server open.
    const waiting = new Promise<boolean>((resolve) => {
      const look = async (): Promise<void> => {
        const { semiSync } = await readSnapshot(reader, dialect)
        if ((semiSync?.waitSessions ?? 0) === 0) return
        if (instance.role?.onFence === 'kill' && server.pidFile !== null && (await state.read()).enforced) {
          resolve(false)
          return
        }
        // Let them go, and say so on disk first.
        await state.update({ enforced: false })
        for (const statement of releaseStatements(dialect)) await reader.query(statement)
      }
      timer = setTimeout(() => void look().catch(() => undefined), DEADLINE_MS / 3)
    })
    const closing = closeForWrites(actor, reader, dialect, users, { waitMs: DEADLINE_MS }).then(() => true)
    const outcome = await Promise.race([closing, waiting])
    closing.catch(() => undefined)
    clearTimeout(timer)
    return outcome
  } finally {
    actor.close()
    reader.close()
  }
}
