import { FactLines } from '../fact-lines.ts'
import { parseReplication, type ReplicationFacts } from '../mysql-replication-facts.ts'
import { variableName } from '../mysql-value.ts'

/** What a look before anything is touched needs to know of a host. */
export interface PreflightFacts {
  /** Another keepalived runs, and its unit isn't ours. */
  readonly keepalivedRuns: boolean
  /** What stands in keepalived.conf; null: nothing. */
  readonly keepalivedConfig: string | null
  /** Somebody answers at the VIP; null: this host can't tell (no ping, or it holds the VIP itself). */
  readonly vipAnswers: boolean | null
  /** Hardware address that answered; null: unknown. */
  readonly vipMac: string | null
  /** Program that listens at the server's port; null: nobody, or this host can't tell. */
  readonly portUser: string | null
  /** From where and since when this host was being seeded, by a run that was cut; null: it was not. */
  readonly halfCopy: string | null
  /** root over the socket. */
  readonly server: 'up' | 'denied' | 'down'
  readonly data: ReplicationFacts
  /** null: not looked at. A host that belongs to a pair is looked at closely only when asked to. */
  readonly close: CloseFacts | null
}

/** What takes longer to find out. */
export interface CloseFacts {
  /** Running values. */
  readonly variables: Readonly<Record<string, string>>
  /** What the option files say, the last one that is read. */
  readonly files: Readonly<Record<string, string>>
  /** mysqld-auto.cnf. */
  readonly persisted: Readonly<Record<string, string>>
  /** `schema.table`; null: it could not be found out (the query took too long). */
  readonly withoutKey: readonly string[] | null
  /** `schema.table (engine)` */
  readonly otherEngine: readonly string[] | null
  readonly enabledEvents: number
  /** `'user'@'host'` with a privilege that may matter. */
  readonly privileges: readonly { readonly account: string; readonly privilege: string }[]
  /** `replicate_do_db=shop` */
  /** Which of them, or which role, may take which role. A role: `'name'@''`. */
  readonly roleMembers: readonly { readonly account: string; readonly role: string }[]
  readonly filters: readonly string[]
  readonly channels: readonly Channel[]
  /** `user@host` of those that read the binary log. */
  readonly readers: readonly string[]
  /** `user@host` of clients that are in without TLS, although their account's plugin lets nobody new in without. */
  readonly coldLogins: readonly string[]
  readonly purged: string
  readonly maxUsedConnections: number | null
  /** s since 1970 */
  readonly clock: number | null
  readonly synchronised: boolean | null
  readonly disk: { readonly path: string; readonly totalKb: number; readonly freeKb: number } | null
  readonly confinedBy: string | null
}

interface Channel {
  readonly name: string
  readonly host: string
  readonly port: string
  readonly user: string
}

/** Reads what UNIT_PROBE, databaseProbe and this module's own probe printed. Pure. */
export function parsePreflight(stdout: string): PreflightFacts {
  const facts = new FactLines(stdout)
  const server = facts.text('server')
  return {
    keepalivedRuns: facts.flag('keepalived'),
    keepalivedConfig: facts.file('keepalived_conf')?.content ?? null,
    vipAnswers: facts.text('vip') === null ? null : facts.flag('vip'),
    portUser: facts.text('port_user'),
    halfCopy: facts.text('half_copy'),
    vipMac: facts.text('vip_mac')?.toLowerCase() || null,
    server: server === 'up' || server === 'denied' ? server : 'down',
    data: parseReplication(stdout),
    close: facts.flag('close') ? parseClose(facts) : null,
  }
}

function parseClose(facts: FactLines): CloseFacts {
  const [path, total, free] = facts.rows('disk')[0] ?? []
  const synchronised = facts.text('synchronised')
  const number = (name: string): number | null => (facts.text(name) === null ? null : Number(facts.text(name)))
  const complete = (name: string): readonly string[] | null =>
    facts.flag(`${name}_looked`) ? facts.texts(name).filter((one) => one !== '') : null
  return {
    variables: facts.record('variable'),
    files: named(facts.texts('file_value')),
    persisted: named(facts.texts('persisted')),
    withoutKey: complete('without_key'),
    otherEngine: complete('other_engine'),
    enabledEvents: number('events') ?? 0,
    privileges: facts.texts('privilege').map((text) => {
      const at = text.lastIndexOf("'")
      return { account: text.slice(0, at + 1), privilege: text.slice(at + 1).trim() }
    }),
    roleMembers: facts.texts('role_member').map((text) => {
      const at = text.indexOf("' '") + 1
      return { account: text.slice(0, at), role: text.slice(at + 1) }
    }),
    filters: [...new Set(facts.texts('filter'))],
    channels: facts.rows('connection').map(([name = '', host = '', port = '', user = '']) => {
      return { name, host, port, user }
    }),
    readers: [...new Set(facts.texts('reader'))],
    coldLogins: [...new Set(facts.texts('cold_login'))],
    purged: facts.text('purged') ?? '',
    maxUsedConnections: number('Max_used_connections'),
    clock: number('clock'),
    synchronised: synchronised === null || synchronised === '' ? null : synchronised === 'yes',
    disk: path === undefined ? null : { path, totalKb: Number(total), freeKb: Number(free) },
    confinedBy: facts.text('confined'),
  }
}

/** `max-connections=500`, `--max_connections=500`; a later one wins. */
function named(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...value] = line.replace(/^--/, '').split('=')
      return [variableName(name), value.length === 0 ? 'ON' : value.join('=')]
    }),
  )
}
