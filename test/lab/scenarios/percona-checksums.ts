import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attempt } from '../../../src/lab/command.ts'
import { inNamespace } from '../../../src/lab/network.ts'
import type { LabHost } from '../../../src/lab/state.ts'
import { tableChecksum } from '../support/percona-toolkit.ts'
import type { Stage } from './stage.ts'

const USER = 'percona'
/** Debian 12's. */
const PROGRAM = '/usr/bin/pt-table-checksum'
/** It finds the standby by the name that the holder's process list has, which only the lab's hosts know. */
const WITH_HOSTS = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'

/** To read all tables, find the standby and look at its lag, and write one session's changes as statements. */
const PRIVILEGES = {
  mysql: 'SELECT, PROCESS, REPLICATION SLAVE, REPLICATION CLIENT, SESSION_VARIABLES_ADMIN',
  mariadb: 'SELECT, PROCESS, REPLICATION SLAVE, BINLOG MONITOR, SLAVE MONITOR, BINLOG ADMIN',
} as const

export interface Verdict {
  /** 0: a standby was found, no difference and no error. 16: at least one difference. */
  readonly code: number | null
  /** Rows looked at, of each table. */
  readonly rows: readonly number[]
  /** Tables with a difference. */
  readonly different: readonly string[]
  readonly said: string
}

/** What a checker says that is not ours and goes through replication: Percona's. */
export async function perconaChecksums(stage: Stage): Promise<Verdict> {
  // Sid's takes a MariaDB that doesn't say so in its version_comment, as Debian 12's, for a MySQL; this machine's does not know MySQL 9.
  const program = stage.dialect.flavour === 'mysql' ? await tableChecksum() : PROGRAM
  const { holder, standby } = await stage.whole()
  const folder = mkdtempSync(join(tmpdir(), 'mmha-percona-'))
  const password = randomBytes(18).toString('base64')
  try {
    const account = join(folder, 'account.cnf')
    writeFileSync(account, `[client]\nuser=${USER}\npassword="${password}"\n`, { mode: 0o600 })
    await stage.sql(
      holder,
      `CREATE USER ${USER}@'%' IDENTIFIED BY '${password}'`,
      `GRANT ${PRIVILEGES[stage.dialect.flavour]} ON *.* TO ${USER}@'%'`,
      `GRANT ALL ON percona.* TO ${USER}@'%'`,
    )
    // It logs in to the standby, too.
    await stage.until('the account has come there', async () =>
      (await stage.sql(standby, `SHOW GRANTS FOR ${USER}@'%'`)).includes('`percona`'),
    )
    const options = [
      '--databases=load_test',
      '--no-check-binlog-format',
      '--recursion-method=processlist',
      '--recurse=1',
    ]
    const command = ['perl', program, ...options, `h=${holder.address},F=${account}`]
    const withHosts = ['unshare', '--mount', 'sh', '-c', WITH_HOSTS, 'sh', join(holder.root, 'etc/hosts'), ...command]
    const { code, stdout, stderr } = await attempt(inNamespace(stage.lab.namespace, withHosts))
    const tables = stdout
      .split('\n')
      .filter((line) => line.includes(' load_test.'))
      .map((line) => line.trim().split(/\s+/))
    return {
      code,
      rows: tables.map((columns) => Number(columns[3])),
      different: tables.filter((columns) => columns[2] !== '0').map((columns) => columns.at(-1) ?? ''),
      said: `${stdout}\n${stderr}`,
    }
  } finally {
    await stage.sql(holder, `DROP USER IF EXISTS ${USER}@'%'`, 'DROP DATABASE IF EXISTS percona')
    rmSync(folder, { recursive: true })
  }
}

/** Changes a row of the standby alone, as an administrator may who goes round everything. */
export async function changeBehindItsBack(stage: Stage, standby: LabHost, statement: string): Promise<void> {
  const open = stage.dialect.can('superReadOnly')
  await stage.sql(
    standby,
    ...(open ? ['SET GLOBAL super_read_only=OFF'] : []),
    'SET sql_log_bin=0',
    statement,
    ...(open ? ['SET GLOBAL super_read_only=ON'] : []),
  )
}
