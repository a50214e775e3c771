import type { Dialect } from '../../mysql/dialect.ts'
import { holders } from '../../mysql/privileges.ts'
import { wantedSettings } from '../mysql-config-settings.ts'
import { sameValue } from '../mysql-value.ts'
import { type Context, dialectHere, sayOf, some } from './context.ts'
import type { CloseFacts } from './facts.ts'
import type { Finding } from './finding.ts'

/** Our own, and what the installation made for the administrator of the host. */
const ADMINISTRATORS = /^'(root|mysql|mariadb\.sys|mysql\.\w+|debian-sys-maint|mmha_role)'@'localhost'$/

/** MariaDB ≥ 10.11: what is granted to PUBLIC. */
const EVERYBODY = "'PUBLIC'@''"

/** s; a peer that was away for longer can't catch up. */
const DAY = 86_400

/** What of a host's server, its settings and its data stands in the way. Pure. */
export function serverFindings(context: Context): readonly Finding[] {
  const { mine, facts } = context
  const dialect = dialectHere(context)
  if (facts.server === null || dialect === null) return []
  const say = sayOf(context)
  if (mine.server === 'denied') {
    const todo = 'put user and password of an administrator into /root/.my.cnf (mode 0600) under [client]'
    return [say('blocks', 'ROOT_DENIED', 'root may not log in to the database over its socket', todo)]
  }
  if (mine.server === 'down') {
    const todo = `systemctl start ${facts.server.unit}; journalctl -u ${facts.server.unit}`
    return [say('warns', 'SERVER_SILENT', 'its server does not answer: nothing of its data was looked at', todo)]
  }
  const { close } = mine
  if (close === null) return []
  return [
    ...tables(context, close),
    ...accounts(context, close, dialect),
    ...drift(context, close),
    ...persisted(context, close, dialect),
    ...events(context, close),
    ...connections(context, close, dialect),
    ...coldLogins(context, close),
    ...expiry(context, close),
  ]
}

function tables(context: Context, close: CloseFacts): Finding[] {
  const say = sayOf(context)
  const found: Finding[] = []
  const { withoutKey, otherEngine } = close
  if (withoutKey === null || otherEngine === null) {
    const todo = 'look yourself: SELECT … FROM information_schema.TABLES; the server took longer than 20 s'
    found.push(say('warns', 'NO_PRIMARY_KEY', 'whether all tables have a primary key could not be found out', todo))
  }
  if (withoutKey !== null && withoutKey.length > 0) {
    const todo = `ALTER TABLE ${withoutKey[0]} ADD PRIMARY KEY (…): each row that changes is looked for in the whole table`
    found.push(say('warns', 'NO_PRIMARY_KEY', `without a primary key: ${some(withoutKey)}`, todo))
  }
  if (otherEngine !== null && otherEngine.length > 0) {
    const table = otherEngine[0]?.replace(/ \(.*$/, '')
    const todo = `ALTER TABLE ${table} ENGINE=InnoDB: what a crash cuts off is half in such a table, and not in the log`
    found.push(say('warns', 'NOT_INNODB', `not InnoDB: ${some(otherEngine)}`, todo))
  }
  return found
}

function accounts(context: Context, close: CloseFacts, dialect: Dialect): Finding[] {
  const bypass = dialect.readOnlyBypass
  const all = holders(
    close.privileges.map(({ account, privilege }) => ({ account, name: privilege })),
    close.roleMembers.map(({ account, role }) => ({ account, name: role })),
    (account) => account.endsWith("'@''") && account !== EVERYBODY,
  )
  const names = all.filter(({ account, privilege }) => bypass.includes(privilege) && !ADMINISTRATORS.test(account))
  if (names.length === 0) return []
  const who = [...new Set(names.map(({ account }) => account))]
  const todo = names.slice(0, 5).map(({ account, privilege, role }) => {
    const from = role ?? account
    const name = from.endsWith("'@''") ? from.slice(0, -3) : from
    return `REVOKE ${privilege} ON *.* FROM ${name}${role === null ? '' : `, a role of ${account}`}`
  })
  const say = sayOf(context)
  return [say('warns', 'READ_ONLY_BYPASSED', `may write to a read-only server: ${some(who)}`, todo.join('; '))]
}

function drift(context: Context, close: CloseFacts): Finding[] {
  const differing = Object.entries(close.files).filter(([name, value]) => {
    const running = close.variables[name]
    // A value that is persisted wins over the file.
    return running !== undefined && close.persisted[name] === undefined && !sameValue(value, running)
  })
  if (differing.length === 0) return []
  const what = differing.map(([name, value]) => `${name} is ${close.variables[name]}, and ${value} after a restart`)
  const [first] = differing[0] ?? ['']
  const todo = `make them agree before the next restart does: SET GLOBAL ${first}=…, or correct the file (my_print_defaults mysqld)`
  return [sayOf(context)('warns', 'VALUE_DRIFTED', what.join(', '), todo)]
}

function persisted(context: Context, close: CloseFacts, dialect: Dialect): Finding[] {
  const wanted = wantedSettings(dialect, context.inventory, context.host)
  return wanted.flatMap(({ name, value, running }) => {
    const kept = close.persisted[name]
    if (kept === undefined || sameValue(value, kept)) return []
    const what = `${name}=${kept} is persisted and wins over ${value} in the option file`
    // A role that a restart undoes is a second writer.
    const severity = running === 'role' ? 'blocks' : 'warns'
    return [sayOf(context)(severity, 'PERSISTED', what, `RESET PERSIST ${name}`)]
  })
}

function events(context: Context, close: CloseFacts): Finding[] {
  if (close.enabledEvents === 0) return []
  const say = sayOf(context)
  const many = `${close.enabledEvents} enabled event${close.enabledEvents === 1 ? '' : 's'}`
  if (close.variables.event_scheduler === 'ON') {
    return [say('note', 'EVENTS', `${many}: run on the holder of the VIP alone from now on`, 'nothing')]
  }
  const todo = 'those that must not run: ALTER EVENT … DISABLE; mmha switches the scheduler on where the VIP is'
  return [say('warns', 'EVENTS', `${many}, and a scheduler that is off`, todo)]
}

function connections(context: Context, close: CloseFacts, dialect: Dialect): Finding[] {
  const say = sayOf(context)
  const found: Finding[] = []
  const most = Number(context.inventory.server.settings.max_connections ?? close.variables.max_connections ?? 0)
  const used = close.maxUsedConnections
  if (used !== null && most > 0 && used >= most * 0.9) {
    const what = `${used} of ${most} connections were in use at once`
    const todo = `server: {settings: {max_connections: "${most * 2}"}} in the inventory`
    found.push(say('warns', 'CONNECTIONS', what, todo))
  }
  const { variable, example } = dialect.adminDoor
  const value = context.inventory.server.settings[variable] ?? close.variables[variable]
  if (value !== undefined && (value === '' || value === '0')) {
    const todo = `server: {settings: {${variable}: "${example}"}} in the inventory`
    found.push(say('note', 'CONNECTIONS', `${variable} is not set: no way in once all connections are used`, todo))
  }
  return found
}

/** caching_sha2_password lets in without TLS whom it remembers from an earlier login; the other server remembers nobody. */
function coldLogins(context: Context, close: CloseFacts): Finding[] {
  const ours = `${context.inventory.replication.user}@`
  const clients = close.coldLogins.filter((one) => !one.startsWith(ours))
  if (clients.length === 0) return []
  const what = `without TLS, by an account with caching_sha2_password: ${some(clients)}`
  const todo =
    'TLS for these clients, or have them ask for the public key of the server (JDBC: allowPublicKeyRetrieval=true): else they are not let in after a failover'
  return [sayOf(context)('warns', 'COLD_LOGINS', what, todo)]
}

function expiry(context: Context, close: CloseFacts): Finding[] {
  const { settings } = context.inventory.server
  const seconds = settings.binlog_expire_logs_seconds ?? null
  const days = settings.expire_logs_days ?? null
  const asked = seconds === null ? (days === null ? null : Number(days) * DAY) : Number(seconds)
  const say = sayOf(context)
  if (asked !== null && asked < DAY) {
    const what =
      asked === 0
        ? 'binary logs are kept for ever, by the inventory'
        : `binary logs are kept ${asked} s, by the inventory`
    const todo = 'leave it out of server.settings: a week for a peer to come back'
    return [say('warns', 'BINLOG_EXPIRY', what, todo)]
  }
  if (close.variables.binlog_expire_logs_auto_purge !== 'OFF') return []
  const todo = 'SET PERSIST binlog_expire_logs_auto_purge=ON'
  return [say('warns', 'BINLOG_EXPIRY', 'binary logs are never purged by themselves', todo)]
}
