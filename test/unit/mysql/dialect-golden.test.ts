import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { replicationPrivileges, rolePrivileges } from '../../../src/mysql/account.ts'
import { changeSource, placeByGtid, placeInRelayLog } from '../../../src/mysql/channel.ts'
import { dialectOf, TELLING_COUNTERS, TELLING_VARIABLES } from '../../../src/mysql/dialect.ts'
import { insertEpoch } from '../../../src/mysql/epoch.ts'
import { waitFor } from '../../../src/mysql/promotion.ts'
import { pairSettings } from '../../../src/mysql/settings.ts'
import { readExecuted } from '../../../src/mysql/snapshot.ts'
import type { SqlSession } from '../../../src/mysql/sql-session.ts'
import { maskedSql } from '../../../src/mysql/sql-text.ts'

const VARIABLES = TELLING_VARIABLES.filter((name) => !['gtid_domain_id', 'slave_parallel_threads'].includes(name))

/**
 * One of each capability set. The lab runs 9.7, 10.11 and 11.8; 5.7, 8.0 and 8.4 stand as their manuals have them. Two never were:
 * they are known by what they show.
 */
const SERVERS: readonly (readonly [name: string, version: string, shown: readonly string[] | null])[] = [
  ['5.7.44-log', '5.7.44-log', null],
  ['8.0.36', '8.0.36', null],
  ['8.4.6', '8.4.6', null],
  ['9.7.4', '9.7.4', null],
  ['10.11.19-MariaDB', '10.11.19-MariaDB', null],
  ['11.8.6-MariaDB', '11.8.6-MariaDB', null],
  ['5.7.99-ported-back', '5.7.99', [...VARIABLES, ...TELLING_COUNTERS]],
  ['9.9.0-old-words', '9.9.0', ['Com_select', 'super_read_only', 'gtid_mode', 'binlog_format', 'admin_address']],
]

const CHANNEL = { host: '10.0.0.2', port: 3306, user: 'repl', connectRetry: 1, heartbeat: 2 }

/** What these functions would send. */
async function sent(ask: (session: SqlSession) => Promise<unknown>): Promise<string> {
  let last = ''
  await ask({
    query: (sql) => {
      last = sql
      return Promise.resolve([])
    },
    close: () => undefined,
  })
  return last
}

describe('all that is said to a server', () => {
  it.each(SERVERS)('%s', async (name, version, shown) => {
    const dialect = dialectOf(version, '', shown)
    const change = (position: 'gtid' | { file: string; position: number }, tls: boolean) =>
      maskedSql(changeSource(dialect, { ...CHANNEL, password: new Secret('x'), position, tls }))
    const settings = pairSettings(dialect, {
      index: 0,
      address: '10.0.0.1',
      port: 3306,
      mode: 'gtid',
      semiSyncTimeout: 1000,
    })
    const lines = [
      ...Object.entries(dialect.statement).map(([intention, statement]) => `${intention}: ${statement}`),
      ...Object.values(dialect.column).map((column) => `column ${column}`),
      ...Object.values(dialect.variable).map((variable) => `variable ${variable}`),
      ...Object.values(dialect.semiSync).map((name) => `semi-sync ${String(name)}`),
      change('gtid', true),
      change({ file: 'binlog.000001', position: 4 }, false),
      placeByGtid(dialect),
      placeInRelayLog(dialect, { file: 'relay.000001', position: 4 }),
      insertEpoch(dialect, { forced: false, reason: 'a test' }),
      await sent((session) => waitFor(session, dialect, '0-1-2', 1000)),
      await sent((session) => readExecuted(session, dialect)),
      `replication account: ${replicationPrivileges(dialect).join(', ')}`,
      `role account: ${rolePrivileges(dialect).join(', ')}`,
      ...settings.map(({ name, value }) => `${name} = ${value}`),
    ]
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`../../golden/dialect/${name}.txt`)
  })
})
