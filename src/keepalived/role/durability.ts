import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type SqlSession, text } from '../../mysql/sql-session.ts'
import type { LocalServer } from './server.ts'
import { type Loose, STATE_DIR, type StateFile } from './state-file.ts'

/** There while the server that runs was started after one that had not been shut down, and nobody has thought about that. */
const UNCLEAN = 'unclean'
const BOOT_ID = '/proc/sys/kernel/random/boot_id'
/** An operator's SET GLOBAL is known after this at the latest. */
const ASK_EVERY_MS = 1_000

/** Before the server is started. @param unclean its last binary log was open when it ended */
export async function noteEnd(unclean: boolean, stateDir = STATE_DIR): Promise<void> {
  const file = join(stateDir, UNCLEAN)
  if (!unclean) return rm(file, { force: true })
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  await writeFile(file, '', { mode: 0o600 })
}

/**
 * A server that did not force its commits to disk, and ended with the power, has lost the last of them: from InnoDB, from its binary
 * log, or from one of them. With sync_binlog=1 and innodb_flush_log_at_trx_commit=2 its GTIDs say that it has rows that are gone, and
 * no peer sends them again (measured on MySQL 9.7: the same GTIDs, other rows, both threads running). So its GTIDs prove nothing.
 */
export class Durability {
  readonly #state: StateFile
  readonly #stateDir: string
  #server: LocalServer | null = null
  #askedAt = Number.NEGATIVE_INFINITY

  constructor(options: { readonly state: StateFile; readonly stateDir: string | undefined }) {
    this.#state = options.state
    this.#stateDir = options.stateDir ?? STATE_DIR
  }

  /** @returns why this server's GTIDs prove nothing; null: they do. @throws SqlError, and when the disk refuses */
  async look(server: LocalServer, holder: boolean): Promise<string | null> {
    if (this.#server !== server) await this.#weighEnd()
    // What it has now is what clients see.
    if (holder) await this.#state.update({ doubt: null })
    if (this.#server !== server || performance.now() - this.#askedAt > ASK_EVERY_MS) {
      await this.#state.update({ loose: await loosenessOf(server.reader) })
      this.#askedAt = performance.now()
      this.#server = server
    }
    return (await this.#state.read()).doubt
  }

  async #weighEnd(): Promise<void> {
    const file = join(this.#stateDir, UNCLEAN)
    const unclean = await access(file).then(
      () => true,
      () => false,
    )
    if (!unclean) return
    const { loose } = await this.#state.read()
    if (loose !== null && (loose.crash || loose.boot !== (await bootId()))) {
      await this.#state.update({ doubt: doubtOf(loose) })
    }
    await rm(file, { force: true })
  }
}

function doubtOf({ settings }: Loose): string {
  return `it ended without a shutdown while it ran with ${settings}: rows of its last transactions may be missing, whatever its GTIDs say`
}

/** @throws SqlError */
async function loosenessOf(session: SqlSession): Promise<Loose | null> {
  const [row] = await session.query(
    'SELECT @@global.sync_binlog AS sync_binlog, @@global.innodb_flush_log_at_trx_commit AS flush_log',
  )
  const [sync, flush] = [text(row, 'sync_binlog'), text(row, 'flush_log')]
  const settings = [
    ...(sync === '1' ? [] : [`sync_binlog=${sync}`]),
    // 3 is MariaDB's, and forces even more.
    ...(flush === '1' || flush === '3' ? [] : [`innodb_flush_log_at_trx_commit=${flush}`]),
  ]
  return settings.length === 0 ? null : { settings: settings.join(' and '), crash: flush === '0', boot: await bootId() }
}

async function bootId(): Promise<string> {
  return (await readFile(BOOT_ID, 'utf8')).trim()
}
