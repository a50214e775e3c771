import { messages } from '../message.ts'

/** The failover drill: what it says on the way, why it refuses, what it found. Its report: report.ts. */
export const drill = messages({
  'drill.power.lab': {
    en: 'in the lab: the switch port falls silent and every process of the host is killed at once; its page cache survives, so a missing fsync is not found',
    zh: '实验环境：交换机端口静默，主机的所有进程同时被杀；它的页缓存还在，因此发现不了缺失的 fsync',
  },
  'drill.power.reboot': {
    en: 'immediate reboot without sync (sysrq b); the disks keep their power',
    zh: '不做 sync 立即重启（sysrq b）；磁盘没有断电',
  },
  'drill.not-tested.hung': {
    en: 'hung database (SIGSTOP), full disk, read-only file system',
    zh: '数据库挂起（SIGSTOP）、磁盘已满、文件系统只读',
  },
  'drill.not-tested.network': { en: 'cut cable and network partitions', zh: '网线断开和网络分区' },
  'drill.not-tested.both': { en: 'both hosts down at once, cold start', zh: '两个节点同时宕机、冷启动' },
  'drill.not-tested.clients': {
    en: 'clients that hold long queries or transactions open',
    zh: '长时间占用查询或事务的客户端',
  },
  'drill.sigkill': { en: 'SIGKILL to the database server', zh: '对数据库服务器执行 SIGKILL' },
  'drill.stop': { en: 'systemctl stop of the database server', zh: '用 systemctl stop 停止数据库服务器' },
  'drill.power': { en: 'power loss of the host', zh: '主机断电' },
  'drill.waiting': {
    en: 'the pair is not whole: {why}; waiting {seconds} s for it',
    zh: '主备对不完整：{why}；最多等待 {seconds} 秒',
  },
  'drill.writers': { en: 'writers on {client}, {holder} holds the VIP', zh: '写入端在 {client} 上，{holder} 持有 VIP' },
  'drill.resumed': { en: 'clients write again; bringing this host back', zh: '客户端已恢复写入；正在恢复这台主机' },
  'drill.not-seen': { en: '{program}: no {what} within {seconds} s', zh: '{program}：{seconds} 秒内没有等到{what}' },
  'drill.until.answer': { en: 'answer of the database', zh: '数据库的应答' },
  'drill.until.command': { en: 'end of a command', zh: '命令结束' },
  'drill.until.vip': { en: 'connection through the VIP', zh: '经由 VIP 的连接' },
  'drill.until.write': { en: 'acknowledged write of every writer', zh: '每个写入端的已确认写入' },
  'drill.until.end': { en: 'end of the writers', zh: '写入端结束' },
  'drill.not-seen.do': {
    en: 'see whether the host is overloaded, then run the drill again',
    zh: '请检查主机是否过载，然后重新演练',
  },
  'drill.lost': { en: '{program} was lost: {why}', zh: '{program} 已失去联系：{why}' },
  'drill.it-ended': { en: 'it ended', zh: '它已结束' },
  'drill.lost.do': {
    en: 'see whether the host is up and Node runs there',
    zh: '请检查主机是否开机、Node 能否在那里运行',
  },
  'drill.whole-after': { en: 'the pair is whole again after {time}', zh: '经过 {time}，主备对恢复完整' },
  'drill.interrupted': { en: 'interrupted: bringing everything back first', zh: '已中断：先把一切恢复原状' },
  'drill.was-interrupted': { en: 'the drill was interrupted', zh: '故障演练已中断' },
  'drill.was-interrupted.do': {
    en: 'replication catches up by itself; errors above say what could not be brought back',
    zh: '复制会自行追上；未能恢复的内容见上面的错误',
  },
  'drill.not-back': { en: '{host} could not be brought back: {why}', zh: '{host} 未能恢复：{why}' },
  'drill.writers-end': { en: 'the writers did not end in order: {why}', zh: '写入端没有正常结束：{why}' },
  'drill.left-behind': {
    en: 'schema and account of the drill are still there ({why}); on the holder: {list}',
    zh: '演练用的库和账号还在（{why}）；请在持有者上执行：{list}',
  },
  'drill.no-single-holder': { en: 'no host, or both, hold the VIP', zh: 'VIP 无人持有，或两个节点都持有' },

  'drill.gap': { en: '{ms} ms without an acknowledged write', zh: '{ms} 毫秒没有已确认的写入' },
  'drill.no-writes': { en: 'no writes again', zh: '未能恢复写入' },
  'drill.run': {
    en: '{fault}: {what}; {lost} lost, {reverted} reverted, {ms} ms double VIP',
    zh: '{fault}：{what}；丢失 {lost} 条，被撤销 {reverted} 条，双 VIP {ms} 毫秒',
  },
  'drill.run-of': {
    en: '{fault} {run}: {what}; {lost} lost, {reverted} reverted, {ms} ms double VIP',
    zh: '{fault} 第 {run} 次：{what}；丢失 {lost} 条，被撤销 {reverted} 条，双 VIP {ms} 毫秒',
  },
  'drill.run-failed': { en: '{what} — {why}', zh: '{what} —— {why}' },
  'drill.line': { en: '{fault} {passed} of {runs} passed  {what}', zh: '{fault} {runs} 次中 {passed} 次通过  {what}' },
  'drill.not-run': { en: '{fault} not run: {why}', zh: '{fault} 未执行：{why}' },
  'drill.passed': { en: 'drill passed, report: {file}', zh: '故障演练通过，报告：{file}' },
  'drill.failed': { en: 'drill failed, report: {file}', zh: '故障演练未通过，报告：{file}' },
  'drill.no-power': {
    en: 'these are not lab hosts; with --i-know the holder is rebooted at once, without sync',
    zh: '这些不是实验环境的主机；加上 --i-know 会立即重启持有者，不做 sync',
  },
  'drill.not-whole-after': {
    en: 'the pair was not whole after {fault} (run {run})',
    zh: '{fault}（第 {run} 次）之后主备对未恢复完整',
  },

  'drill.unwritable': { en: 'clients could not write again', zh: '客户端未能恢复写入' },
  'drill.nothing-measured': {
    en: 'nothing was measured: there were no acknowledged inserts or updates',
    zh: '没有测到任何数据：没有已确认的插入或更新',
  },
  'drill.lost-rows': { en: '{count} acknowledged inserts lost', zh: '丢失 {count} 条已确认的插入' },
  'drill.lost-rows-with': {
    en: '{count} acknowledged inserts lost: {list}',
    zh: '丢失 {count} 条已确认的插入：{list}',
  },
  'drill.reverted-rows': { en: '{count} acknowledged updates reverted', zh: '{count} 条已确认的更新被撤销' },
  'drill.reverted-rows-with': {
    en: '{count} acknowledged updates reverted: {list}',
    zh: '{count} 条已确认的更新被撤销：{list}',
  },
  'drill.doubled': { en: '{count} operations there twice', zh: '{count} 个操作出现了两次' },
  'drill.doubled-with': { en: '{count} operations there twice: {list}', zh: '{count} 个操作出现了两次：{list}' },
  'drill.split-vip': { en: 'both hosts held the VIP for {ms} ms', zh: '两个节点同时持有 VIP {ms} 毫秒' },
  'drill.split-writable': { en: 'both hosts were writable for {ms} ms', zh: '两个节点同时可写 {ms} 毫秒' },
  'drill.split-writes': {
    en: '{count} writes were acknowledged by one server in the middle of the other’s',
    zh: '{count} 条写入在一台服务器上被确认，而当时另一台也在确认写入',
  },
  'drill.never-whole': { en: 'the pair did not become whole again: {why}', zh: '主备对未能恢复完整：{why}' },
  'drill.differences': {
    en: '{count} differences between the hosts’ data: {list}',
    zh: '两个节点的数据有 {count} 处差异：{list}',
  },
  'drill.not-compared': { en: 'the hosts could not be compared: {why}', zh: '无法比较两个节点：{why}' },
  'drill.not-same': {
    en: 'the hosts did not come to the same transactions',
    zh: '两个节点未能达到相同的事务',
  },
  'drill.behind-acked': {
    en: '{key} is at version {version}, acknowledged was {acked}',
    zh: '{key} 的版本是 {version}，已确认的是 {acked}',
  },
  'drill.backwards': { en: '{key}: its history goes backwards', zh: '{key}：它的历史倒退了' },
  'drill.no-history': {
    en: '{key} is at version {version}, its history is not',
    zh: '{key} 的版本是 {version}，与其历史不符',
  },
  'drill.gone': { en: '{key} is gone', zh: '{key} 已不存在' },

  'drill.unreadable': {
    en: 'neither database can be read after the fault: {why}',
    zh: '故障之后两个数据库都无法读取：{why}',
  },
  'drill.unreadable.do': {
    en: 'look at the servers and at `journalctl -u mmha-keepalived` on the hosts',
    zh: '请检查数据库服务器，以及各节点上的 `journalctl -u mmha-keepalived`',
  },
  'drill.busy': {
    en: 'the data of both hosts could not be compared: someone else keeps writing',
    zh: '无法比较两个节点的数据：还有别的程序在写入',
  },
  'drill.busy.do': {
    en: 'stop the applications that write to the pair, then run the drill again',
    zh: '请停止写入这个主备对的应用，然后重新演练',
  },
  'drill.unfit': { en: 'the pair is not fit for a drill: {why}', zh: '这个主备对现在不适合演练：{why}' },
  'drill.unfit.do': {
    en: 'run `mmha provision {what}` and see `journalctl -u {unit}` on the hosts',
    zh: '请运行 `mmha provision {what}`，并查看各节点上的 `journalctl -u {unit}`',
  },
  'drill.unfit-engine.do': {
    en: 'run `mmha provision {what}` and see `journalctl -u keepalived -t mmha-role` on the hosts',
    zh: '请运行 `mmha provision {what}`，并查看各节点上的 `journalctl -u keepalived -t mmha-role`',
  },
  'drill.foreign': {
    en: '{count} client sessions use this pair, the drill would break them: {list}',
    zh: '有 {count} 个客户端会话正在使用这个主备对，演练会中断它们：{list}',
  },
  'drill.foreign.do': {
    en: 'stop those applications, or give --i-know when they may lose their connections',
    zh: '请停止这些应用；若允许它们断开连接，可加上 --i-know',
  },
  'drill.from': { en: '{user} from {client} on {host}', zh: '{user}（来自 {client}，在 {host} 上）' },
  'drill.host-gone': { en: '{host} did not come back within {seconds} s', zh: '{host} 在 {seconds} 秒内没有恢复' },
  'drill.host-gone.do': {
    en: 'start it by hand, then run `mmha verify` again',
    zh: '请手动启动它，然后重新运行 `mmha verify`',
  },
  'drill.silent': { en: 'the databases did not answer', zh: '数据库没有应答' },
  'drill.command': { en: '`{command}` failed on {host}: {why}', zh: '`{command}` 在 {host} 上失败：{why}' },
  'drill.command.do': { en: 'see `journalctl -u {unit}` there', zh: '请查看那里的 `journalctl -u {unit}`' },
  'drill.which-unit': {
    en: "can't tell which systemd unit runs the database on {host} (pid file {file})",
    zh: '无法确定 {host} 上的数据库由哪个 systemd 单元运行（pid 文件 {file}）',
  },
  'drill.which-unit.do': {
    en: 'the drill needs a database that systemd starts and stops',
    zh: '演练要求数据库由 systemd 启动和停止',
  },
  'drill.programs': { en: "the drill programs can't run on {host}: {why}", zh: '演练程序无法在 {host} 上运行：{why}' },
  'drill.programs.do': {
    en: 'see whether {folder} can be written there and has 130 MB free',
    zh: '请检查那里的 {folder} 是否可写，是否有 130 MB 空闲空间',
  },
  'drill.programs-look': { en: 'looking for the drill programs', zh: '查找演练程序' },
  'drill.processor': { en: 'it is {arch}, our Node is for x86_64', zh: '它是 {arch}，而我们的 Node 只用于 x86_64' },
  'drill.ledger': { en: "the ledger can't be read on {host}: {why}", zh: '无法读取 {host} 上的写入记录：{why}' },
  'drill.ledger.do': { en: 'see whether its /var/tmp is full', zh: '请检查它的 /var/tmp 是否已满' },
  'drill.ledgers': { en: 'removing the ledgers', zh: '删除写入记录' },
  'drill.no-server': {
    en: 'no database server runs there (no socket among {list})',
    zh: '那里没有数据库服务器在运行（这些套接字都不存在：{list}）',
  },
  'drill.closed': { en: 'the server has closed the connection', zh: '数据库关闭了连接' },
  'drill.no-answer': { en: 'no answer in {ms} ms', zh: '{ms} 毫秒内没有应答' },
  'drill.not-killed': {
    en: 'process {pid} is {name}, not {list}: not killed',
    zh: '进程 {pid} 是 {name}，不是 {list}：没有终止它',
  },
  'drill.not-built': { en: '{file} is missing', zh: '缺少 {file}' },
  'drill.not-built.do': { en: 'run `npm ci && npm run build`', zh: '请运行 `npm ci && npm run build`' },
  'drill.faults.do': {
    en: 'give a list of maps {fault, runs}; known faults: {list}',
    zh: '请给出由 {fault, runs} 组成的列表；可用的故障：{list}',
  },

  'pair.no-vip': { en: 'no host holds the VIP', zh: '没有节点持有 VIP' },
  'pair.two-vips': { en: 'both hosts hold the VIP', zh: '两个节点都持有 VIP' },
  'pair.holder-read-only': { en: '{host} holds the VIP and is read-only', zh: '{host} 持有 VIP，却是只读' },
  'pair.writable-without': { en: '{host} is writable without the VIP', zh: '{host} 没有 VIP，却可写' },
  'pair.no-semi-sync': { en: '{host} has no semi-synchronous replication', zh: '{host} 没有半同步复制' },
  'pair.not-waiting': {
    en: '{host} acknowledges writes without waiting for {peer} (semi-sync is off)',
    zh: '{host} 确认写入时不等待 {peer}（半同步未生效）',
  },
  'pair.behind': { en: '{host} has not caught up', zh: '{host} 还没有追上' },
  'pair.no-channel': { en: '{host} has no replication channel', zh: '{host} 没有复制通道' },
  'pair.io': { en: 'replication to {host} is {state}', zh: '到 {host} 的复制状态为 {state}' },
  'pair.io-why': { en: 'replication to {host} is {state}: {why}', zh: '到 {host} 的复制状态为 {state}：{why}' },
  'pair.not-applied': { en: 'replication on {host} does not apply', zh: '{host} 上的复制没有回放' },
  'pair.not-applied-why': { en: 'replication on {host} does not apply: {why}', zh: '{host} 上的复制没有回放：{why}' },
  'pair.late': { en: '{host}: holds the VIP and is read-only', zh: '{host}：持有 VIP，却是只读' },
  'pair.open': { en: '{host}: does not hold the VIP and is writable', zh: '{host}：不持有 VIP，却可写' },
  'pair.no-replica': { en: '{host}: does not replicate from its peer', zh: '{host}：没有从对端复制' },
  'pair.holder-semi-sync': { en: '{host}: semi-sync is off on the holder', zh: '{host}：持有者上的半同步未生效' },
  'pair.standby-semi-sync': { en: '{host}: semi-sync is off on the standby', zh: '{host}：备库上的半同步未生效' },
  'pair.not-running': { en: '{host}: {unit} does not run', zh: '{host}：{unit} 没有运行' },
  'pair.no-answer': { en: '{host}: the server does not answer', zh: '{host}：数据库没有应答' },
  'pair.wanted': {
    en: 'the VIP on one host, that one writable, the other read-only, both replicate, semi-sync on',
    zh: 'VIP 在一个节点上且该节点可写，另一个只读，双向复制，半同步生效',
  },
})
