import { messages } from '../message.ts'

/** A keepalived that somebody else set up, replication made by hand, and why a step can't be taken back. */
export const engines = messages({
  'take-over.unknown': {
    en: 'keepalived runs there, and not by {file}',
    zh: '那里在运行 keepalived，但没有使用 {file}',
  },
  'take-over.unknown.do': {
    en: 'find out what it carries (systemctl cat keepalived), then: systemctl disable --now keepalived',
    zh: '请查明它承载了什么（systemctl cat keepalived），然后：systemctl disable --now keepalived',
  },
  'take-over.by-hand': {
    en: 'keepalived runs there, set up by hand: {list}',
    zh: '那里有手工搭建的 keepalived 在运行：{list}',
  },
  'take-over.more': { en: "it carries more than this pair's address", zh: '它承载的不只是这个主备对的 VIP' },
  'take-over.more.do': {
    en: 'take {list} out of {file} first, or leave this keepalived alone: mmha carries one address',
    zh: '请先从 {file} 中去掉 {list}，或保留这个 keepalived：mmha 只承载一个地址',
  },
  'take-over.lint.do': {
    en: 'mmha lint a copy of both files, then let mmha take over from it: mmha provision {what} --take-over-keepalived',
    zh: '请对两份文件的副本运行 mmha lint，然后让 mmha 接替它：mmha provision {what} --take-over-keepalived',
  },
  'take-over.deaf': {
    en: 'its daemon and ours would not hear each other: the address is gone for some seconds while one takes the place of the other',
    zh: '它与我们的守护进程互相听不到：替换期间 VIP 会消失数秒',
  },
  'take-over.deaf.do': {
    en: 'in the inventory, for a move at once: {list}',
    zh: '若要立即切换，请在清单中写：{list}',
  },
  'take-over.done': { en: 'mmha takes over from it', zh: '由 mmha 接替它' },
  'take-over.nothing.do': {
    en: "nothing: it is stopped, the standby's first; its file stays as {file}, and a rollback brings it back",
    zh: '无需处理：它会被停止（先停备库上的）；其配置保留为 {file}，回滚可以恢复',
  },
  'take-over.lost.do': {
    en: 'look whether you need it in another form (notify in the inventory): {list}. None of it is taken along; the file stays as {file}',
    zh: '请检查是否需要以其他形式保留（清单中的 notify）：{list}。这些都不会带过来；原文件保留为 {file}',
  },

  'adopt.passed.do': {
    en: 'look what they did (mysqlbinlog --include-gtids): what is missing there must come over first, or by a copy (--seed-from); what is on both all the same is said so, {list}; docs/existing-data.md, then run this again',
    zh: '请查看这些事务做了什么（mysqlbinlog --include-gtids）：缺少的内容必须先补上，或用整体复制（--seed-from）；结果在两边相同的，请声明：{list}；见 docs/existing-data.md，然后重新运行',
  },
  'adopt.more': { en: '{host} never gets {gtids} ({list})', zh: '{host} 永远收不到 {gtids}（{list}）' },
  'adopt.slow': { en: 'its channel has not caught up within {seconds} s', zh: '它的复制通道在 {seconds} 秒内没有追上' },
  'adopt.many': { en: '{count} transactions', zh: '{count} 个事务' },
  'adopt.purged': { en: 'purged from the binary log', zh: '已从 binlog 中清除' },
  'adopt.unread': { en: 'not to be read from the binary log', zh: '无法从 binlog 中读出' },
  'adopt.alone': { en: '{what}, which is not there', zh: '{what}，那里没有' },
  'adopt.stopped': {
    en: '{host} does not replicate from {peer} now: GTIDs are switched on only while it does',
    zh: '{host} 现在没有从 {peer} 复制：只有在复制运行时才能打开 GTID',
  },
  'adopt.stopped.do': {
    en: 'see what SHOW REPLICA STATUS says there, let the channel go on, then run this again',
    zh: '请查看那里的 SHOW REPLICA STATUS，让通道继续运行，然后重新运行',
  },
  'undo.gtids-known': {
    en: 'that a transaction is known is not forgotten again',
    zh: '已知的事务不会再被忘记',
  },
  'undo.gtids-taken': {
    en: 'OFF_PERMISSIVE writes as before, and the peer may be a step further',
    zh: 'OFF_PERMISSIVE 的写入和以前一样，而且对端可能已经在下一步',
  },
  'undo.gtids-begun': {
    en: 'ON_PERMISSIVE takes transactions with and without GTIDs, and the peer may be a step further',
    zh: 'ON_PERMISSIVE 接受有 GTID 和没有 GTID 的事务，而且对端可能已经在下一步',
  },
  'adopt.on': { en: 'on {host}: {command}', zh: '在 {host} 上：{command}' },
  'adopt.on-each': {
    en: 'on {host}, for each of {list}: {command}',
    zh: '在 {host} 上，对 {list} 中的每一个：{command}',
  },

  'undo.logged': { en: 'what stands in a binary log stays there', zh: '已写入 binlog 的内容会留在那里' },
  'undo.none': { en: 'it has no undo', zh: '它没有回滚方法' },
  'undo.daemon-needs': { en: 'what the daemon needs does no harm', zh: '守护进程所需的内容保留无害' },
  'undo.open-password': {
    en: 'a password that others may read is not given back',
    zh: '其他用户可读的密码不会恢复',
  },
  'undo.server': {
    en: 'a server with a data directory is not removed by a machine: apt-get remove it yourself',
    zh: '带数据目录的数据库不由程序卸载：请自行 apt-get remove',
  },
  'undo.half': { en: 'half an installation is nothing to go back to', zh: '不会回到安装了一半的状态' },
  'undo.package': {
    en: 'a package is not made older: install the former version yourself',
    zh: '软件包不会自动降级：请自行安装旧版本',
  },
  'undo.binlogs': {
    en: 'the binary logs of an empty server, written by its installation, are not kept',
    zh: '空数据库安装时写入的 binlog 不保留',
  },
  'undo.channel-password': { en: 'the password that the channel had is not kept', zh: '复制通道原来的密码没有保留' },
  'undo.the-channel-password': { en: 'the password of the channel is not kept', zh: '复制通道的密码没有保留' },
  'undo.reads-again': { en: '{unit} reads its files again by itself', zh: '{unit} 会自行重新读取配置文件' },
  'undo.switch': { en: 'who holds the VIP is no setting: switch again', zh: '谁持有 VIP 不是设置项：请再次切换' },
  'undo.older': {
    en: 'a server is not made older: its data may be of the newer one by now',
    zh: '数据库不会降级：它的数据可能已是新版本格式',
  },
  'undo.build': {
    en: 'the build {version} is not kept: provision with the mmha that had it',
    zh: '构建 {version} 没有保留：请用带有它的 mmha 重新部署',
  },
  'undo.provision': { en: 'provision again instead: it makes new ones', zh: '请改为重新部署：会重新创建' },
})
