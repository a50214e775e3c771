import { messages } from '../message.ts'

/** `mmha status`, `switchover`, `promote`, `rejoin`: what a pair is, what is wrong with it, what to do. */
export const status = messages({
  'status.whole': { en: 'whole: either host may be lost', zh: '完整：任何一个节点故障都不影响服务' },
  'status.unknown': { en: 'UNKNOWN', zh: '未知' },
  'status.no-instance': { en: 'no instance is configured', zh: '没有配置实例' },
  'status.database-down': { en: 'database down', zh: '数据库未运行' },
  'status.epoch': { en: 'epoch {epoch}', zh: '纪元 {epoch}' },
  'status.writes': { en: 'takes writes', zh: '可写' },
  'status.read-only': { en: 'read-only', zh: '只读' },
  'status.waits': { en: 'each commit waits for the standby', zh: '每次提交都等待备库确认' },
  'status.waits-not': { en: 'commits wait for nobody', zh: '提交不等待任何节点' },
  'status.replicates': { en: 'replicates, {behind} behind', zh: '复制正常，落后 {behind}' },
  'status.replicates-not': { en: 'does not replicate', zh: '没有在复制' },
  'status.seconds': { en: '{seconds} s', zh: '{seconds} 秒' },
  'status.transactions': { en: '{count|transaction|transactions}', zh: '{count} 个事务' },

  'problem.unreachable.do': {
    en: 'look at {host} itself; the other host serves alone meanwhile',
    zh: '请检查 {host} 本身；此间由另一个节点单独提供服务',
  },
  'problem.no-daemon.do': {
    en: 'on {host}: systemctl status mmha-keepalived; journalctl -u mmha-keepalived',
    zh: '在 {host} 上运行：systemctl status mmha-keepalived；journalctl -u mmha-keepalived',
  },
  'problem.journal.do': {
    en: 'on {host}: journalctl -u mmha-keepalived',
    zh: '在 {host} 上查看：journalctl -u mmha-keepalived',
  },
  'problem.maintenance': { en: 'is in maintenance: it takes nothing over', zh: '处于维护状态：不会接管' },
  'problem.maintenance.do': {
    en: 'when you are done, on {host}: mmha-keepalived ctl maintenance off',
    zh: '维护结束后在 {host} 上运行：mmha-keepalived ctl maintenance off',
  },
  'problem.quarantined': { en: 'is quarantined, {standing}: {why}', zh: '已被隔离（{standing}）：{why}' },
  'problem.quarantined.do': {
    en: 'its own transactions are in {host}:/var/lib/mmha/quarantine; to replace its data: mmha rejoin {inventory} {host} --reseed dump',
    zh: '它独有的事务保存在 {host}:/var/lib/mmha/quarantine；如要重建数据：mmha rejoin {inventory} {host} --reseed dump',
  },
  'problem.quarantined-unsaved.do': {
    en: 'to save its own transactions and replace its data: mmha rejoin {inventory} {host} --reseed dump',
    zh: '如要保存它独有的事务并重建数据：mmha rejoin {inventory} {host} --reseed dump',
  },
  'problem.rolled-back.do': {
    en: 'what its binary log has lost cannot be saved from there; look at its rows first if they may be of use, then: mmha rejoin {inventory} {host} --reseed dump',
    zh: 'binlog 中丢失的事务已无法从 binlog 保存；如果它的数据可能有用，请先查看，然后：mmha rejoin {inventory} {host} --reseed dump',
  },
  'problem.tracker': { en: '{name} is down: {reason}', zh: '{name} 故障：{reason}' },
  'problem.gate': { en: 'must not take over: {reason}', zh: '不允许接管：{reason}' },
  'problem.nobody': { en: 'nobody holds the address', zh: '没有节点持有该地址' },
  'problem.nobody.both.do': { en: 'what is said above keeps both from it', zh: '原因见上：两个节点都因此不能持有' },
  'problem.nobody.one.do': {
    en: 'bring the other host back; if it will not come: mmha promote {inventory} {host} --force says what may be lost',
    zh: '请恢复另一个节点；若无法恢复：mmha promote {inventory} {host} --force 会说明可能丢失什么',
  },
  'problem.both-hold': { en: 'both hosts say that they hold the address', zh: '两个节点都声称持有该地址' },
  'problem.both-hold.do': {
    en: 'mmha lint the two files; is VRRP let through? mmha provision {inventory}',
    zh: '请用 mmha lint 检查两份配置；VRRP 是否放行？mmha provision {inventory}',
  },
  'problem.both-write': { en: 'both servers take writes', zh: '两个节点的数据库都可写' },
  'problem.both-write.do': {
    en: 'the daemon of the one without the address closes it within a second; look again',
    zh: '没有持有地址的一方会在一秒内被守护进程设为只读；请再看一次',
  },
  'problem.holder-read-only': { en: 'holds the address and is read-only', zh: '持有地址，却是只读' },
  'problem.holder-read-only.do': {
    en: 'on {host}: SELECT @@global.read_only; somebody has set it',
    zh: '在 {host} 上查看：SELECT @@global.read_only；有人设置了它',
  },
  'problem.alone': {
    en: 'tells clients OK without the standby: what is written now is on it alone',
    zh: '不等待备库就向客户端返回成功：现在写入的数据只在它上面',
  },
  'problem.alone.do': {
    en: 'bring the other host back; do not switch this one off',
    zh: '请恢复另一个节点；不要关闭这个节点',
  },
  'problem.catching-up': {
    en: 'waits for the standby, which has not caught up with the time before',
    zh: '在等待备库，备库还没有追上之前的数据',
  },
  'problem.catching-up.do': { en: 'nothing, for a moment', zh: '暂时不用处理，稍等片刻' },
  'problem.replicates-not': { en: 'does not replicate', zh: '没有在复制' },
  'problem.refusal': { en: 'does not replicate any more: {why}', zh: '复制已停止：{why}' },
  'problem.refusal.do': {
    en: 'its rows differ from the holder’s; who wrote there? to make it a copy again: mmha rejoin {inventory} {host} --reseed dump',
    zh: '它的数据与主库不一致；是谁写入的？如要重新成为副本：mmha rejoin {inventory} {host} --reseed dump',
  },
  'problem.behind': { en: 'is {seconds} s behind', zh: '落后 {seconds} 秒' },
  'problem.behind.do': { en: 'wait; a switch is refused meanwhile', zh: '请等待；此间会拒绝切换' },

  'pair.no-such-host': { en: '{host} is no master of {file}', zh: '{host} 不是 {file} 中的节点' },
  'pair.no-such-host.do': { en: 'its masters: {names}', zh: '其中的节点：{names}' },
  'pair.holds-already': { en: '{host} holds {vip} already', zh: '{host} 已经持有 {vip}' },
  'pair.not-whole': {
    en: '{after}, but the pair is not whole after {seconds} s',
    zh: '{after}，但 {seconds} 秒后主备对仍不完整',
  },
  'pair.not-whole.do': { en: 'mmha status {file}{problem}', zh: 'mmha status {file}{problem}' },
  'pair.bracketed': { en: ' ({text})', zh: '（{text}）' },

  'switchover.would': { en: '{vip} would move from {from} to {to}', zh: '{vip} 将从 {from} 切换到 {to}' },
  'switchover.stayed.do': { en: 'the address stayed where it is', zh: '地址留在原处，没有移动' },
  'switchover.let-go': { en: 'the address was let go', zh: '地址已释放' },
  'switchover.done': { en: '{to} holds {vip}; {whole}', zh: '{to} 现在持有 {vip}；{whole}' },
  'switchover.refused': { en: 'not safe now: {problems}', zh: '现在切换不安全：{problems}' },
  'switchover.refused.do': { en: 'look at both hosts', zh: '请检查两个节点' },

  'promote.answers': { en: 'answers, and does not hold the address', zh: '有应答，但不持有地址' },
  'promote.is-to': {
    en: '{host} is to hold {vip}, without {peer} ({away}):',
    zh: '{host} 将在没有 {peer} 的情况下持有 {vip}（{peer}：{away}）：',
  },
  'promote.switch-off': {
    en: '  if {peer} is not off, clients may go on writing there: switch it off first',
    zh: '  如果 {peer} 没有关机，客户端可能还在向它写入：请先把它关机',
  },
  'promote.would': {
    en: '{host} would take writes, whatever is missing there',
    zh: '{host} 将开始接受写入，无论它缺少什么',
  },
  'promote.does': { en: '{host} takes writes from then on', zh: '{host} 此后将接受写入' },
  'promote.refused.do': {
    en: 'mmha status {file}; on {host}: journalctl -u mmha-keepalived',
    zh: 'mmha status {file}；在 {host} 上：journalctl -u mmha-keepalived',
  },
  'promote.done': {
    en: '{host} holds {vip}, alone; when {peer} is back: mmha status {file} says what to do',
    zh: '{host} 现在单独持有 {vip}；{peer} 恢复之后：mmha status {file} 会说明该做什么',
  },
  'rotate.drill': {
    en: 'the drill has no account that stays: each `mmha verify` makes its own, with a new password, and drops it',
    zh: '演练没有长期账号：每次 `mmha verify` 都新建账号并使用新密码，结束后删除',
  },
  'rotate.drill.do': {
    en: "nothing; to be sure, on the holder: SELECT user, host FROM mysql.user WHERE user = 'mmha_drill'",
    zh: "无需处理；如要确认，在主库上运行：SELECT user, host FROM mysql.user WHERE user = 'mmha_drill'",
  },
  'promote.half': { en: '--yes and --accept-loss belong together', zh: '--yes 和 --accept-loss 必须一起使用' },
  'promote.half.do': { en: '--yes {host} --accept-loss, or neither', zh: '--yes {host} --accept-loss，或者都不写' },
  'promote.no-daemon.do': {
    en: 'its daemon must run: it opens the database and takes the address',
    zh: '它的守护进程必须在运行：由它打开数据库写入并持有地址',
  },
  'promote.peer-holds': { en: '{peer} lives and holds the address', zh: '{peer} 正在运行并持有地址' },
  'promote.peer-holds.do': {
    en: 'a planned move: mmha switchover {file} --to {host}',
    zh: '请使用计划内切换：mmha switchover {file} --to {host}',
  },
  'promote.peer-open': { en: "{peer}'s database is open for writes", zh: '{peer} 的数据库可写' },
  'promote.peer-open.do': {
    en: 'stop it, or its daemon closes it; then look again',
    zh: '请停止它，或等它的守护进程将其设为只读；然后再看',
  },
  'promote.down': { en: "{host}'s database is down", zh: '{host} 的数据库没有运行' },
  'promote.down.do': { en: 'on {host}: start it, and look at its log', zh: '请在 {host} 上启动它，并查看其日志' },

  'risk.quarantined': { en: '{host} is quarantined, {standing}: {why}', zh: '{host} 已被隔离（{standing}）：{why}' },
  'risk.silent': {
    en: "{host}'s database says nothing of what it may lack",
    zh: '{host} 的数据库没有说明它可能缺少什么',
  },
  'risk.applied': { en: 'everything that it received has been applied', zh: '它收到的内容已全部应用' },
  'risk.unapplied': {
    en: "{transactions} received and not applied yet: lost if they can't be applied",
    zh: '{transactions}已收到但尚未应用：若无法应用就会丢失',
  },
  'risk.unknown': {
    en: 'what {peer} had is not known: it has not answered since this daemon started',
    zh: '不知道 {peer} 有哪些数据：自本守护进程启动以来它没有应答过',
  },
  'risk.now-nothing': { en: '{peer} answers now, and has nothing more', zh: '{peer} 现在有应答，没有更多的数据' },
  'risk.now-more': {
    en: '{peer} answers now, and has {transactions} that {host} lacks',
    zh: '{peer} 现在有应答，它有 {host} 所缺的{transactions}',
  },
  'risk.then-nothing': { en: '{peer} had, {ago} ago, nothing more', zh: '{ago}前 {peer} 没有更多的数据' },
  'risk.then-more': {
    en: '{peer} had, {ago} ago, {transactions} that {host} lacks',
    zh: '{ago}前 {peer} 有 {host} 所缺的{transactions}',
  },
  'risk.waited': {
    en: 'commits on {peer} waited for {host} then; if they stopped waiting later, clients may have been told OK for what only {peer} has',
    zh: '当时 {peer} 上的提交会等待 {host}；如果后来不再等待，客户端可能已收到成功、而数据只在 {peer} 上',
  },
  'risk.waited-not': {
    en: 'commits on {peer} did not wait for {host}: what clients were told OK since then may be on {peer} alone',
    zh: '{peer} 上的提交没有等待 {host}：此后客户端收到成功的写入可能只在 {peer} 上',
  },
  'risk.waiting-unknown': {
    en: 'whether commits waited for the other host is not known',
    zh: '不知道提交是否等待过另一个节点',
  },
  'risk.epoch': {
    en: 'its data knows epoch {epoch}; after it, {peer} is set aside if it comes back with anything of its own',
    zh: '它的数据到纪元 {epoch}；此后如果 {peer} 带着自己独有的数据回来，会被隔离',
  },
  'risk.seconds': { en: '{count} s', zh: ' {count} 秒' },
  'risk.minutes': { en: '{count} min', zh: ' {count} 分钟' },
  'risk.hours': { en: '{count} h', zh: ' {count} 小时' },
  'risk.transactions': { en: '{count|transaction|transactions}', zh: ' {count} 个事务' },

  'named.other': {
    en: '--yes names {yes}, the host {what} is {host}',
    zh: '--yes 写的是 {yes}，而{what}的节点是 {host}',
  },
  'named.to-promote': { en: 'to be promoted', zh: '要提升' },
  'named.to-overwrite': { en: 'to be overwritten', zh: '要被覆盖' },
  'named.no': {
    en: 'nothing was changed; {flags} says it without a question',
    zh: '没有做任何更改；加上 {flags} 可以不提问直接执行',
  },
  'named.nobody': {
    en: '{would}, and nobody can be asked: this is no terminal',
    zh: '{would}，但这里不是终端，无人可以确认',
  },
  'named.ask': { en: '{does}. Type its name to go on:', zh: '{does}。请输入该节点的名称以继续：' },
  'named.not-confirmed': { en: 'not confirmed', zh: '没有确认' },

  'rejoin.would': {
    en: 'everything on {host} would be replaced by a copy of {from}',
    zh: '{host} 上的全部数据将被替换为 {from} 的副本',
  },
  'rejoin.does': {
    en: 'Everything on {host} is dropped and replaced by a copy of {from}',
    zh: '{host} 上的全部数据将被删除，并替换为 {from} 的副本',
  },
  'rejoin.copied': { en: '{host} holds a copy of {from} ({copied})', zh: '{host} 已有 {from} 的副本（{copied}）' },
  'rejoin.done': {
    en: '{host} is the standby of {from} again: {copied}; {kept}{whole}',
    zh: '{host} 重新成为 {from} 的备库：{copied}；{kept}{whole}',
  },
  'rejoin.no-tail': { en: 'it had no transactions of its own; ', zh: '它没有独有的事务；' },
  'rejoin.tail': { en: 'its own transactions are in {file}; ', zh: '它独有的事务在 {file} 中；' },
  'rejoin.both.do': { en: 'both hosts are needed for it', zh: '需要两个节点都能连接' },
  'rejoin.holds': {
    en: "{host} holds the address: its data is the pair's",
    zh: '{host} 持有地址：它的数据就是主备对的数据',
  },
  'rejoin.holds.do': {
    en: 'to copy onto it: mmha switchover {file} first',
    zh: '如要覆盖它：请先 mmha switchover {file}',
  },
  'rejoin.nobody': {
    en: 'nobody holds the address, so there is nothing to copy from{problem}',
    zh: '没有节点持有地址，因此没有可复制的来源{problem}',
  },
  'rejoin.status.do': { en: 'mmha status {file}', zh: 'mmha status {file}' },
})
