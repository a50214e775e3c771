import {
  address,
  choice,
  command,
  flag,
  host,
  inBlock,
  integer,
  type Keyword,
  native,
  optional,
  port,
  seconds,
  word,
} from '../keyword.ts'

/** MYSQL_CHECK: how the database on this host is watched. */
export const MYSQL: readonly Keyword[] = inBlock('mysql_server', [
  native('socket', [word], 'Unix socket of the server', { default: '/run/mysqld/mysqld.sock' }),
  native('port', [port], 'TCP port that clients use', { default: 3306 }),
  native(
    'admin_port',
    [integer(0, 65535)],
    'admin_port (MySQL) or extra_port (MariaDB) on 127.0.0.1, tried when max_connections is reached; 0: none',
    {
      default: 0,
    },
  ),
  native('credentials', [word], 'Option file with user and password of the local role account, root-only'),
  native('pid_file', [word], "The server's pid file, to see its death as an event"),
  native('interval', [seconds(0.05, 3600)], 'Between two probes; death is an event, this finds hangs', {
    default: 0.5,
  }),
  native('timeout', [seconds(0.05, 3600)], 'Until an unanswered probe counts as failed', { default: 1 }),
  native('fall', [integer(1, 1000)], 'Unanswered probes in a row until the server counts as hung', { default: 2 }),
  native('rise', [integer(1, 1000)], 'Good probes in a row until it is up again', { default: 1 }),
  native(
    'stopped_timeout',
    [seconds(0.1, 3600)],
    'How long the kernel may show the process stopped (SIGSTOP, a debugger) until it counts as hung',
    {
      default: 1,
    },
  ),
  native('write_probe', [flag], 'On the holder, an empty transaction that reaches the disk; never in the binlog', {
    default: true,
  }),
  native('write_interval', [seconds(0.1, 3600)], 'Between two write probes', { default: 1 }),
  native('write_timeout', [seconds(0.1, 3600)], 'Until a write probe counts as failed; two in a row are a hang', {
    default: 5,
  }),
  native(
    'on_hang',
    [choice('kill', 'reset', 'say')],
    'A holder that hangs while the peer lives: kill mysqld and move the address; reset its connections and move; only say so',
    {
      default: 'kill',
    },
  ),
  native(
    'disk_reserve',
    [integer(0, 1048576)],
    'MiB: with less free space on its file system the disk counts as full; 0: not looked at',
    {
      default: 64,
    },
  ),
  native(
    'on_disk_full',
    [choice('say', 'leave')],
    'A holder whose disk is full: say so; or count it as down, so that the address moves',
    {
      default: 'say',
    },
  ),
])

/** The database's side of a role change. Every step has a deadline, and each row says what happens when it passes. */
export const ROLE: readonly Keyword[] = inBlock('role', [
  native('mysql', [word], 'Name of the mysql_server that changes its role with the instance'),
  native('peer', [host, optional(port)], "The peer's database"),
  native(
    'peer_credentials',
    [word],
    'Option file of the account that reads the peer, root-only; the same password on both hosts',
  ),
  native('policy', [choice('availability', 'consistency')], 'What goes first when both can not be had', {
    default: 'availability',
  }),
  native(
    'solo_wait',
    [seconds(0, 86400)],
    'Gate: how long a server that starts alone waits for its peer; then policy availability serves alone, consistency waits on',
    {
      default: 10,
    },
  ),
  native(
    'promote_deadline',
    [seconds(0, 3600)],
    'How long promotion may wait for received transactions; then it is refused and tried again',
    {
      default: 5,
    },
  ),
  native('pre_promote', [command], 'Run before the server is opened for writes; an exit code that is not 0 is a veto'),
  native(
    'pre_promote_deadline',
    [seconds(0.1, 3600)],
    'How long pre_promote may take; then it is ended, and promotion goes on without its word',
    {
      default: 1,
    },
  ),
  native('demote_deadline', [seconds(0, 3600)], "How long demotion may take; then the clients' connections are reset", {
    default: 2,
  }),
  native('fence_deadline', [seconds(0, 3600)], 'How long the server may stay open after that; then on_fence', {
    default: 1,
  }),
  native(
    'on_fence',
    [choice('kill', 'reset')],
    'A server that can not be closed: kill mysqld, whose option file says read_only; or leave it at the reset connections',
    {
      default: 'kill',
    },
  ),
  native('heartbeat_port', [integer(0, 65535)], "TCP port of the daemons' own line, the same on both hosts; 0: none", {
    default: 11200,
  }),
  native(
    'witness',
    [address],
    'Address that a node which is not cut off can ping, best the gateway; a node that reaches neither it nor the peer gives up',
    {
      many: true,
    },
  ),
  native(
    'isolated_after',
    [seconds(0.2, 3600)],
    'How long neither peer nor witness may answer until this node counts as cut off',
    { default: 1 },
  ),
])
