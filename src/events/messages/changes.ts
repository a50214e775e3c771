import { messages } from '../message.ts'

/** Upgrades, switches, teardown and rollback: why not now, and what to do; why a server was put aside. */
export const changes = messages({
  'upgrade.standby-first': {
    en: 'the standby has to have the newer server first',
    zh: '备库必须先装上新版本',
  },
  'upgrade.standby-first.do': { en: 'run the whole playbook', zh: '请运行整个 playbook' },
  'upgrade.apt': { en: 'a server can only be upgraded with apt so far', zh: '目前只能用 apt 升级数据库' },
  'upgrade.apt.do': {
    en: 'upgrade it there yourself, the standby first',
    zh: '请自行在那里升级，先升级备库',
  },
  'upgrade.no-package': { en: 'its server is of no package', zh: '它的数据库不是由软件包安装的' },
  'upgrade.no-package.do': {
    en: 'upgrade it yourself, the standby first, then `mmha switchover`',
    zh: '请自行升级：先升级备库，然后 `mmha switchover`',
  },
  'upgrade.differ': {
    en: 'it would get {mine}, and {peer} {theirs}',
    zh: '它会升级到 {mine}，而 {peer} 会升级到 {theirs}',
  },
  'upgrade.differ.do': {
    en: 'give both hosts the same package sources, and `apt-get update`',
    zh: '请让两个节点使用相同的软件源，并执行 `apt-get update`',
  },
  'upgrade.series': { en: '{from} → {to} is another series', zh: '{from} → {to} 跨越了版本系列' },
  'upgrade.series.do': {
    en: 'read the release notes, take a backup, then give --var series=true; there is no way back',
    zh: '请阅读发行说明并做好备份，再加上 --var series=true；升级后无法降级',
  },
  'upgrade.other-version': {
    en: 'its package sources offer {offered}, not {wanted}',
    zh: '它的软件源提供的是 {offered}，不是 {wanted}',
  },

  'switch.engine': {
    en: 'keepalived itself holds the VIP here: a playbook moves it only with the bundled daemon so far',
    zh: '这里由 keepalived 本身持有 VIP：目前 playbook 只能在使用内置守护进程时切换它',
  },
  'switch.engine.do': { en: 'move it with `mmha switchover`', zh: '请用 `mmha switchover` 切换' },
  'switch.unsafe': { en: 'not safe now: {why}', zh: '现在不安全：{why}' },
  'switch.both': { en: 'not safe now: both hosts hold the VIP', zh: '现在不安全：两个节点都持有 VIP' },
  'switch.none': { en: 'not safe now: no host holds the VIP', zh: '现在不安全：没有节点持有 VIP' },
  'switch.vip.do': {
    en: '`mmha status` says what keeps the pair from being whole, and what to do',
    zh: '`mmha status` 会说明主备对为何不完整，以及如何处理',
  },
  'switch.unsafe.do': {
    en: '`mmha status` says what to do; the address was not moved',
    zh: '`mmha status` 会说明如何处理；地址没有移动',
  },
  'switch.no-master': { en: 'there is no master {name}', zh: '没有名为 {name} 的节点' },
  'switch.no-master.do': { en: 'there are: {list}', zh: '可用的有：{list}' },
  'switch.no-master-near.do': {
    en: 'did you mean {near}? there are: {list}',
    zh: '是不是想写 {near}？可用的有：{list}',
  },

  'teardown.no-holder': {
    en: 'neither host holds the VIP: which one is to take the writes?',
    zh: '两个节点都不持有 VIP：由哪一个接受写入？',
  },
  'teardown.no-holder.do': {
    en: 'say it with --holder {host} or --holder {peer}, or bring the pair up first (mmha status)',
    zh: '请用 --holder {host} 或 --holder {peer} 指定，或先让主备对恢复（mmha status）',
  },
  'teardown.holder-elsewhere': { en: '{vip} holds the VIP, not {holder}', zh: '持有 VIP 的是 {vip}，不是 {holder}' },
  'teardown.holder-elsewhere.do': {
    en: 'move it first: mmha switchover {pair} --to {holder}; or leave --holder out',
    zh: '请先切换：mmha switchover {pair} --to {holder}；或者不写 --holder',
  },
  'teardown.vip-moved': {
    en: '{host} has taken the VIP over since this began',
    zh: '本次开始之后，VIP 已由 {host} 接管',
  },
  'teardown.vip-moved.do': {
    en: 'run the same command again: it looks anew who takes the writes',
    zh: '请再次运行同一条命令：它会重新查看由谁接受写入',
  },
  'teardown.no-master': { en: '{host} is no master of {file}', zh: '{host} 不是 {file} 中的节点' },
  'teardown.no-master.do': { en: 'its masters: {list}', zh: '其中的节点：{list}' },

  'standing.diverged': { en: 'diverged', zh: '历史已分叉' },
  'standing.rolled-back': { en: 'rolled-back', zh: '丢失了已写入的事务' },
  'standing.lost': {
    en: 'the peer has transactions that this server wrote and has lost',
    zh: '对端有本服务器写入后又丢失的事务',
  },
  'standing.lost-for-ever': {
    en: 'the holder has transactions that this server wrote and has lost: it would never have them again',
    zh: '持有者有本服务器写入后又丢失的事务：本服务器再也得不到它们',
  },
  'standing.extra-of': {
    en: "this server has transactions that the holder lacks: mine {mine}, the holder's {theirs}",
    zh: '本服务器有持有者所没有的事务：本服务器 {mine}，持有者 {theirs}',
  },
  'standing.extra': {
    en: 'this server has transactions that the holder does not have',
    zh: '本服务器有持有者所没有的事务',
  },
  'standing.binlog-cut': {
    en: 'its binary log has lost transactions whose rows are still here, so they can’t be applied again: {refusal}',
    zh: '它的 binlog 丢失了一些事务，但这些事务的数据仍在，因此无法再次应用：{refusal}',
  },
  'standing.unforced': {
    en: 'it ended without a shutdown while it ran with {settings}: rows of its last transactions may be missing, whatever its GTIDs say',
    zh: '它在 {settings} 之下运行时未经正常关闭就停止了：不论其 GTID 如何，最后一些事务的数据可能已丢失',
  },
  'standing.twice': {
    en: 'the same GTIDs, but {mine} here and {theirs} on the holder: a number was given twice',
    zh: 'GTID 相同，但本机是 {mine}，持有者是 {theirs}：同一个编号被分配了两次',
  },
  'standing.both': {
    en: 'both servers have transactions that the other lacks, and the peer held the address last',
    zh: '两台服务器各有对端所缺的事务，且最后持有 VIP 的是对端',
  },

  'undo.later': { en: 'after {run} came {list}', zh: '{run} 之后还有 {list}' },
  'undo.later.do': {
    en: 'take those back first (the newest first), or all at once with --later',
    zh: '请先回滚它们（从最新的开始），或用 --later 一次全部回滚',
  },
  'undo.unknown': { en: 'neither host knows of a run {run}', zh: '两个节点都没有运行 {run} 的记录' },
  'undo.unknown.do': { en: 'see `mmha runs INVENTORY`', zh: '请查看 `mmha runs 清单`' },
  'undo.rollback': { en: '{run} is a rollback itself', zh: '{run} 本身就是一次回滚' },
  'undo.rollback.do': { en: 'provision again instead', zh: '请改为重新部署' },
  'undo.no-id': { en: 'not the id of a run: see `mmha runs`', zh: '不是运行的编号：请查看 `mmha runs`' },
})
