import { FactLines } from './fact-lines.ts'
import { type ShowsItself, shownNames } from './server-dialect.ts'

/** What a server holds and whom it follows. */
export interface ReplicationFacts extends ShowsItself {
  /** The server answers root over the socket. */
  readonly up: boolean
  /** MySQL's server_uuid; '' on MariaDB. */
  readonly uuid: string
  readonly serverId: string
  /** gtid_executed; MariaDB: gtid_binlog_state. */
  readonly gtids: string
  /** Schemas that are neither the server's nor mmha's. */
  readonly schemas: readonly string[]
  /** Promotions that this server's data knows of: 0 before the pair ever had a holder. */
  readonly epochs: number
  /** Row of SHOW REPLICA STATUS for the default channel under this server's names; null: no channel. */
  readonly channel: Readonly<Record<string, string>> | null
  /** sha256 of the password line: in the channel, and in the option file it should come from. */
  readonly channelPassword: string
  readonly filePassword: string
  /** Its certificates, so that the peer's channel may be encrypted. */
  readonly tls: boolean
  /** It made its certificate itself, and can prove it to whoever has the password (MariaDB ≥ 11.4). */
  readonly ownCertificate: boolean
  /** Where its binary log ends. */
  readonly position: { readonly file: string; readonly position: number } | null
  /** `binlog_do_db=shop`: what its binary log leaves out. */
  readonly binlogFilters: readonly string[]
  /** MariaDB with log_slave_updates=OFF: its log does not tell of what it fetches. */
  readonly unlogged?: boolean
}

/** Reads what databaseProbe printed. */
export function parseReplication(stdout: string): ReplicationFacts {
  const facts = new FactLines(stdout)
  const channel = facts.record('channel')
  const [file = '', position = '', only = '', ignored = ''] = facts.rows('position')[0] ?? []
  const [tls = '', certificate = ''] = facts.texts('tls')
  return {
    shown: shownNames(facts),
    up: facts.flag('up'),
    uuid: facts.text('uuid') ?? '',
    serverId: facts.text('server_id') ?? '',
    gtids: facts.text('gtids') ?? '',
    schemas: facts.texts('schema').filter((name) => name !== ''),
    epochs: Number(facts.text('epochs') ?? 0),
    channel: Object.keys(channel).length === 0 ? null : channel,
    channelPassword: facts.text('channel_password') ?? '',
    filePassword: facts.text('file_password') ?? '',
    // have_ssl says YES, NO or DISABLED; where it is gone, a certificate's file name says it.
    tls: !['', 'NO', 'DISABLED', 'NULL'].includes(tls),
    ownCertificate: tls === 'YES' && ['', 'NULL'].includes(certificate),
    position: file === '' ? null : { file, position: Number(position) },
    binlogFilters: [
      ...(only === '' ? [] : [`binlog_do_db=${only}`]),
      ...(ignored === '' ? [] : [`binlog_ignore_db=${ignored}`]),
    ],
    unlogged: facts.record('variable').log_slave_updates === 'OFF',
  }
}
