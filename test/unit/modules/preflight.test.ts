import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { finding } from '../../../src/events/messages/findings.ts'
import type { ServerFacts } from '../../../src/hosts/host-facts.ts'
import type { Inventory } from '../../../src/inventory/inventory.ts'
import type { PlanContext } from '../../../src/modules/module.ts'
import { pairPreflight } from '../../../src/modules/pair-preflight.ts'
import { type PreflightFacts, parsePreflight } from '../../../src/modules/preflight/facts.ts'
import { bySeverity, FINDING_CODES, type Finding, refusalOf } from '../../../src/modules/preflight/finding.ts'
import { context, fromPeer, hostFacts, INVENTORY, M1, M2, MARIADB, MYSQL, shSyntax } from './pair-context.ts'

const CLOSE = { close: true }
const UUID = ['86ce665c-e550-11f1-ad7a-02ab03741ecf', '96ce665c-e550-11f1-ad7a-02ab03741ecf'] as const

/** What a host prints on which nothing is wrong, where `lines` don't say otherwise. */
function answers(index: 0 | 1, lines: readonly string[] = []): string {
  const key = (line: string) =>
    line
      .split('\t')
      .slice(0, line.startsWith('variable') ? 2 : 1)
      .join()
  const said = new Set(lines.map(key))
  const usual = [
    'server\tup',
    'up\tyes',
    `server_id\t${index + 7}`,
    'vip\tno',
    'close\tyes',
    'without_key_looked\tyes',
    'other_engine_looked\tyes',
    'events\t0',
    'variable\tmax_connections\t151',
    'variable\tevent_scheduler\tOFF',
    'variable\ttime_zone\tSYSTEM',
    'variable\tsystem_time_zone\tUTC',
    'variable\tlower_case_table_names\t0',
    'clock\t1795262976',
    'disk\t/var/lib/mysql\t100000000\t50000000',
    'synchronised\tyes',
  ]
  return [...usual.filter((line) => !said.has(key(line))), ...lines].join('\n')
}

interface Pair {
  readonly mine?: readonly string[]
  readonly theirs?: readonly string[]
  readonly server?: ServerFacts
  readonly peerServer?: ServerFacts
  readonly settings?: Readonly<Record<string, string>>
  readonly vip?: 'm1' | 'm2'
  readonly overwritten?: string
}

function pairContext({
  mine = [],
  theirs = [],
  server = MARIADB,
  peerServer = server,
  settings = {},
  vip,
  overwritten,
}: Pair) {
  const named = overwritten === undefined ? {} : { overwritten }
  const inventory: Inventory = { ...INVENTORY, ...named, server: { ...INVENTORY.server, settings } }
  const facts = (host: typeof M1, has: ServerFacts) => {
    const base = hostFacts(host.address, has)
    if (vip !== host.name) return base
    return { ...base, nics: base.nics.map((nic) => ({ ...nic, addresses: [...nic.addresses, '10.77.0.100/24'] })) }
  }
  return context<PreflightFacts>(server, parsePreflight(answers(0, mine)), parsePreflight(answers(1, theirs)), {
    inventory,
    facts: facts(M1, server),
    peerFacts: facts(M2, peerServer),
  })
}

/** What look() has met so far that has no Chinese. */
const untranslated = new Set<string>()

function look(seen: PlanContext<PreflightFacts>): readonly Finding[] {
  const both = [seen, fromPeer(seen)].flatMap((one) => pairPreflight.findings?.(CLOSE, one) ?? [])
  for (const { code, what, todo } of both) {
    if (typeof finding(what) === 'string') untranslated.add(`${code}: ${what}`)
    // A command or a statement is the same in all languages.
    const typed = /^(SET|RESET|REVOKE|ALTER) |^(semanage|systemctl|ip) /.test(todo)
    if (!typed && typeof finding(todo) === 'string') untranslated.add(`${code} do: ${todo}`)
  }
  return bySeverity(both)
}

const short = ({ severity, code, host, what }: Finding) => `${severity} ${code} ${host ?? 'pair'}: ${what}`
const said = (pair: Pair) => look(pairContext(pair)).map(short)

describe('preflight', () => {
  it('has nothing to say of a pair that is as it should be', () => {
    expect(said({})).toEqual([])
    expect(said({ server: MYSQL })).toEqual([])
  })

  const ROWS: readonly [string, Pair, string][] = [
    [
      'tables without key',
      { mine: ['without_key\tshop.a', 'without_key\tshop.b'] },
      'warns NO_PRIMARY_KEY m1: without a primary key: shop.a, shop.b',
    ],
    ['engine', { theirs: ['other_engine\tshop.c (MyISAM)'] }, 'warns NOT_INNODB m2: not InnoDB: shop.c (MyISAM)'],
    [
      'bypass',
      { mine: ["privilege\t'app'@'%' READ_ONLY ADMIN", "privilege\t'root'@'localhost' READ_ONLY ADMIN"] },
      "warns READ_ONLY_BYPASSED m1: may write to a read-only server: 'app'@'%'",
    ],
    [
      'bypass by a role of a role',
      {
        mine: [
          "privilege\t'writers'@'' READ_ONLY ADMIN",
          "role_member\t'all'@'' 'writers'@''",
          "role_member\t'app'@'%' 'all'@''",
          "role_member\t'root'@'localhost' 'all'@''",
        ],
      },
      "warns READ_ONLY_BYPASSED m1: may write to a read-only server: 'app'@'%'",
    ],
    [
      'drift',
      { mine: ['file_value\t--max-connections=500'] },
      'warns VALUE_DRIFTED m1: max_connections is 151, and 500 after a restart',
    ],
    [
      'a writer after a restart',
      { server: MYSQL, mine: ['persisted\tread_only=OFF'] },
      'blocks PERSISTED m1: read_only=OFF is persisted and wins over ON in the option file',
    ],
    [
      'persisted',
      { server: MYSQL, mine: ['persisted\tsync_binlog=0'] },
      'warns PERSISTED m1: sync_binlog=0 is persisted and wins over 1 in the option file',
    ],
    ['events that slept', { mine: ['events\t3'] }, 'warns EVENTS m1: 3 enabled events, and a scheduler that is off'],
    [
      'events that run',
      { mine: ['events\t1', 'variable\tevent_scheduler\tON'] },
      'note EVENTS m1: 1 enabled event: run on the holder of the VIP alone from now on',
    ],
    [
      'clients that the other server would not let in',
      {
        server: MYSQL,
        mine: ['cold_login\tapp@10.0.0.5', 'cold_login\tapp@10.0.0.5', 'cold_login\tmmha_repl@10.0.0.12'],
      },
      'warns COLD_LOGINS m1: without TLS, by an account with caching_sha2_password: app@10.0.0.5',
    ],
    [
      'connections',
      { mine: ['Max_used_connections\t150'] },
      'warns CONNECTIONS m1: 150 of 151 connections were in use at once',
    ],
    [
      'no way in',
      { mine: ['variable\textra_port\t0'] },
      'note CONNECTIONS m1: extra_port is not set: no way in once all connections are used',
    ],
    [
      'no way in, MySQL',
      { server: MYSQL, mine: ['variable\tadmin_address\t'] },
      'note CONNECTIONS m1: admin_address is not set: no way in once all connections are used',
    ],
    [
      'kept for ever',
      { mine: ['variable\tbinlog_expire_logs_auto_purge\tOFF'] },
      'warns BINLOG_EXPIRY m1: binary logs are never purged by themselves',
    ],
    ['clock', { mine: ['synchronised\tno'] }, 'warns CLOCK m1: its clock is not synchronised'],
    ['confined', { mine: ['confined\tAppArmor'] }, 'note CONFINED m1: AppArmor confines the server'],
    [
      'confined, and to be moved',
      {
        mine: ['confined\tSELinux'],
        settings: { slow_query_log_file: '/srv/log/slow.log', tmpdir: '/tmp/' },
      },
      'warns CONFINED m1: SELinux may keep the server from /srv/log, which server.settings name',
    ],
    [
      'confined, and moved already',
      { mine: ['confined\tAppArmor', 'variable\tdatadir\t/srv/data/'], settings: { datadir: '/srv/data' } },
      'note CONFINED m1: AppArmor confines the server',
    ],
    [
      'a third source',
      { mine: ['connection\tdepot\t10.0.0.9\t3306\trepl'] },
      'blocks FOREIGN_CHANNEL m1: replicates as repl@10.0.0.9:3306 (channel depot)',
    ],
    [
      'a third source, default channel',
      { mine: ['channel\tMaster_Host\t10.0.0.9', 'channel\tMaster_Port\t3306', 'channel\tMaster_User\trepl'] },
      'blocks FOREIGN_CHANNEL m1: replicates as repl@10.0.0.9:3306',
    ],
    [
      'by hand',
      { mine: ['channel\tMaster_Host\t10.77.0.12', 'channel\tMaster_Port\t3306', 'channel\tMaster_User\trepl'] },
      'note CHANNEL_BY_HAND m1: replicates as repl@10.77.0.12:3306 already, set up by hand',
    ],
    [
      'a third replica',
      { mine: ['reader\tbackup@10.0.0.7', 'reader\tmmha_repl@m2', 'reader\trepl@10.77.0.12'] },
      'note OTHER_REPLICA m1: read by backup@10.0.0.7',
    ],
    [
      'filters',
      { mine: ['filter\treplicate_do_db=shop'] },
      'blocks FILTERED m1: leaves out on the way in: replicate_do_db=shop',
    ],
    [
      'binlog filters',
      { mine: ['position\tbinlog.000001\t4\tshop\tlogs'] },
      'blocks FILTERED m1: leaves out of its binary log: binlog_do_db=shop, binlog_ignore_db=logs',
    ],
    ['Galera', { mine: ['variable\twsrep_on\tON'] }, 'blocks CLUSTER_MEMBER m1: is a member of Galera'],
    [
      'group replication',
      { server: MYSQL, mine: ['variable\tgroup_replication_group_name\tx'] },
      'blocks CLUSTER_MEMBER m1: is a member of group replication',
    ],
    [
      'lower case',
      { theirs: ['variable\tlower_case_table_names\t1'] },
      'blocks NAMES_DIFFER pair: lower_case_table_names is 0 on m1, 1 on m2',
    ],
    [
      'zone',
      { theirs: ['variable\tsystem_time_zone\tCST'] },
      'warns PARITY pair: system_time_zone is UTC on m1, CST on m2',
    ],
  ]
  it.each(ROWS)('%s', (_name, pair, line) => {
    expect(said(pair)).toEqual([line])
  })

  const replaced = (index: 0 | 1, from: string, to: string) => parsePreflight(answers(index).replace(from, to))
  it.each<[string, string, string, string]>([
    [
      'root denied',
      'server\tup',
      'server\tdenied',
      'blocks ROOT_DENIED m1: root may not log in to the database over its socket',
    ],
    [
      'silent',
      'server\tup\nup\tyes\n',
      '',
      'warns SERVER_SILENT m1: its server does not answer: nothing of its data was looked at',
    ],
    ['server_id', 'server_id\t7', 'server_id\t8', 'note SAME_SERVER_ID pair: m1 and m2 have the same server_id 8'],
    ['clocks', '1795262976', '1795263076', "warns CLOCK pair: the clock of m1 is 100 s ahead of the other's"],
    ['disk', '50000000', '1000000', 'warns DISK m1: /var/lib/mysql has 977 MiB free of 95.4 GiB'],
    ['no disk', '50000000', '100000', 'blocks DISK m1: /var/lib/mysql has 98 MiB free of 95.4 GiB'],
    [
      'slow',
      'without_key_looked\tyes',
      '',
      'warns NO_PRIMARY_KEY m1: whether all tables have a primary key could not be found out',
    ],
  ])('%s, in other words', (_name, from, to, line) => {
    expect(look({ ...pairContext({}), mine: replaced(0, from, to) }).map(short)).toEqual([line])
  })

  it('a host that belongs to a pair is not looked at closely by every provision', () => {
    const probe = pairPreflight.probe({ close: false }, { inventory: INVENTORY, host: M1, peer: M2 })
    shSyntax(probe)
    expect(probe).toContain('if [ ! -f /etc/mmha/role.cnf ]; then\nfact close yes')
    expect(pairPreflight.probe(CLOSE, { inventory: INVENTORY, host: M1, peer: M2 })).not.toContain('role.cnf')
  })

  it('what the inventory sets for both is no difference, and no drift of its own', () => {
    const theirs = ['variable\tmax_connections\t300']
    expect(said({ theirs })).toEqual(['warns PARITY pair: max_connections is 151 on m1, 300 on m2'])
    expect(said({ theirs, settings: { max_connections: '300' } })).toEqual([])
    expect(said({ settings: { server_id: '5' } })).toEqual([
      'blocks SAME_SERVER_ID pair: the inventory gives both hosts the same server_id',
    ])
    expect(said({ settings: { binlog_expire_logs_seconds: '3600' } })).toEqual([
      'warns BINLOG_EXPIRY m1: binary logs are kept 3600 s, by the inventory',
      'warns BINLOG_EXPIRY m2: binary logs are kept 3600 s, by the inventory',
    ])
  })

  it('only what writes past a closed server counts as a bypass, per version', () => {
    const mine = ["privilege\t'sup'@'%' SUPER", "privilege\t'app'@'%' READ_ONLY ADMIN"]
    const old = { ...MARIADB, version: '10.6.20-MariaDB' }
    const who = (server: ServerFacts) => said({ server, mine }).map((line) => line.replace(/^.*server: /, ''))
    expect(who(MYSQL)).toEqual([])
    expect(who(MARIADB)).toEqual(["'app'@'%'"])
    expect(who(old)).toEqual(["'sup'@'%', 'app'@'%'"])
  })

  it('a host that cannot have the daemon', () => {
    const seen = pairContext({})
    const on = (facts: object, engine: 'bundled' | 'package' = 'bundled') =>
      (
        pairPreflight.findings?.(CLOSE, {
          ...seen,
          inventory: { ...INVENTORY, keepalived: { engine, source: null, sha256: null } },
          facts: { ...seen.facts, ...facts },
        }) ?? []
      ).flatMap((one) => (one.code === 'PLATFORM' ? [one] : []))
    for (const facts of [{ init: 'sysv' }, { packageManager: 'dnf' }]) {
      const [found] = on(facts)
      expect(found?.severity).toBe('blocks')
      expect([found?.what, found?.todo].map((text) => typeof finding(text ?? ''))).toEqual(['object', 'object'])
    }
    expect(on({ packageManager: 'dnf' }, 'package')).toEqual([])
  })

  it('a successor that does not wait for keepalived to remove the address', () => {
    const found = (engine: 'bundled' | 'package', vrrp: Partial<Inventory['vrrp']>) => {
      const seen = pairContext({})
      const keepalived = { engine, source: null, sha256: null }
      return look({ ...seen, inventory: { ...INVENTORY, keepalived, vrrp: { ...INVENTORY.vrrp, ...vrrp } } }).map(short)
    }
    expect(found('package', {})).toEqual([
      expect.stringContaining('warns SHORT_SKEW pair: m1 adds the VIP 3.9 ms after'),
    ])
    expect(found('package', { priorities: [90, 254], version: 2, advertInterval: 3 })).toEqual([
      expect.stringContaining('m2 adds the VIP 7.8 ms after'),
    ])
    expect(found('package', { priorities: [100, 90], advertInterval: 0.1 })).toHaveLength(1)
    expect(found('package', { priorities: [100, 90] })).toEqual([])
    expect(found('bundled', {})).toEqual([])
  })

  it('versions', () => {
    const mysql = (version: string): ServerFacts => ({ ...MYSQL, version })
    expect(said({ server: mysql('8.4.6'), peerServer: mysql('8.4.7') })).toEqual([
      'note VERSIONS_DIFFER pair: 8.4.6 on m1, 8.4.7 on m2',
    ])
    const upgrade = { server: mysql('8.4.6'), peerServer: mysql('9.7.4') }
    expect(said(upgrade)).toEqual(['blocks VERSIONS_DIFFER pair: 8.4.6 on m1, 9.7.4 on m2'])
    const members = { mine: ['epochs\t2', `uuid\t${UUID[0]}`], theirs: ['epochs\t2', `uuid\t${UUID[1]}`] }
    expect(said({ ...upgrade, ...members })).toEqual(['warns VERSIONS_DIFFER pair: 8.4.6 on m1, 9.7.4 on m2'])
    expect(said({ server: MARIADB, peerServer: MYSQL })).toEqual([
      'blocks SERVERS_DIFFER pair: mariadb on m1, mysql on m2',
    ])
  })

  it('half a copy is not joined, only copied again', () => {
    const mine = ['half_copy\tfrom m2 since 2026-11-21']
    expect(said({ mine })).toEqual([expect.stringContaining('blocks HALF_COPY m1: holds half a copy (from m2')])
    expect(said({ mine, overwritten: 'm1' })).toEqual([])
  })

  it('what two servers hold is judged as replication will judge it', () => {
    const [first = ''] = said({ mine: ['schema\tshop', 'gtids\t0-1-9'] })
    expect(first).toContain('blocks DATA_DIFFERS pair: only m1 holds data')
    expect(said({ mine: ['schema\tshop', 'gtids\t0-1-9'], overwritten: 'm2' })).toEqual([])
    const cloned = [`uuid\t${UUID[0]}`]
    expect(said({ server: MYSQL, mine: cloned, theirs: cloned })).toEqual([
      `blocks SAME_UUID pair: m1 and m2 have the same server_uuid ${UUID[0]}`,
    ])
  })

  const channel = ['channel\tSource_Host\th', 'channel\tSource_Port\t3306', 'channel\tSource_User\tmmha_repl']
  const member = (index: 0 | 1, gtids: string) => ['epochs\t2', `uuid\t${UUID[index]}`, `gtids\t${gtids}`, ...channel]

  it('a slave of the other one may be behind, for as long as it follows', () => {
    const [a, b] = UUID
    const one = (index: 0 | 1, id: number, gtids: string) => [
      `uuid\t${UUID[index]}`,
      `server_id\t${id}`,
      'schema\tshop',
      `gtids\t${gtids}`,
    ]
    const threads = (io: string) => [
      ...['channel\tSource_Host\th', 'channel\tSource_Port\t3306', 'channel\tSource_User\tmmha_repl'],
      ...['channel\tSource_Server_Id\t1', `channel\tReplica_IO_Running\t${io}`, 'channel\tReplica_SQL_Running\tYes'],
    ]
    const slave = (io: string) => ({
      server: MYSQL,
      mine: one(0, 1, `${a}:1-9`),
      theirs: [...one(1, 2, `${a}:1-7`), ...threads(io)],
    })
    expect(said(slave('Yes'))).toEqual([])
    expect(said(slave('No'))).toEqual([
      expect.stringContaining('blocks DATA_DIFFERS pair: m2 lacks transactions of m1'),
    ])
    const own = { ...slave('Yes'), theirs: [...one(1, 2, `${a}:1-7,${b}:1`), ...threads('Yes')] }
    expect(said(own)).toEqual([expect.stringContaining('blocks DATA_DIFFERS')])
  })

  it('transactions that only the standby has', () => {
    const [a, b] = UUID
    const mine = member(0, `${a}:1-9`)
    const errant = { server: MYSQL, mine, theirs: member(1, `${a}:1-8,${b}:1-2`) }
    expect(said({ ...errant, vip: 'm1' })).toEqual([
      `warns ERRANT_TRANSACTIONS pair: m2 is the standby and has transactions that m1 lacks: ${b}:1-2`,
    ])
    // What the holder has and the standby does not is lag.
    expect(said({ ...errant, vip: 'm2' })).toEqual([
      `warns ERRANT_TRANSACTIONS pair: m1 is the standby and has transactions that m2 lacks: ${a}:9`,
    ])
    expect(said({ server: MYSQL, mine, theirs: member(1, `${a}:1-8`), vip: 'm1' })).toEqual([])
    const domain = (gtids: string) => [
      'epochs\t2',
      `gtids\t${gtids}`,
      ...channel.map((line) => line.replace('Source', 'Master')),
    ]
    expect(said({ mine: domain('0-7-9'), theirs: domain('0-7-9,0-8-10'), vip: 'm1' })).toEqual([
      'warns ERRANT_TRANSACTIONS pair: m2 is the standby and has transactions that m1 lacks: 0-8-10',
    ])
  })

  it('transactions that nobody can send any more', () => {
    const [a] = UUID
    const mine = [...member(0, `${a}:1-9`), `purged\t${a}:1-7`]
    expect(said({ server: MYSQL, mine, theirs: member(1, `${a}:1-5`), vip: 'm1' })).toEqual([
      `blocks PURGED pair: m2 needs transactions that m1 has purged: ${a}:6-7`,
    ])
    expect(said({ server: MYSQL, mine, theirs: member(1, `${a}:1-7`), vip: 'm1' })).toEqual([])
  })

  it('every finding says what to do, with the statement of this server', () => {
    const todo = (pair: Pair) => look(pairContext(pair)).map((finding) => finding.todo)
    const mine = ['filter\treplicate_do_db=shop', "connection\tit's\t10.0.0.9\t3306\trepl"]
    expect(todo({ server: MYSQL, mine })).toEqual([
      "STOP REPLICA FOR CHANNEL 'it''s'; RESET REPLICA ALL FOR CHANNEL 'it''s'; or use other servers",
      'STOP REPLICA SQL_THREAD; CHANGE REPLICATION FILTER REPLICATE_DO_DB = (); and take it out of the option files',
    ])
    expect(todo({ mine })).toEqual([
      "STOP SLAVE 'it''s'; RESET SLAVE 'it''s' ALL; or use other servers",
      "STOP ALL SLAVES; SET GLOBAL replicate_do_db=''; and take it out of the option files",
    ])
    expect(todo({ mine: ['confined\tAppArmor'], settings: { datadir: '/srv/data/' } })).toEqual([
      'add "/srv/data/ r," and "/srv/data/** rwk," to /etc/apparmor.d/local/usr.sbin.mariadbd, then: apparmor_parser -r /etc/apparmor.d/usr.sbin.mariadbd',
    ])
    expect(todo({ mine: ['confined\tSELinux'], settings: { datadir: '/srv/data' } })).toEqual([
      "semanage fcontext -a -t mysqld_db_t '/srv/data(/.*)?' && restorecon -R /srv/data",
    ])
    expect(todo({ mine: ["privilege\t'app'@'%' READ_ONLY ADMIN"] })).toEqual([
      "REVOKE READ_ONLY ADMIN ON *.* FROM 'app'@'%'",
    ])
  })

  it('what blocks is one error: all of it, with the code of its kind where there is one', () => {
    const seen = pairContext({ mine: ['filter\treplicate_do_db=shop'], theirs: ['variable\twsrep_on\tON'] })
    expect(refusalOf(look(seen), 'preflight')).toMatchObject({ code: 'PREFLIGHT', exit: 5, host: undefined })
    expect(refusalOf(look(seen), 'preflight')?.message).toBe(
      "these hosts can't be part of this pair: m1: leaves out on the way in: replicate_do_db=shop; m2: is a member of Galera",
    )
    expect(() => pairPreflight.plan(CLOSE, seen)).toThrow(
      expect.objectContaining({ code: 'FILTERED', exit: 5, host: 'm1' }),
    )
    expect(refusalOf(look(pairContext({ mine: ['events\t2'] })), 'preflight')).toBeNull()
  })

  it('each code stands in the documentation', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../../docs/preflight.md'), 'utf8')
    for (const code of Object.keys(FINDING_CODES)) expect(page).toContain(`| \`${code}\` |`)
  })

  it('no password of an option file leaves the host', () => {
    const probe = pairPreflight.probe(CLOSE, { inventory: INVENTORY, host: M1, peer: M2 })
    const start = probe.indexOf('if command -v my_print_defaults')
    const part = probe.slice(start, probe.indexOf('fi\n', start) + 3)
    const script = `my_print_defaults() { printf '%s\\n' --wsrep_sst_auth=u:hidden --loose-server-id=3 --MAX_CONNECTIONS=9 --report-password=hidden; }
fact_rows() { while IFS= read -r row; do echo "$1 $row"; done; }
${part}`
    expect(execFileSync('dash', ['-eu'], { input: script, encoding: 'utf8' })).toBe(
      'file_value --loose-server-id=3\nfile_value --MAX_CONNECTIONS=9\n',
    )
  })

  // Runs last: by then every row above was looked at.
  it('says everything in Chinese, too, but what is typed as it stands', () => {
    expect([...untranslated].sort()).toEqual([])
  })
})
