import { type Message, messages, type Text } from '../message.ts'
import { recogniser } from '../recognise.ts'

/**
 * Names of plays and tasks, and titles of steps, as the shipped playbooks and the modules write them: in English, since they
 * go to the journals of hosts, into saved plans and to programs. Who is shown one in another language gets it from here,
 * by what it says; what is not here (a playbook of the user's) is shown as it is.
 */
export const titles = messages({
  'play.preflight': { en: 'preflight', zh: '预检' },
  'play.contents': { en: 'contents', zh: '数据内容' },
  'play.same-contents': { en: 'same contents', zh: '数据一致' },
  'play.gtids-taken': { en: 'GTIDs are taken', zh: '接受 GTID' },
  'play.gtids-begin': { en: 'GTIDs begin', zh: '开始使用 GTID' },
  'play.gtids-settle': { en: 'GTIDs settle', zh: '等待无 GTID 的事务结束' },
  'play.gtids-alone': { en: 'GTIDs alone', zh: '只用 GTID' },
  'play.server': { en: 'server', zh: '数据库服务器' },
  'play.configuration': { en: 'configuration', zh: '配置' },
  'play.marks': { en: 'marks', zh: '标记' },
  'play.marks-after': { en: 'marks after the restart', zh: '重启之后的标记' },
  'play.firewall': { en: 'firewall', zh: '防火墙' },
  'play.accounts': { en: 'accounts', zh: '账号' },
  'play.history': { en: 'history', zh: '历史事务' },
  'play.replication': { en: 'replication', zh: '复制' },
  'play.package': { en: 'package of the daemon', zh: '守护进程软件包' },
  'play.daemon-change': { en: 'change of the daemon', zh: '更换守护进程' },
  'play.daemon': { en: 'daemon', zh: '守护进程' },
  'play.late-restart': { en: 'late restart', zh: '推迟的重启' },
  'play.ready': { en: 'ready', zh: '就绪' },
  'play.rollback': { en: 'rollback', zh: '回滚' },
  'play.settings': { en: 'settings', zh: '设置' },
  'play.remains': { en: 'remains', zh: '剩余文件' },
  'play.role': { en: 'role', zh: '守护进程账号' },
  'play.accept': { en: 'accept', zh: '接受新密码' },
  'play.use': { en: 'use', zh: '使用新密码' },
  'play.package-lists': { en: 'package lists', zh: '软件包列表' },
  'play.standby': { en: 'standby', zh: '备节点' },
  'play.switch': { en: 'switch', zh: '切换' },
  'play.whole': { en: 'whole', zh: '恢复完整' },
  'play.whole-after': { en: 'whole after the switch', zh: '切换后恢复完整' },
  'play.the-other': { en: 'the other', zh: '另一个节点' },
  'play.switchover': { en: 'switchover', zh: '主备切换' },
  'play.forget': { en: 'forget', zh: '作废旧密码' },

  'task.look': { en: 'look before touching anything', zh: '动手之前先检查' },
  'task.gtids-taken': { en: 'take transactions with GTIDs', zh: '接受带 GTID 的事务' },
  'task.gtids-begin': { en: 'give transactions GTIDs', zh: '给新事务分配 GTID' },
  'task.gtids-settle': { en: 'apply what has no GTID', zh: '应用没有 GTID 的事务' },
  'task.gtids-alone': { en: 'take nothing without a GTID', zh: '不再接受没有 GTID 的事务' },
  'task.passed-over': { en: 'what channels by position passed over', zh: '按位置的通道跳过的事务' },
  'task.read-contents': { en: 'read every table', zh: '读取每张表' },
  'task.compare-contents': { en: 'compare what both hold', zh: '比较两个节点的数据' },
  'task.server': { en: 'database server', zh: '数据库服务器' },
  'task.settings': { en: 'settings of the pair', zh: '主备对的参数' },
  'task.marks': { en: 'binary logs that tell of both', zh: '让 binlog 记有双方的写入' },
  'task.marks-after': { en: 'a log of what comes from the peer', zh: '从对端得到的写入也进 binlog' },
  'task.firewall': { en: 'let the pair and its clients in', zh: '放行两个节点之间和客户端的连接' },
  'task.accounts': { en: 'accounts of the pair', zh: '主备对的账号' },
  'task.history': { en: 'begin without history', zh: '从空的历史开始' },
  'task.replicate': { en: 'replicate from the peer', zh: '从对端复制' },
  'task.daemon-package': { en: 'mmha-keepalived', zh: 'mmha-keepalived' },
  'task.database-role': { en: 'role of the database', zh: '数据库的角色' },
  'task.daemon-change': { en: 'one daemon for the other', zh: '用一个守护进程换下另一个' },
  'task.unit': { en: 'unit of the database server', zh: '数据库服务器的 systemd 单元' },
  'task.notify-script': { en: 'notify script', zh: '通知脚本' },
  'task.check-script': { en: 'check script', zh: '检查脚本' },
  'task.daemon-configuration': { en: 'configuration of the daemon', zh: '守护进程配置' },
  'task.daemon-runs': { en: 'the daemon runs', zh: '守护进程运行' },
  'task.late-restart': { en: 'restart that had to wait', zh: '必须推迟的重启' },
  'task.whole': { en: 'wait until the pair is whole', zh: '等待主备对恢复完整' },
  'task.take-back': { en: 'take back', zh: '回滚' },
  'task.role-password': { en: 'password of the daemon’s account', zh: '守护进程账号的密码' },
  'task.accept': { en: 'accept the new replication password', zh: '接受新的复制密码' },
  'task.use': { en: 'use the new replication password', zh: '使用新的复制密码' },
  'task.forget': { en: 'refuse the former replication password', zh: '拒绝旧的复制密码' },

  'task.package-lists': { en: 'read the package sources', zh: '读取软件源' },
  'task.upgrade': { en: 'server', zh: '数据库服务器' },
  'task.address': { en: 'address', zh: '虚拟地址' },
  'task.the-address': { en: 'the address', zh: '虚拟地址' },

  'step.install': { en: 'install {what}', zh: '安装 {what}' },
  'step.package': { en: 'mmha-keepalived {version}', zh: 'mmha-keepalived {version}' },
  'step.finish-install': { en: 'finish an installation that was cut off', zh: '完成被中断的安装' },
  'step.at-boot': { en: 'start {unit} with the host', zh: '开机自动启动 {unit}' },
  'step.settings': { en: 'settings of the pair in {file}', zh: '把主备对的参数写入 {file}' },
  'step.running-values': { en: 'running values of {names}', zh: '修改运行中的参数 {names}' },
  'step.start': { en: 'start {unit}', zh: '启动 {unit}' },
  'step.restart': { en: 'restart {unit}', zh: '重启 {unit}' },
  'step.replace-unit': { en: 'replace {old} by {fresh}', zh: '用 {fresh} 换下 {old}' },
  'step.own-file': { en: 'give {unit} the file of the pair', zh: '让 {unit} 使用主备对的配置文件' },
  'step.build-keepalived': { en: 'build keepalived {version}', zh: '编译 keepalived {version}' },
  'step.stop': { en: 'stop {unit}', zh: '停止 {unit}' },
  'step.reload': { en: 'reload {unit}', zh: '重载 {unit}' },
  'step.enable': { en: 'enable {unit}', zh: '启用 {unit}' },
  'step.disable': { en: 'disable {unit}', zh: '停用 {unit}' },
  'step.read-unit': { en: 'read the unit file of {unit} again', zh: '重新读取 {unit} 的单元文件' },
  'step.let-in-one': { en: 'let in: 1 rule', zh: '放行：1 条规则' },
  'step.let-in': { en: 'let in: {count} rules', zh: '放行：{count} 条规则' },
  'step.keep-cut': { en: 'keep what a run that was cut had changed', zh: '保留上次中断的运行所做的更改' },
  'step.keep-in': { en: 'keep it over a reboot in {file}', zh: '写入 {file}，重启后仍有效' },
  'step.keep-with': { en: 'keep it over a reboot with {unit}', zh: '用 {unit} 保证重启后仍有效' },
  'step.keep-reload': { en: 'keep it over a reload and a reboot', zh: '重载和重启后仍有效' },
  'step.new-password': { en: 'new replication password ({why})', zh: '新的复制密码（{why}）' },
  'step.role-account': { en: 'account of the daemon ({why})', zh: '守护进程的账号（{why}）' },
  'why.no-file-on': { en: '{host} has no {file}', zh: '{host} 上没有 {file}' },
  'why.no-account': { en: 'no account', zh: '没有该账号' },
  'why.no-file': { en: 'no {file}', zh: '没有 {file}' },
  'why.passwords-differ': { en: 'the hosts have different passwords', zh: '两个节点的密码不同' },
  'step.privileges': { en: 'privileges of the {account} account', zh: '账号 {account} 的权限' },
  'step.root-only': { en: 'only root may read the passwords', zh: '密码文件只允许 root 读取' },
  'step.role-password': { en: 'new password of the daemon’s account', zh: '守护进程账号的新密码' },
  'step.password-accepted': { en: 'a new replication password is accepted', zh: '开始接受新的复制密码' },
  'step.upgrade': { en: 'upgrade the server to {version}', zh: '把数据库服务器升级到 {version}' },
  'step.run-installed': { en: 'run the server that is installed', zh: '改用已安装的服务器程序运行' },
  'step.move': { en: 'move {vip} from {from} to {to}', zh: '把 {vip} 从 {from} 移到 {to}' },
  'step.take-over': { en: 'take {vip} over from {from}', zh: '从 {from} 接管 {vip}' },
  'step.password-used': { en: 'the new replication password is used', zh: '改用新的复制密码' },
  'step.password-refused': { en: 'the former replication password is refused', zh: '不再接受旧的复制密码' },
  'step.upload': { en: 'upload {file}', zh: '上传 {file}' },
  'step.write': { en: 'write {file}', zh: '写入 {file}' },
  'step.change': { en: 'change {file}', zh: '修改 {file}' },
  'step.rewrite': { en: 'rewrite {file}', zh: '重写 {file}' },
  'step.make-directory': { en: 'make directory {file}', zh: '创建目录 {file}' },
  'step.remove-directory': { en: 'remove directory {file}', zh: '删除目录 {file}' },
  'step.make': { en: 'make {file}', zh: '创建 {file}' },
  'step.edit': { en: 'edit {file}', zh: '编辑 {file}' },
  'step.remove': { en: 'remove {file}', zh: '删除 {file}' },
  'step.run': { en: 'run {command}', zh: '运行 {command}' },
  'step.so-by-then': { en: 'must be so by then', zh: '届时必须满足' },
  'step.wait': { en: 'wait {what}', zh: '等待 {what}' },
  'step.open': { en: 'open for writes', zh: '开放写入' },
  'step.follow-nobody': { en: 'follow nobody', zh: '不再从任何节点复制' },
  'step.go-on-following': { en: 'go on following', zh: '继续复制' },
  'step.remove-files': { en: 'remove its files', zh: '删除 mmha 的文件' },
  'step.drop-accounts': { en: 'drop its accounts and its schema', zh: '删除 mmha 的账号和库' },
})

/** How a title of a task goes on; only our own words are shared by all of its steps. */
const joint = messages({ 'step.of-task': { en: '{task}: {what}', zh: '{task}：{what}' } })

/** Their last parameter may hold anything; no other spans the colon behind a task's name. */
const OPEN: ReadonlySet<string> = new Set(['step.run', 'step.wait'])

const recognised: (text: string) => Message | null = recogniser(
  titles,
  (code) => (OPEN.has(code) ? '.+' : '(?:(?!: ).)+'),
  (name, value) => (name === 'why' ? (recognised(value) ?? value) : value),
)

/** A title in every language; the title itself where it is none of ours. */
export function title(text: string): Text {
  const whole = recognised(text)
  if (whole !== null) return whole
  const at = text.indexOf(': ')
  if (at < 0) return text
  const name = text.slice(0, at)
  const [task, what] = [recognised(name), title(text.slice(at + 2))]
  if (task === null && typeof what === 'string') return text
  return joint('step.of-task', { task: task ?? name, what })
}
