import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EventStates } from '../../mysql/events.ts'

export const STATE_DIR = '/var/lib/mmha'

/** What must outlive the daemon and the power. */
export interface RoleState {
  /** MySQL: server_uuid; MariaDB: server_id. '' before the server was first seen. */
  readonly origin: string
  /** Absolute path of the binlog index file; '' when unknown. */
  readonly binlogIndex: string
  /**
   * While true, no client had an OK for a transaction that the peer did not have. Written as false *before* the daemon
   * lets commits go without the peer, and as true only once everything from before is on the peer.
   */
  readonly enforced: boolean
  /** The channel was taken off GTIDs to apply a relay log that would have been thrown away, and is not back yet. */
  readonly replaying: boolean
  /** Why this server must not be promoted; survives restarts, until a comparison with the peer clears it. */
  readonly quarantine: { readonly standing: 'diverged' | 'rolled-back'; readonly why: string } | null
  /** What the running server does not force to disk with a commit; null: nothing. */
  readonly loose: Loose | null
  /** Why this server may lack rows of transactions that it counts as its own; until it serves, or gets a copy. */
  readonly doubt: string | null
  /** Which events were on, as the holder's daemon said last. */
  readonly events: EventStates | null
}

export interface Loose {
  /** `innodb_flush_log_at_trx_commit=2` */
  readonly settings: string
  /** Its process's death is enough to lose something; else it takes the host's. */
  readonly crash: boolean
  /** The kernel's boot_id. */
  readonly boot: string
}

const INITIAL: RoleState = {
  origin: '',
  binlogIndex: '',
  enforced: false,
  replaying: false,
  quarantine: null,
  loose: null,
  doubt: null,
  events: null,
}

/** One small JSON file, replaced atomically and forced to disk before `update` returns. */
export class StateFile {
  readonly #path: string
  #state: RoleState | null = null
  /** One change after the other. */
  #line: Promise<void> = Promise.resolve()

  constructor(dir: string = STATE_DIR) {
    this.#path = join(dir, 'role.json')
  }

  /** A missing or broken file is the initial state: nothing promised. */
  async read(): Promise<RoleState> {
    if (this.#state === null) this.#state = { ...INITIAL, ...(await this.#stored()) }
    return this.#state
  }

  /** Writes only when something changes. @throws when the disk refuses: then what depends on it must not be done */
  update(change: Partial<RoleState>): Promise<void> {
    const turn = this.#line.then(() => this.#write(change))
    this.#line = turn.catch(() => undefined)
    return turn
  }

  async #write(change: Partial<RoleState>): Promise<void> {
    const before = await this.read()
    const after = { ...before, ...change }
    if (JSON.stringify(after) === JSON.stringify(before)) return
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    const draft = `${this.#path}.new`
    const file = await open(draft, 'w', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(after)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, this.#path)
    const dir = await open(dirname(this.#path), 'r')
    try {
      await dir.sync()
    } finally {
      await dir.close()
    }
    this.#state = after
  }

  async #stored(): Promise<Partial<RoleState>> {
    try {
      const parsed: unknown = JSON.parse(await readFile(this.#path, 'utf8'))
      return typeof parsed === 'object' && parsed !== null ? parsed : {}
    } catch {
      return {}
    }
  }
}
