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
  native(
    'socket',
    [word],
    { en: 'Unix socket of the server', zh: '服务器的 Unix 套接字' },
    { default: '/run/mysqld/mysqld.sock' },
  ),
  native('port', [port], { en: 'TCP port that clients use', zh: '客户端使用的 TCP 端口' }, { default: 3306 }),
  native(
    'admin_port',
    [integer(0, 65535)],
    {
      en: 'admin_port (MySQL) or extra_port (MariaDB) on 127.0.0.1, tried when max_connections is reached; 0: none',
      zh: '127.0.0.1 上的 admin_port(MySQL)或 extra_port(MariaDB),连接数用尽时改用它;0:没有',
    },
    {
      default: 0,
    },
  ),
  native('credentials', [word], {
    en: 'Option file with user and password of the local role account, root-only',
    zh: '选项文件,含本机角色账号的用户名和密码,只有 root 可读',
  }),
  native('pid_file', [word], {
    en: "The server's pid file, to see its death as an event",
    zh: '服务器的 pid 文件,用来把它的死亡当作事件看到',
  }),
  native(
    'interval',
    [seconds(0.05, 3600)],
    { en: 'Between two probes; death is an event, this finds hangs', zh: '两次探测的间隔;死亡是事件,探测用来发现挂起' },
    {
      default: 0.5,
    },
  ),
  native(
    'timeout',
    [seconds(0.05, 3600)],
    { en: 'Until an unanswered probe counts as failed', zh: '探测多久没有回答算失败' },
    { default: 1 },
  ),
  native(
    'fall',
    [integer(1, 1000)],
    { en: 'Unanswered probes in a row until the server counts as hung', zh: '连续多少次没有回答,服务器算挂起' },
    { default: 2 },
  ),
  native(
    'rise',
    [integer(1, 1000)],
    { en: 'Good probes in a row until it is up again', zh: '连续多少次探测成功,服务器重新算正常' },
    { default: 1 },
  ),
  native(
    'stopped_timeout',
    [seconds(0.1, 3600)],
    {
      en: 'How long the kernel may show the process stopped (SIGSTOP, a debugger) until it counts as hung',
      zh: '内核显示进程被停住(SIGSTOP、调试器)多久算挂起',
    },
    {
      default: 1,
    },
  ),
  native(
    'write_probe',
    [flag],
    {
      en: 'On the holder, an empty transaction that reaches the disk; never in the binlog',
      zh: '在持有者上做一个落盘的空事务;从不写入 binlog',
    },
    {
      default: true,
    },
  ),
  native(
    'write_interval',
    [seconds(0.1, 3600)],
    { en: 'Between two write probes', zh: '两次写探测的间隔' },
    { default: 1 },
  ),
  native(
    'write_timeout',
    [seconds(0.1, 3600)],
    {
      en: 'Until a write probe counts as failed; two in a row are a hang',
      zh: '写探测多久不返回算失败;连续两次算挂起',
    },
    {
      default: 5,
    },
  ),
  native(
    'on_hang',
    [choice('kill', 'reset', 'say')],
    {
      en: 'A holder that hangs while the peer lives: kill mysqld and move the address; reset its connections and move; only say so',
      zh: '持有者挂起而对端活着时:杀掉 mysqld 并移走地址;断开它的连接并移走;只记录',
    },
    {
      default: 'kill',
    },
  ),
  native(
    'disk_reserve',
    [integer(0, 1048576)],
    {
      en: 'MiB: with less free space on its file system the disk counts as full; 0: not looked at',
      zh: 'MiB:文件系统剩余空间少于它算磁盘已满;0:不检查',
    },
    {
      default: 64,
    },
  ),
  native(
    'on_disk_full',
    [choice('say', 'leave')],
    {
      en: 'A holder whose disk is full: say so; or count it as down, so that the address moves',
      zh: '持有者磁盘已满时:只记录;或者算作故障,让地址移走',
    },
    {
      default: 'say',
    },
  ),
])

/** The database's side of a role change. Every step has a deadline, and each row says what happens when it passes. */
export const ROLE: readonly Keyword[] = inBlock('role', [
  native('mysql', [word], {
    en: 'Name of the mysql_server that changes its role with the instance',
    zh: '随实例改变角色的 mysql_server 的名字',
  }),
  native('peer', [host, optional(port)], { en: "The peer's database", zh: '对端的数据库' }),
  native('peer_credentials', [word], {
    en: 'Option file of the account that reads the peer, root-only; the same password on both hosts',
    zh: '读取对端的账号的选项文件,只有 root 可读;两台主机上的密码相同',
  }),
  native(
    'policy',
    [choice('availability', 'consistency')],
    { en: 'What goes first when both can not be had', zh: '安全与可用不能兼得时谁优先' },
    {
      default: 'availability',
    },
  ),
  native(
    'solo_wait',
    [seconds(0, 86400)],
    {
      en: 'Gate: how long a server that starts alone waits for its peer; then policy availability serves alone, consistency waits on',
      zh: '闸门:单独启动的服务器等对端多久;过后 availability 独自服务,consistency 继续等',
    },
    {
      default: 10,
    },
  ),
  native(
    'promote_deadline',
    [seconds(0, 3600)],
    {
      en: 'How long promotion may wait for received transactions; then it is refused and tried again',
      zh: '提升最多等已收到的事务应用多久;过后拒绝,稍后重试',
    },
    {
      default: 5,
    },
  ),
  native('pre_promote', [command], {
    en: 'Run before the server is opened for writes; an exit code that is not 0 is a veto',
    zh: '打开写入之前运行;退出码不是 0 就是否决',
  }),
  native(
    'pre_promote_deadline',
    [seconds(0.1, 3600)],
    {
      en: 'How long pre_promote may take; then it is ended, and promotion goes on without its word',
      zh: 'pre_promote 最多运行多久;过后结束它,不再等它的意见,继续提升',
    },
    {
      default: 1,
    },
  ),
  native(
    'demote_deadline',
    [seconds(0, 3600)],
    {
      en: "How long demotion may take; then the clients' connections are reset",
      zh: '降级最多用多久;过后重置客户端的连接',
    },
    {
      default: 2,
    },
  ),
  native(
    'fence_deadline',
    [seconds(0, 3600)],
    {
      en: 'How long the server may stay open after that; then on_fence',
      zh: '在那之后服务器还可以开着多久;过后执行 on_fence',
    },
    {
      default: 1,
    },
  ),
  native(
    'on_fence',
    [choice('kill', 'reset')],
    {
      en: 'A server that can not be closed: kill mysqld, whose option file says read_only; or leave it at the reset connections',
      zh: '关不上的服务器:杀掉 mysqld(它的选项文件写着 read_only);或者只重置连接',
    },
    {
      default: 'kill',
    },
  ),
  native(
    'heartbeat_port',
    [integer(0, 65535)],
    {
      en: "TCP port of the daemons' own line, the same on both hosts; 0: none",
      zh: '两个守护进程之间专线的 TCP 端口,两台主机相同;0:没有',
    },
    {
      default: 11200,
    },
  ),
  native(
    'witness',
    [address],
    {
      en: 'IPv4 address that a node which is not cut off can ping, best the gateway; a node that reaches neither it nor the peer gives up',
      zh: '没有被隔离的节点能 ping 通的 IPv4 地址,最好是网关;既到不了它也到不了对端的节点会放弃',
    },
    {
      many: true,
    },
  ),
  native(
    'isolated_after',
    [seconds(0.2, 3600)],
    {
      en: 'How long neither peer nor witness may answer until this node counts as cut off',
      zh: '对端和见证者都多久没有回答,本节点算被隔离',
    },
    { default: 1 },
  ),
])
