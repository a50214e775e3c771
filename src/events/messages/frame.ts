import { messages } from '../message.ts'

/** What stands around everything else: errors, plans, questions, the end of a run. */
export const frame = messages({
  'error.mark': { en: 'error: ', zh: '错误：' },
  'warning.mark': { en: 'warning: ', zh: '警告：' },
  'error.where': { en: '  where: {place}', zh: '  位置：{place}' },
  'error.do': { en: '  do: {what}', zh: '  处理：{what}' },
  'error.or': { en: '\n  or: ', zh: '\n  或者：' },
  'error.bug': { en: '  this is a bug in mmha', zh: '  这是 mmha 自身的缺陷' },
  'error.report': {
    en: 'run it again with MMHA_DEBUG=1 and report what it prints',
    zh: '请设置 MMHA_DEBUG=1 重新运行，并反馈其输出',
  },
  'cancelled.nothing-changed': { en: 'cancelled: nothing was changed', zh: '已取消：没有做任何更改' },
  'cancelled.nothing-written': { en: 'cancelled: nothing was written', zh: '已取消：没有写入任何文件' },

  'phase.connect': { en: 'connect', zh: '连接' },
  'phase.look': { en: 'looking at the hosts', zh: '检查节点现状' },
  'phase.look-again': { en: 'looking again', zh: '再次检查' },
  'phase.handlers': { en: '{play}: handlers', zh: '{play}：后续动作' },

  'plan.nothing': { en: 'nothing to change', zh: '没有需要更改的内容' },
  'plan.ready': { en: 'the plan: {summary}', zh: '计划：{summary}' },
  'plan.new': { en: 'not in the plan that was approved: {summary}', zh: '不在已批准的计划之内：{summary}' },
  'plan.left': { en: 'these steps are still missing', zh: '以下步骤仍未完成' },
  'plan.host': { en: '{host}: {count}', zh: '{host}：{count}' },
  'plan.changes': { en: '{count|change|changes}', zh: '{count} 处更改' },
  'plan.changes-with': { en: '{changes} ({impacts})', zh: '{changes}（{impacts}）' },
  'plan.restarts': { en: '{count|restart|restarts}', zh: '{count} 次重启' },
  'plan.reloads': { en: '{count|reload|reloads}', zh: '{count} 次重载' },
  'plan.vip-moves': { en: 'the VIP may move', zh: 'VIP 可能切换' },
  'plan.mark.reload': { en: '  [reload]', zh: '  [重载]' },
  'plan.mark.restart': { en: '  [restart]', zh: '  [重启]' },
  'plan.mark.vip-moves': { en: '  [the VIP may move]', zh: '  [VIP 可能切换]' },
  'plan.then': { en: 'then, if needed: {handlers}', zh: '随后（如需要）：{handlers}' },
  'plan.lines-added': { en: '+ {count} lines', zh: '+ {count} 行' },
  'plan.lines-changed': { en: '~ {count} lines', zh: '~ {count} 行' },
  'plan.explain.step': { en: 'step {id}', zh: '步骤 {id}' },
  'plan.explain.sends': { en: 'sends {file} ({bytes} bytes) to {to}', zh: '发送 {file}（{bytes} 字节）到 {to}' },
  'plan.explain.root': { en: 'runs as root', zh: '以 root 运行' },
  'plan.explain.no-undo': { en: "can't be taken back: {why}", zh: '无法回滚：{why}' },
  'plan.explain.guarded': {
    en: 'the host takes it back by itself unless a new SSH connection gets in after it',
    zh: '更改之后若没有新的 SSH 连接成功进入，主机会自行撤销这一步',
  },

  'approve.ask': { en: 'Apply this?', zh: '执行以上更改吗？' },
  'approve.ask-new': { en: 'This was not in the plan. Apply it?', zh: '这不在计划之内，要执行吗？' },
  'approve.nobody': {
    en: 'there is something to change, and nobody to ask: this is no terminal',
    zh: '有需要更改的内容，但这里不是终端，无人可以确认',
  },
  'approve.nobody.do': {
    en: 'look at what would be done (`mmha plan`, or --dry-run), then give --yes',
    zh: '先查看将要做什么（`mmha plan` 或 --dry-run），再加上 --yes 运行',
  },
  'approve.no': { en: 'not approved: {state}', zh: '未获批准：{state}' },
  'approve.no.do': { en: 'run again and answer y, or give --yes', zh: '重新运行并回答 y，或加上 --yes' },
  'approve.no.nothing': { en: 'nothing was changed', zh: '没有做任何更改' },
  'approve.no.ends': {
    en: 'the run ends before {title}; what it did until then stays',
    zh: '运行在“{title}”之前结束；此前已完成的更改保留',
  },
  'approve.drifted': {
    en: 'not in {file}, and found on the way: {summary}; what was done until then stays',
    zh: '执行途中发现 {file} 中没有的内容：{summary}；此前已完成的更改保留',
  },
  'approve.step.do': { en: 'do it', zh: '执行' },
  'approve.step.skip': { en: 'leave it out', zh: '跳过这一步' },
  'approve.step.rest': { en: 'do it, and all others', zh: '执行，其余步骤也不再询问' },
  'approve.step.stop': { en: 'stop here', zh: '到此停止' },

  'ask.navigate': { en: 'navigate', zh: '选择' },
  'ask.select': { en: 'select', zh: '确定' },
  // The first letter is the key that is shown and typed.
  'ask.yes': { en: 'Yes', zh: 'y（是）' },
  'ask.no': { en: 'No', zh: 'n（否）' },
  'ask.yes-or-no': { en: 'You must answer with "Yes" or "No"', zh: '请回答 y 或 n' },
  'ask.required': { en: 'You must provide a value', zh: '请输入内容' },
  'ask.disabled': { en: 'This option is disabled and cannot be selected.', zh: '此项不可用，不能选择。' },

  'step.done': { en: '{title} ({seconds} s)', zh: '{title}（{seconds} 秒）' },
  'step.failed': { en: '{title}: failed with status {status}', zh: '{title}：失败，退出码 {status}' },
  'step.sending': { en: '{title}: sending {size}', zh: '{title}：正在发送 {size}' },
  'step.error': {
    en: '{title}: failed on {host} with status {status}{output}',
    zh: '{title}：在 {host} 上失败，退出码 {status}{output}',
  },
  'step.error.do': {
    en: 'mend what the host says above, then run the same command again: it goes on where this one stopped',
    zh: '先解决上面主机给出的问题，再运行同一条命令：它会从停下的地方继续',
  },
  'error.not-converged': {
    en: 'everything was applied, but the hosts are not as they should be: {steps}',
    zh: '全部步骤都已执行，但节点仍未达到应有的状态：{steps}',
  },
  'error.not-converged.do': {
    en: 'run it again; if the same steps stay, something on the hosts undoes them, or it is a bug of mmha',
    zh: '请再运行一次；如果仍是这些步骤，说明主机上有别的程序在撤销它们，或者是 mmha 的缺陷',
  },
  'host.steps': { en: '{host}: {count|step|steps}', zh: '{host}：{count} 个步骤' },

  'lock.wait': { en: 'another mmha is at work: {owner}; waiting', zh: '另一个 mmha 正在运行：{owner}；等待中' },
  'lock.owner-unknown': { en: 'its owner is unknown', zh: '不知道是谁' },
  'lock.failed': {
    en: 'cannot take the lock on {host}: flock does not work there',
    zh: '无法在 {host} 上加锁：那里的 flock 不能工作',
  },
  'lock.failed.do': {
    en: 'install util-linux there and see whether /run is writable',
    zh: '请在该主机上安装 util-linux，并检查 /run 是否可写',
  },
  'lock.busy': { en: 'another mmha is at work on {host}: {owner}', zh: '另一个 mmha 正在 {host} 上运行：{owner}' },
  'lock.busy.do': {
    en: 'wait until it is done (--lock-wait SECONDS does); the lock ends by itself {seconds} s after that process',
    zh: '请等它结束（--lock-wait 秒数 可自动等待）；那个进程结束后 {seconds} 秒内锁会自行释放',
  },
  'lock.lost': {
    en: 'the lock on {host} was lost: it heard nothing of us for {seconds} s',
    zh: '{host} 上的锁已丢失：它有 {seconds} 秒没有收到我们的消息',
  },
  'error.go-on': {
    en: 'run the same command again: it goes on where this one stopped',
    zh: '再次运行同一条命令：它会从停下的地方继续',
  },
  'lab.entered': {
    en: 'these are hosts of the lab {name}: working there ({variable}=none for real hosts)',
    zh: '这些是实验环境 {name} 的主机：将在其中操作（真实主机请设置 {variable}=none）',
  },

  'recap.ok': { en: 'ok', zh: '无需更改' },
  'recap.changed': { en: 'changed', zh: '已更改' },
  'recap.waited': { en: 'waited', zh: '仅等待' },
  'recap.only-waited': {
    en: 'nothing was changed: this run only waited for what was on its way',
    zh: '没有做任何更改：本次运行只是等待已在进行中的事情完成',
  },
  'recap.pending': { en: 'pending', zh: '待更改' },
  'recap.failed': { en: 'failed', zh: '失败' },
  'recap.skipped': { en: 'skipped', zh: '已跳过' },
  'recap.unreachable': { en: 'unreachable', zh: '无法连接' },
  'recap.round-trips': { en: 'round trips', zh: '网络往返' },
  'recap.unplanned': {
    en: '{host}: applied, and not in the first plan: {title}',
    zh: '{host}：已执行，但不在最初的计划中：{title}',
  },
  'recap.declined': { en: '{host}: not done, as you said: {title}', zh: '{host}：按您的要求未执行：{title}' },
  'recap.not-needed': { en: '{host}: planned but not needed: {title}', zh: '{host}：计划中有，但已不需要：{title}' },
  'recap.run': { en: 'run {id}, log: {file}', zh: '运行 {id}，日志：{file}' },
  'recap.log': { en: 'log: {file}', zh: '日志：{file}' },

  'interrupt.now': { en: 'interrupted', zh: '已中断' },
  'interrupt.waits': {
    en: 'interrupted: the step that runs on {hosts} ends first (again: leave at once)',
    zh: '已中断：先等 {hosts} 上正在运行的步骤结束（再按一次立即离开）',
  },
  'interrupt.error': { en: 'interrupted: {done}{left}', zh: '已中断：{done}{left}' },
  'interrupt.none-done': { en: 'no step was done', zh: '没有完成任何步骤' },
  'interrupt.some-done': { en: 'steps that are done: {count}', zh: '已完成的步骤：{count}' },
  'interrupt.left': { en: '; left to end there by itself: {steps}', zh: '；将在主机上自行结束：{steps}' },
  'interrupt.step': { en: '{title} ({host})', zh: '{title}（{host}）' },
})
