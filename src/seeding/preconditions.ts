import { EXIT, MmhaError } from '../events/error.ts'
import type { Connection } from '../hosts/connection.ts'
import { type Gathered, gather } from '../hosts/gather.ts'
import type { ServerFacts } from '../hosts/host-facts.ts'
import { askServer, tell } from '../modules/database-probe.ts'
import { FactLines } from '../modules/fact-lines.ts'
import { SQL_FUNCTIONS } from '../modules/mysql-client.ts'
import { serverDialect, shownNames } from '../modules/server-dialect.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { globalPrivileges } from '../mysql/privileges.ts'
import { WHICH_COUNTERS, WHICH_VARIABLES } from '../mysql/snapshot.ts'
import { sqlOn } from './remote.ts'
import { SYSTEM_SCHEMAS } from './schemas.ts'
import type { Pair } from './verify.ts'

export interface Servers {
  readonly dialect: Dialect
  readonly targetDialect: Dialect
  /** The target's. */
  readonly server: ServerFacts
}

/** What a server shows of itself, where it runs. */
const SHOWN = {
  id: 'shown',
  text: `${SQL_FUNCTIONS}${askServer(tell('variables', WHICH_VARIABLES) + tell('counters', WHICH_COUNTERS))}`,
}

function dialectIn({ probes }: Gathered, server: ServerFacts): Dialect {
  return serverDialect(server, { shown: shownNames(new FactLines(probes.get(SHOWN.id) ?? '')) })
}

/** @throws MmhaError (exit 5) where one has no server, or they are of two kinds */
export async function serversOf(source: Connection, target: Connection): Promise<Servers> {
  const [theirs, mine] = await Promise.all([gather(source, [SHOWN]), gather(target, [SHOWN])])
  const refuse = (host: string, message: string, hint: string) =>
    new MmhaError(message, { code: 'NO_SERVER', source: 'user', exit: EXIT.refused, host, hint })
  const { server } = mine.facts
  if (server === null) throw refuse(target.name, 'no database server is installed there', 'mmha provision installs one')
  if (theirs.facts.server === null)
    throw refuse(source.name, 'no database server is installed there', 'name the other host')
  const dialect = dialectIn(theirs, theirs.facts.server)
  const targetDialect = dialectIn(mine, server)
  if (targetDialect.flavour !== dialect.flavour)
    throw refuse(
      target.name,
      `it runs ${server.version}, the source ${theirs.facts.server.version}`,
      'use the same server on both',
    )
  return { dialect, targetDialect, server }
}

/** A copy is of one moment, and CHECKSUM TABLE too, only for InnoDB. @throws MmhaError (exit 5) */
export async function requireInnodb(source: Connection): Promise<void> {
  const rows = await sqlOn(source, 'list the tables', [
    `SELECT TABLE_SCHEMA, TABLE_NAME, ENGINE FROM information_schema.TABLES WHERE TABLE_TYPE='BASE TABLE'
     AND TABLE_SCHEMA NOT IN (${SYSTEM_SCHEMAS}) AND ENGINE<>'InnoDB'`,
  ])
  if (rows.length === 0) return
  const names = rows.slice(0, 5).map(([schema, table, engine]) => `${schema}.${table} (${engine})`)
  throw new MmhaError(`${rows.length} tables are not InnoDB: ${names.join(', ')}`, {
    code: 'NOT_INNODB',
    source: 'user',
    exit: EXIT.refused,
    host: source.name,
    hint: 'no copy of them is consistent while they are written: ALTER TABLE … ENGINE=InnoDB first',
  })
}

/** Settings that the files of both servers are made by. @throws MmhaError (exit 5) */
export async function requireSame({ source, target }: Pair, names: readonly string[]): Promise<void> {
  const question = [`SELECT ${names.map((name) => `@@GLOBAL.${name}`).join(', ')}`]
  const [[theirs = []], [mine = []]] = await Promise.all([
    sqlOn(source, 'read its settings', question),
    sqlOn(target, 'read its settings', question),
  ])
  const at = names.findIndex((_, i) => theirs[i] !== mine[i])
  if (at < 0) return
  throw new MmhaError(`${names[at]} is ${mine[at]}, on ${source.name} ${theirs[at]}`, {
    code: 'OTHER_FILES',
    source: 'user',
    exit: EXIT.refused,
    host: target.name,
    hint: 'nothing was touched; files of the one are nothing to the other; take another way: dump',
  })
}

/** What a copy asks of root on both servers; `GRANT ALL` has it, to root or to a role that its sessions have. */
const PRIVILEGES = ['SELECT', 'INSERT', 'CREATE', 'DROP', 'ALTER', 'TRIGGER', 'EVENT', 'RELOAD', 'CREATE USER', 'SUPER']

/** Else it would be found out in the middle. @throws MmhaError (exit 5) */
export async function requirePrivileges(host: Connection, more: readonly string[]): Promise<void> {
  const rows = await sqlOn(host, 'read the privileges of root', ['SHOW GRANTS'])
  const privileges = globalPrivileges(rows.map(([grant = '']) => grant))
  const lacks = [...PRIVILEGES, ...more].filter((name) => !privileges.has(name))
  if (lacks.length === 0) return
  throw new MmhaError(`root@localhost lacks ${lacks.join(', ')}`, {
    code: 'NO_PRIVILEGE',
    source: 'user',
    exit: EXIT.refused,
    host: host.name,
    hint: `nothing was touched; on ${host.name}: GRANT ALL ON *.* TO root@localhost WITH GRANT OPTION`,
  })
}
