import { messages, type Text } from '../message.ts'
import { recogniser } from '../recognise.ts'
import { dataFindings } from './findings-data.ts'

/**
 * What preflight finds and what to do about it. Planners say it in English, since it goes to programs and logs; who shows
 * it takes it from here, by what it says. A command or a statement to type is the same in all languages.
 */
export const findings = messages({
  'finding.half-copy': { en: 'holds half a copy ({since})', zh: '只有半份数据副本（{since}）' },
  'finding.half-copy.do': {
    en: 'run the command again that was cut: mmha rejoin, or mmha provision with --seed-from',
    zh: '请重新运行被中断的命令：mmha rejoin，或带 --seed-from 的 mmha provision',
  },
  'finding.processor': { en: 'its processor is {arch}', zh: '它的处理器是 {arch}' },
  'finding.processor.do': { en: 'the daemon is built for x86_64 only, so far', zh: '守护进程目前只提供 x86_64 版本' },
  'finding.no-systemd': {
    en: 'it was not started by systemd (SysV init, a container, a chroot)',
    zh: '它不是由 systemd 启动的（SysV init、容器或 chroot）',
  },
  'finding.no-systemd.do': {
    en: 'boot it with systemd: on SysV init run only the daemon and playbooks of your own (docs/distributions.md)',
    zh: '请用 systemd 启动；SysV init 上只能运行守护进程和您自己的 playbook（docs/distributions.md）',
  },
  'finding.no-apt': {
    en: 'it has no apt, and the daemon comes as a Debian package',
    zh: '它没有 apt，而守护进程以 Debian 软件包提供',
  },
  'finding.no-apt.do': {
    en: "keepalived.engine: package takes the distribution's keepalived instead (docs/engines.md)",
    zh: '可设置 keepalived.engine: package，改用发行版自带的 keepalived（docs/engines.md）',
  },
  'finding.libc-other': { en: 'its C library is not glibc', zh: '它的 C 库不是 glibc' },
  'finding.libc': { en: 'its C library is glibc {version}', zh: '它的 C 库是 glibc {version}' },
  'finding.libc.do': {
    en: 'use a distribution with glibc {version} or newer (Debian 10, RHEL 8)',
    zh: '请使用 glibc 不低于 {version} 的发行版（Debian 10、RHEL 8）',
  },
  'finding.not-root': { en: 'the SSH user is not root and may not sudo', zh: 'SSH 用户不是 root，也没有 sudo 权限' },
  'finding.not-root.do': {
    en: 'log in as root, or say in the inventory how to become root: {how}',
    zh: '请以 root 登录，或在清单中写明如何成为 root：{how}',
  },
  'finding.nic-down': { en: 'its interface {nic} is down', zh: '它的网卡 {nic} 没有启用' },
  'finding.vip-elsewhere': { en: 'the VIP is an address of {nic} already', zh: 'VIP 已经是网卡 {nic} 上的地址' },
  'finding.vip-elsewhere.do': { en: 'remove it there ({command})', zh: '请从那里删除（{command}）' },
  'finding.keepalived': { en: 'keepalived runs there already', zh: '那里已经在运行 keepalived' },
  'finding.keepalived.do': {
    en: 'take its VIP out of use, then: {command}',
    zh: '先停用它的 VIP，再运行：{command}',
  },
  'finding.vip-taken': { en: 'another machine answers at the VIP {vip}', zh: '另有主机在应答 VIP {vip}' },
  'finding.vip-taken.do': { en: 'choose a free address', zh: '请换一个空闲的地址' },
  'finding.port': { en: 'port {port} is taken by {program}', zh: '端口 {port} 已被 {program} 占用' },
  'finding.port.do': {
    en: 'stop it, or let the server listen elsewhere (server.port in the inventory)',
    zh: '请停止它，或让数据库改用其他端口（清单中的 server.port）',
  },
  'finding.disk': { en: '{path} has {free} free of {total}', zh: '{path} 可用 {free}，共 {total}' },
  'finding.disk.do': {
    en: 'make room: df -h {path}; a full disk takes the server down',
    zh: '请清理空间：df -h {path}；磁盘写满会使数据库停止服务',
  },
  'finding.clock': { en: 'its clock is not synchronised', zh: '它的时钟没有同步' },
  'finding.clock.do': {
    en: 'install chrony or enable systemd-timesyncd; see: timedatectl',
    zh: '请安装 chrony 或启用 systemd-timesyncd；用 timedatectl 查看',
  },
  'finding.clocks': {
    en: "the clock of {host} is {seconds} s ahead of the other's",
    zh: '{host} 的时钟比另一个节点快 {seconds} 秒',
  },
  'finding.clocks.do': {
    en: 'let chrony or systemd-timesyncd keep both; see: timedatectl',
    zh: '请用 chrony 或 systemd-timesyncd 同步两个节点；用 timedatectl 查看',
  },
  'finding.root-denied': {
    en: 'root may not log in to the database over its socket',
    zh: 'root 不能通过 socket 登录数据库',
  },
  'finding.root-denied.do': {
    en: 'put user and password of an administrator into /root/.my.cnf (mode 0600) under [client]',
    zh: '请把管理员的用户名和密码写入 /root/.my.cnf（权限 0600）的 [client] 段',
  },
  'finding.silent': {
    en: 'its server does not answer: nothing of its data was looked at',
    zh: '它的数据库没有应答：没有检查其中的数据',
  },
  'finding.keys-unknown': {
    en: 'whether all tables have a primary key could not be found out',
    zh: '无法确认是否所有表都有主键',
  },
  'finding.keys-unknown.do': {
    en: 'look yourself: {statement}; the server took longer than 20 s',
    zh: '请自行查看：{statement}；数据库超过 20 秒没有返回',
  },
  'finding.no-key': { en: 'without a primary key: {tables}', zh: '没有主键：{tables}' },
  'finding.no-key.do': {
    en: '{statement}: each row that changes is looked for in the whole table',
    zh: '{statement}：否则备库每应用一行更改都要扫描整张表',
  },
  'finding.not-innodb': { en: 'not InnoDB: {tables}', zh: '不是 InnoDB：{tables}' },
  'finding.not-innodb.do': {
    en: '{statement}: what a crash cuts off is half in such a table, and not in the log',
    zh: '{statement}：崩溃时这类表可能只写了一半，且不在日志中',
  },
  'finding.cold-logins': {
    en: 'without TLS, by an account with caching_sha2_password: {clients}',
    zh: '未使用 TLS、账户插件为 caching_sha2_password 的客户端：{clients}',
  },
  'finding.cold-logins.do': {
    en: 'TLS for these clients, or have them ask for the public key of the server (JDBC: allowPublicKeyRetrieval=true): else they are not let in after a failover',
    zh: '让这些客户端使用 TLS，或让它们向服务器请求公钥（JDBC：allowPublicKeyRetrieval=true）；否则故障切换之后它们无法登录',
  },
  'finding.bypass': { en: 'may write to a read-only server: {accounts}', zh: '可以写入只读的数据库：{accounts}' },
  'finding.drift': {
    en: '{name} is {now}, and {later} after a restart',
    zh: '{name} 现在是 {now}，重启后会变为 {later}',
  },
  'finding.drift.do': {
    en: 'make them agree before the next restart does: {statement}, or correct the file (my_print_defaults mysqld)',
    zh: '请在下次重启之前使两者一致：{statement}，或更正配置文件（my_print_defaults mysqld）',
  },
  'finding.persisted': {
    en: '{setting} is persisted and wins over {value} in the option file',
    zh: '{setting} 已被 SET PERSIST 保存，优先于配置文件中的 {value}',
  },
  'finding.events': {
    en: '{events}: run on the holder of the VIP alone from now on',
    zh: '{events}：今后只在 VIP 的持有者上运行',
  },
  'finding.nothing.do': { en: 'nothing', zh: '无需处理' },
  'finding.events-off': { en: '{events}, and a scheduler that is off', zh: '{events}，而事件调度器是关闭的' },
  'finding.events-off.do': {
    en: 'those that must not run: ALTER EVENT … DISABLE; mmha switches the scheduler on where the VIP is',
    zh: '不应运行的事件：ALTER EVENT … DISABLE；mmha 会在 VIP 所在节点打开调度器',
  },
  'finding.connections': {
    en: '{used} of {most} connections were in use at once',
    zh: '曾同时使用 {most} 个连接中的 {used} 个',
  },
  'finding.in-inventory.do': { en: '{line} in the inventory', zh: '在清单中写：{line}' },
  'finding.admin-door': {
    en: '{variable} is not set: no way in once all connections are used',
    zh: '没有设置 {variable}：连接用尽后管理员也无法登录',
  },
  'finding.binlog-ever': { en: 'binary logs are kept for ever, by the inventory', zh: '清单使 binlog 永久保留' },
  'finding.binlog-short': {
    en: 'binary logs are kept {seconds} s, by the inventory',
    zh: '清单使 binlog 只保留 {seconds} 秒',
  },
  'finding.binlog.do': {
    en: 'leave it out of server.settings: a week for a peer to come back',
    zh: '请从 server.settings 中去掉：默认给对端一周的时间恢复',
  },
  'finding.binlog-never': { en: 'binary logs are never purged by themselves', zh: 'binlog 从不自动清理' },
  'finding.servers': { en: '{mine} on {host}, {theirs} on {peer}', zh: '{host} 上是 {mine}，{peer} 上是 {theirs}' },
  'finding.servers.do': {
    en: 'both need the same server: replace one of them',
    zh: '两个节点必须使用相同的数据库：请更换其中一个',
  },
  'finding.patch.do': { en: 'bring both to the same patch, the standby first', zh: '请升级到相同的小版本，先升级备库' },
  'finding.versions.do': {
    en: 'the older one can not be counted on to replicate from the newer: upgrade it, the standby first',
    zh: '旧版本不一定能从新版本复制：请升级旧版本，先升级备库',
  },
  'finding.inventory-id': {
    en: 'the inventory gives both hosts the same server_id',
    zh: '清单给两个节点设置了相同的 server_id',
  },
  'finding.inventory-id.do': {
    en: 'leave server_id out of server.settings: each host gets its own, from its address',
    zh: '请从 server.settings 中去掉 server_id：每个节点会根据地址得到自己的值',
  },
  'finding.skew': {
    en: '{host} adds the VIP {ms} ms after a farewell, which keepalived sends before it removes it: both may hold it',
    zh: '{host} 收到告别通告 {ms} 毫秒后就会添加 VIP，而 keepalived 先发通告再删除 VIP：两个节点可能同时持有它',
  },
  'finding.skew-interval.do': {
    en: 'vrrp.priorities of 100 and 90, or none, and vrrp.advertInterval of 0.5: it waits (256 - priority) / 256 of an interval',
    zh: '请把 vrrp.priorities 设为 100 和 90（或不设），vrrp.advertInterval 设为 0.5：等待时间是间隔的 (256 - 优先级) / 256',
  },
  'finding.skew-second.do': {
    en: 'vrrp.priorities of 100 and 90, or none: it waits (256 - priority) / 256 of a second',
    zh: '请把 vrrp.priorities 设为 100 和 90（或不设）：等待时间是 1 秒的 (256 - 优先级) / 256',
  },
  'finding.same-id': { en: '{host} and {peer} have the same {variable}', zh: '{host} 和 {peer} 有相同的 {variable}' },
  'finding.same-uuid.do': {
    en: 'on one of them: stop the server, remove auto.cnf from its data directory, start it',
    zh: '在其中一个节点上：停止数据库，删除数据目录中的 auto.cnf，再启动',
  },
  'finding.same-id.do': { en: 'nothing: provision gives each its own', zh: '无需处理：部署时会为每个节点设置自己的值' },
  'finding.errant': {
    en: '{name} is the standby and has transactions that {of} lacks: {gtids}',
    zh: '{name} 是备库，却有 {of} 所没有的事务：{gtids}',
  },
  'finding.errant.do': {
    en: 'mmha status says whether {name} is quarantined; its data must be made equal to that of {of}',
    zh: 'mmha status 会说明 {name} 是否已被隔离；它的数据必须与 {of} 一致',
  },
  'finding.purged': {
    en: '{other} needs transactions that {name} has purged: {gtids}',
    zh: '{other} 需要 {name} 已经清理掉的事务：{gtids}',
  },
  'finding.purged.do': {
    en: 'restore a backup of {name} onto {other}, with the GTIDs it contains',
    zh: '请把 {name} 的备份（连同其中的 GTID）恢复到 {other}',
  },
  'finding.differs': {
    en: '{name} is {mine} on {host}, {theirs} on {peer}',
    zh: '{name} 在 {host} 上是 {mine}，在 {peer} 上是 {theirs}',
  },
  'finding.names.do': {
    en: 'it is fixed when the data directory is made: make one of them anew with the value of the other',
    zh: '它在创建数据目录时就已确定：请以另一个节点的值重新创建其中一个',
  },
  'finding.settings.do': { en: '{line} in the inventory, for both', zh: '在清单中为两个节点写：{line}' },
  'finding.zone.do': {
    en: 'timedatectl set-timezone, the same on both, and restart the servers',
    zh: '请在两个节点上用 timedatectl set-timezone 设置相同的时区，并重启数据库',
  },
  'finding.by-hand': { en: 'replicates as {from} already, set up by hand', zh: '已经在以 {from} 复制，是手工设置的' },
  'finding.by-hand.do': { en: 'nothing: it goes on as {user}', zh: '无需处理：之后会改用 {user} 继续' },
  'finding.foreign': { en: 'replicates as {from}', zh: '正在以 {from} 复制' },
  'finding.foreign.do': { en: '{statements}; or use other servers', zh: '{statements}；或者使用其他数据库' },
  'finding.cluster': { en: 'is a member of {cluster}', zh: '是 {cluster} 的成员' },
  'finding.cluster.do': {
    en: 'a pair of mmha has one writer and replicates by itself: use other servers, or leave the cluster',
    zh: 'mmha 的主备对只有一个写入方，并自行复制：请使用其他数据库，或退出该集群',
  },
  'finding.readers': { en: 'read by {readers}', zh: '被 {readers} 复制' },
  'finding.readers.do': {
    en: 'let it follow the VIP {vip} by GTID: else it stays with this host when the VIP moves',
    zh: '请让它以 GTID 方式从 VIP {vip} 复制：否则 VIP 切换后它仍跟随本节点',
  },
  'finding.filtered-in': { en: 'leaves out on the way in: {filters}', zh: '复制时过滤掉：{filters}' },
  'finding.filtered-in.do': {
    en: '{statements}; and take it out of the option files',
    zh: '{statements}；并从配置文件中去掉',
  },
  'finding.filtered-out': { en: 'leaves out of its binary log: {filters}', zh: '不写入 binlog：{filters}' },
  'finding.filtered-out.do': {
    en: 'take binlog_do_db and binlog_ignore_db out of the option files and restart the server',
    zh: '请从配置文件中去掉 binlog_do_db 和 binlog_ignore_db，并重启数据库',
  },
  'finding.confined-folder': {
    en: '{by} may keep the server from {folder}, which server.settings name',
    zh: '{by} 可能不允许数据库使用 server.settings 中的 {folder}',
  },
  'finding.apparmor.do': {
    en: 'add {lines} to {file}, then: {command}',
    zh: '请把 {lines} 加入 {file}，然后运行：{command}',
  },
  'finding.confined-port': {
    en: 'SELinux may keep the server from port {port}',
    zh: 'SELinux 可能不允许数据库使用端口 {port}',
  },
  'finding.confined': { en: '{by} confines the server', zh: '{by} 限制着数据库的访问' },
  'finding.confined.do': {
    en: 'keep data and logs where the package has them; what it refused: {command}',
    zh: '请让数据和日志留在软件包的默认位置；查看被拒绝的访问：{command}',
  },
})

const recognised = recogniser(messages({ ...findings.table, ...dataFindings.table }))

/** A finding, or what to do about it, in every language; the text itself where it is a command, or not translated. */
export function finding(text: string): Text {
  return recognised(text) ?? text
}

/** What stands around findings. */
export const preflight = messages({
  'preflight.blocks': { en: 'blocks', zh: '阻止' },
  'preflight.warns': { en: 'warns', zh: '警告' },
  'preflight.note': { en: 'note', zh: '提示' },
  'preflight.blocking': { en: '{count} blocks', zh: '{count} 项阻止' },
  'preflight.warning': { en: '{count} warns', zh: '{count} 项警告' },
  'preflight.notes': { en: '{count|note|notes}', zh: '{count} 项提示' },
  'preflight.clear': { en: 'nothing is in the way', zh: '没有任何障碍' },
  'preflight.said': { en: '{what}\n  do: {todo} ({code})', zh: '{what}\n  处理：{todo}（{code}）' },
  'preflight.refused': {
    en: "{host} can't be part of this pair: {findings}",
    zh: '{host} 不能加入这个主备对：{findings}',
  },
  'preflight.refused-both': {
    en: "these hosts can't be part of this pair: {findings}",
    zh: '这两个节点不能组成主备对：{findings}',
  },
})
