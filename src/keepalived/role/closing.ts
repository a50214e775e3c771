import { releaseStatements } from '../../mysql/semi-sync.ts'
import { destroyClientSockets } from './fence.ts'
import type { LocalServer } from './server.ts'
import type { StateFile } from './state-file.ts'

/** How it ended: clients' sessions ended, or why it is not closed. */
export type Closing =
  | { readonly ended: number }
  /** `waiting`: commits that nobody was told OK for wait for the standby, and keep the server open. */
  | { readonly failure: string; readonly waiting: boolean }

export interface ClosingOptions {
  /** The VIPs. */
  readonly addresses: readonly string[]
  readonly port: number
  /** A commit that waits for a lost peer's acknowledgement would keep the server open for ever: after this it is looked for. */
  readonly patienceMs: number
  readonly deadlineMs: number
  /**
   * Such commits. `let-go`: they are, which is written on disk first; their clients' sockets are destroyed before that,
   * but one that is not on the VIP may be told OK. `give-up`: they are left waiting, and the server is not closed.
   */
  readonly waiting: 'let-go' | 'give-up'
  /** See `CloseOptions`. */
  readonly sessionsLater?: boolean
}

/** A commit takes a few milliseconds with a standby that answers. */
const SETTLE_MS = 30

/** Closes the server for writes and ends its clients, within the deadline or not at all. */
export async function closeInTime(server: LocalServer, state: StateFile, options: ClosingOptions): Promise<Closing> {
  const letGo = async (): Promise<void> => {
    await state.update({ enforced: false })
    await destroyClientSockets(options.addresses, options.port)
    for (const statement of releaseStatements(server.dialect)) await server.reader.query(statement)
  }
  const giveUp = async (): Promise<Closing | null> => {
    const waiting = (await server.snapshot()).semiSync?.waitSessions ?? 0
    if (waiting === 0 || !(await state.read()).enforced) return null
    return { failure: `${waiting} commits wait for the standby`, waiting: true }
  }
  let patience: NodeJS.Timeout | undefined
  let deadline: NodeJS.Timeout | undefined
  let lettingGo: Promise<void> | undefined
  const late = new Promise<Closing>((resolve) => {
    patience = setTimeout(() => {
      if (options.waiting === 'let-go') lettingGo = letGo().catch(() => undefined)
      else
        giveUp().then(
          (given) => given !== null && resolve(given),
          () => undefined,
        )
    }, options.patienceMs)
    const failure = `not closed within ${options.deadlineMs} ms`
    deadline = setTimeout(() => resolve({ failure, waiting: false }), options.deadlineMs)
  })
  const { deadlineMs: waitMs, sessionsLater = false } = options
  const settleMs = options.waiting === 'give-up' || sessionsLater ? SETTLE_MS : 0
  const closed = server.close({ waitMs, settleMs, sessionsLater }).then(
    (ended): Closing => ({ ended }),
    (error): Closing => ({ failure: error instanceof Error ? error.message : String(error), waiting: false }),
  )
  const outcome = await Promise.race([closed, late])
  clearTimeout(patience)
  clearTimeout(deadline)
  await lettingGo
  return outcome
}
