import { releaseStatements } from '../../mysql/semi-sync.ts'
import { destroyClientSockets } from './fence.ts'
import type { LocalServer } from './server.ts'
import type { StateFile } from './state-file.ts'

/**
 * Closes the server for writes and ends its clients. A commit that waits for a lost peer's acknowledgement would keep it
 * open for ever: after `patienceMs` such commits are let go, which is written on disk first. Their clients' sockets are
 * destroyed before that: nobody may be told OK for what the successor may lack.
 * @returns number of sessions ended, or why it could not be done within the deadline
 */
export async function closeInTime(
  server: LocalServer,
  state: StateFile,
  options: {
    /** The VIPs. */
    readonly addresses: readonly string[]
    readonly port: number
    readonly patienceMs: number
    readonly deadlineMs: number
  },
): Promise<{ readonly ended: number } | { readonly failure: string }> {
  const letGo = async (): Promise<void> => {
    await state.update({ enforced: false })
    await destroyClientSockets(options.addresses, options.port)
    for (const statement of releaseStatements(server.dialect)) await server.reader.query(statement)
  }
  let lettingGo: Promise<void> | undefined
  const patience = setTimeout(() => {
    lettingGo = letGo().catch(() => undefined)
  }, options.patienceMs)
  let deadline: NodeJS.Timeout | undefined
  const late = new Promise<{ failure: string }>((resolve) => {
    deadline = setTimeout(() => resolve({ failure: `not closed within ${options.deadlineMs} ms` }), options.deadlineMs)
  })
  const closed = server.close(options.deadlineMs).then(
    (ended) => ({ ended }),
    (error) => ({ failure: error instanceof Error ? error.message : String(error) }),
  )
  const outcome = await Promise.race([closed, late])
  clearTimeout(patience)
  clearTimeout(deadline)
  await lettingGo
  return outcome
}
