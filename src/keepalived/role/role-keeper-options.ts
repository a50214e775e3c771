import type { MysqlServer, RoleConfig } from '../config/config.ts'
import type { Connection } from '../heartbeat/isolation.ts'
import type { PairLine } from '../heartbeat/pair-line.ts'
import type { ToVrrp } from '../process/messages.ts'
import type { EventKeeperOptions } from './event-keeper.ts'
import type { ChangeContext } from './role-change.ts'
import type { RoleReport } from './role-report.ts'
import type { StateFile } from './state-file.ts'

/** What the keeper of one node's role is given. */
export interface RoleKeeperOptions {
  readonly instance: string
  readonly addresses: readonly string[]
  readonly role: RoleConfig
  readonly server: MysqlServer
  send(message: ToVrrp): void
  log(level: 'info' | 'warn' | 'error', message: string): void
  readonly state: StateFile
  readonly stateDir: string | undefined
  readonly report: Pick<RoleReport, 'round' | 'down'>
  /** SIGKILL to mysqld. @returns '' or why not */
  kill(): string
  /** The server has answered just now. */
  answered(): void
  /** What `pre_promote` says: why not, or null. */
  askVeto(): Promise<string | null>
  /** Is this node connected to anybody? */
  connection(): Connection
  /** To the peer's daemon. */
  readonly line: ChangeContext['line'] &
    EventKeeperOptions['line'] &
    Pick<PairLine, 'peerLives' | 'together' | 'tellAlone'>
}
