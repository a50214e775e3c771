import { messages } from '../message.ts'

/** Runs, saved plans, playbooks, and the data of two hosts that are to be joined: what is said and refused. */
export const plans = messages({
  'runs.none': {
    en: 'mmha has changed nothing on these hosts, as far as they remember',
    zh: '就这些节点的记录而言，mmha 没有在其上做过任何更改',
  },
  'runs.steps': { en: '{count|step|steps}', zh: '{count} 个步骤' },
  'runs.failed': { en: 'failed: {what}', zh: '失败：{what}' },
  'runs.not-ended': { en: 'not ended: {what}', zh: '未结束：{what}' },
  'runs.rolled-back': { en: 'rolled back', zh: '已回滚' },
  'runs.step': { en: '{what}: {state}', zh: '{what}：{state}' },
  'runs.step-done': { en: 'done', zh: '完成' },
  'runs.step-not-ended': { en: 'not ended', zh: '未结束' },
  'runs.step-failed': { en: 'failed with status {status}', zh: '失败，退出码 {status}' },
  'runs.taken-back': { en: 'taken back', zh: '已回滚' },
  'runs.no-way-back': { en: "can't be taken back: {why}", zh: '无法回滚：{why}' },
  'resume.none': { en: 'nothing to resume: {why}', zh: '没有可继续的运行：{why}' },
  'resume.gone': { en: '{id} is gone', zh: '{id} 已不存在' },
  'resume.rolled-back': { en: 'the newest run, {id}, was rolled back', zh: '最近一次运行 {id} 已被回滚' },
  'resume.done': { en: 'the newest run, {id}, was done', zh: '最近一次运行 {id} 已完成' },
  'resume.other': { en: 'the newest run, {id}, is of `mmha {what}`', zh: '最近一次运行 {id} 属于 `mmha {what}`' },
  'resume.again.do': {
    en: 'run that command again: it finds what is missing by itself',
    zh: '请再次运行那条命令：它会自行找出尚未完成的内容',
  },
  'resume.that.do': {
    en: 'resume that one, or run this command without --resume: it finds what is missing by itself',
    zh: '请继续那一次运行，或不带 --resume 运行本命令：它会自行找出尚未完成的内容',
  },
  'resume.about': {
    en: 'going on with {id} ({by}, {date} {time} UTC): {done} steps were done, {left} of its plan are left',
    zh: '继续 {id}（{by}，{date} {time} UTC）：已完成 {done} 个步骤，计划中还剩 {left} 个',
  },
  'resume.changed': { en: '{file} was changed by somebody', zh: '{file} 已被他人修改' },

  'drift.since': { en: 'since this plan was made ({time}):{text}', zh: '自计划生成（{time}）以来：{text}' },
  'drift.since-run': { en: 'since {run} ended:{text}', zh: '自 {run} 结束以来：{text}' },
  'drift.inventory': { en: 'the inventory was changed', zh: '清单已被修改' },
  'drift.fact': { en: '{host}: {what} was {why}', zh: '{host}：{what} 已变化：{why}' },
  'drift.gone': { en: '{host}: no longer missing: {task}', zh: '{host}：已不需要：{task}' },
  'drift.renamed': { en: '{host}: planned: {task}; now: {what}', zh: '{host}：计划为：{task}；现在为：{what}' },
  'drift.impact': { en: '{host}: interrupts something else: {task}', zh: '{host}：影响范围不同：{task}' },
  'drift.diff': { en: '{host}: changes something else: {task}', zh: '{host}：更改的内容不同：{task}' },
  'drift.script': { en: '{host}: runs something else: {task}', zh: '{host}：执行的内容不同：{task}' },
  'drift.payload': { en: '{host}: sends something else: {task}', zh: '{host}：发送的内容不同：{task}' },
  'drift.added': { en: '{host}: not in the plan: {task}', zh: '{host}：不在计划中：{task}' },
  'drift.do': {
    en: 'look at what is different, then make a new plan with `mmha plan --out`',
    zh: '请查看差异，然后用 `mmha plan --out` 重新生成计划',
  },
  'drift.resume.do': {
    en: 'look at what is different, then run the command without --resume: it plans anew, and shows all that it would do',
    zh: '请查看差异，然后不带 --resume 运行本命令：它会重新计划，并显示将要执行的全部内容',
  },
  'plan-file.unwritable': { en: 'cannot write the plan to {file}', zh: '无法把计划写入 {file}' },
  'plan-file.unwritable-why': { en: 'cannot write the plan to {file}: {code}', zh: '无法把计划写入 {file}：{code}' },
  'plan-file.unwritable.do': { en: 'give a path that you may write', zh: '请给出有写权限的路径' },
  'plan-file.unreadable': { en: 'cannot read the plan {file}', zh: '无法读取计划 {file}' },
  'plan-file.unreadable-why': { en: 'cannot read the plan {file}: {code}', zh: '无法读取计划 {file}：{code}' },
  'plan-file.one.do': {
    en: 'write one with `mmha plan INVENTORY --out {file}`',
    zh: '请用 `mmha plan 清单 --out {file}` 生成',
  },
  'plan-file.again.do': {
    en: 'write a plan with `mmha plan INVENTORY --out {file}`',
    zh: '请用 `mmha plan 清单 --out {file}` 生成计划',
  },
  'plan-file.no-plan': { en: 'is no plan of mmha', zh: '不是 mmha 的计划' },
  'plan-file.version': {
    en: 'is a plan of version {version}, this mmha knows version 1',
    zh: '是版本 {version} 的计划，而本 mmha 只支持版本 1',
  },

  'gate.holder': {
    en: '{host} holds the VIP and would be restarted: {list}',
    zh: '{host} 持有 VIP，而以下步骤会重启它：{list}',
  },
  'gate.holder.do': {
    en: 'run again with --allow-restart at a time when clients may be interrupted; nothing was applied',
    zh: '请在允许中断客户端的时段加上 --allow-restart 重新运行；没有做任何更改',
  },
  'gate.holder.do-rest': {
    en: 'run again with --allow-restart at a time when clients may be interrupted: it does what is left; steps of this run that were applied and stay: {count}',
    zh: '请在允许中断客户端的时段加上 --allow-restart 重新运行，以完成剩余步骤；本次运行已执行并保留的步骤数：{count}',
  },
  'guard.taken-back': { en: 'it was taken back', zh: '该步骤已撤销' },
  'guard.by-itself': {
    en: 'the host takes it back by itself within {seconds} s',
    zh: '主机会在 {seconds} 秒内自行撤销',
  },
  'guard.shut-out': {
    en: '{task}: after it {host} let no new SSH connection in ({why}); {how}',
    zh: '{task}：执行之后 {host} 不再接受新的 SSH 连接（{why}）；{how}',
  },
  'guard.not-reached': {
    en: '{task}: after it {host} was not reached anew for {seconds} s; the host has taken it back',
    zh: '{task}：执行之后 {seconds} 秒内无法重新连接 {host}；主机已自行撤销',
  },
  'guard.do': {
    en: 'see why, at another way in: `nft list ruleset` and `iptables-save` on {host}; `plan --explain` shows what this step does',
    zh: '请从其他途径登录 {host} 查明原因：`nft list ruleset` 和 `iptables-save`；`plan --explain` 会显示这一步的内容',
  },
  'fit.no-nic': { en: 'nic: {host} has no interface {nic}', zh: 'nic：{host} 没有网卡 {nic}' },
  'fit.vip': {
    en: 'vip: {vip} is not in the subnet of {nic} on {host} ({list})',
    zh: 'vip：{vip} 不在 {host} 的网卡 {nic} 所在的子网中（{list}）',
  },
  'fit.no-address': { en: 'no IPv4 address', zh: '没有 IPv4 地址' },
  'fit.vip.do': {
    en: 'choose a free address of that subnet, or another nic',
    zh: '请选择该子网中的空闲地址，或换一个网卡',
  },
  'fit.nic.do': { en: 'its interfaces: {list}', zh: '它的网卡：{list}' },
  'select.together': {
    en: '{task}: both hosts must change together, and --limit leaves one out',
    zh: '{task}：两个节点必须一起更改，而 --limit 排除了其中一个',
  },
  'select.together.do': {
    en: 'run it without --limit, or leave it out with --skip {id}',
    zh: '请不带 --limit 运行，或用 --skip {id} 跳过它',
  },
  'select.nothing': { en: 'the options leave no task to run: {list}', zh: '按这些选项没有任务可运行：{list}' },
  'select.nothing.do': { en: 'leave one of them out', zh: '请去掉其中一个' },
  'select.no-part': { en: 'there is no play, task or step {name}', zh: '没有名为 {name} 的 play、任务或步骤' },
  'select.no-task': { en: 'there is no play or task {name}', zh: '没有名为 {name} 的 play 或任务' },
  'select.no-step': { en: 'there is no step {name}', zh: '没有名为 {name} 的步骤' },
  'select.no-host': { en: 'there is no host {name}', zh: '没有名为 {name} 的主机' },
  'select.list.do': { en: 'there are: {list}', zh: '可用的有：{list}' },
  'select.near.do': { en: 'did you mean {what}? {how}', zh: '是不是想写 {what}？{how}' },
  'select.no-tag': {
    en: 'no play or task of {file} has the tag {tag}',
    zh: '{file} 中没有带标签 {tag} 的 play 或任务',
  },
  'select.tags.do': { en: 'its tags are: {list}', zh: '其中的标签有：{list}' },
  'select.tags-near.do': {
    en: 'did you mean {near}? Its tags are: {list}',
    zh: '是不是想写 {near}？其中的标签有：{list}',
  },
  'select.pair': {
    en: '--limit: there is no pair {name}, nor a host {host} in {list}',
    zh: '--limit：没有名为 {name} 的主备对，{list} 中也没有主机 {host}',
  },
  'select.pair.do': { en: 'pairs: {list}; hosts: {what}', zh: '主备对：{list}；主机：{what}' },
  'select.pair-near.do': {
    en: 'did you mean {near}? pairs: {list}; hosts: {what}',
    zh: '是不是想写 {near}？主备对：{list}；主机：{what}',
  },

  'playbook.right': {
    en: '{file}: nothing wrong with its {plays} plays and {tasks} tasks',
    zh: '{file}：其中的 {plays} 个 play 和 {tasks} 个任务没有问题',
  },
  'playbook.correct.do': {
    en: 'correct {file} and run the same command again',
    zh: '请更正 {file}，再次运行同一条命令',
  },
  'playbook.correct-it.do': {
    en: 'correct the playbook and run the same command again',
    zh: '请更正 playbook，再次运行同一条命令',
  },
  'playbook.task.do': { en: 'correct task "{task}"', zh: '请更正任务“{task}”' },
  'playbook.handler': { en: 'no handler of this play is named {task}', zh: '这个 play 没有名为 {task} 的 handler' },
  'playbook.loop': { en: 'loop: this is no list', zh: 'loop：这不是列表' },
  'playbook.module': {
    en: 'no module and no key of a task; modules: {list}',
    zh: '既不是模块，也不是任务的键；可用的模块：{list}',
  },
  'playbook.module-near': {
    en: 'no module and no key of a task; did you mean {near}?',
    zh: '既不是模块，也不是任务的键；是不是想写 {near}？',
  },
  'playbook.two-modules': {
    en: 'a task has one module, this one has {list}',
    zh: '一个任务只能有一个模块，这里有 {list}',
  },
  'playbook.no-module': { en: 'names no module; modules: {list}', zh: '没有写模块；可用的模块：{list}' },
  'playbook.included': { en: 'included in itself', zh: '包含了它自己' },
  'playbook.no-file': { en: 'there is no file {file}', zh: '没有文件 {file}' },
  'playbook.twice': {
    en: 'two tasks of this play are named so; names must differ',
    zh: '这个 play 中有两个任务同名；名称必须不同',
  },
  'playbook.no-server': {
    en: '{host} has no database server: {task} needs it',
    zh: '{host} 没有数据库服务器，而 {task} 需要它',
  },
  'playbook.server-stopped': {
    en: '{host} has a database server that does not run: {task} needs it',
    zh: '{host} 的数据库没有运行，而 {task} 需要它',
  },
  'playbook.no-server.do': {
    en: 'let the play that installs it run, too: `mmha provision` without --only, --from, --skip and --tags',
    zh: '请让安装它的 play 也运行：`mmha provision` 不带 --only、--from、--skip 和 --tags',
  },
  'playbook.server-stopped.do': {
    en: 'start it, or run `mmha provision` without --only, --from, --skip and --tags',
    zh: '请启动它，或运行 `mmha provision` 而不带 --only、--from、--skip 和 --tags',
  },
  'playbook.expression': { en: 'the expression {why}', zh: '表达式{why}' },
  'playbook.unknown': { en: '{name} is not known', zh: '{name} 未知' },
  'playbook.unknown-list': { en: '{name} is not known; known: {list}', zh: '{name} 未知；已知的有：{list}' },
  'playbook.unknown-of': { en: '{name} is not known: {owner} has no {part}', zh: '{name} 未知：{owner} 没有 {part}' },
  'playbook.unknown-of-list': {
    en: '{name} is not known: {owner} has no {part}; known: {list}',
    zh: '{name} 未知：{owner} 没有 {part}；已知的有：{list}',
  },

  'genhash.no-page': { en: 'no page from {host} port {port}: {why}', zh: '{host} 端口 {port} 没有返回页面：{why}' },
  'genhash.do': { en: 'see `mmha genhash --help`', zh: '请查看 `mmha genhash --help`' },
  'genhash.server.do': {
    en: 'is the server up, and are address, port and -S right?',
    zh: '请检查服务器是否在运行，地址、端口和 -S 是否正确',
  },
  'plan-file.file-no-json': { en: '{file} is no JSON document', zh: '{file} 不是 JSON 文档' },
  'plan-file.file-no-plan': { en: '{file} is no plan of mmha', zh: '{file} 不是 mmha 的计划' },
  'genhash.use': {
    en: 'give the server with -s and the path of the page with -u',
    zh: '请用 -s 指定服务器，用 -u 指定页面路径',
  },
  'genhash.no-ip': { en: '{name} is no IP address', zh: '{name} 不是 IP 地址' },
  'use.whole-number': { en: 'a whole number from {least} to {most}', zh: '应为 {least} 到 {most} 的整数' },
  'use.seconds': { en: 'give whole seconds', zh: '请给出整数秒' },
  'use.variable': { en: 'give name=value', zh: '请写作 name=value' },
  'use.faults': { en: 'known faults: {list}', zh: '可用的故障：{list}' },
  'plan-file.damaged': { en: 'is damaged: {what}', zh: '已损坏：{what}' },
  'plan-file.no-json': { en: 'is no JSON document', zh: '不是 JSON 文档' },
  'plan.two-steps': { en: 'two steps on {host} have the id {id}', zh: '{host} 上有两个步骤的编号都是 {id}' },
  'lint.ids': { en: '{files} files and {ids} IDs', zh: '{files} 个文件，却有 {ids} 个 ID' },
  'lint.ids.do': { en: 'give -i one ID for each file, after the files', zh: '请在文件之后用 -i 为每个文件各给一个 ID' },
  'lint.sum': {
    en: '{errors} errors, {warnings} warnings, {notes} notes in {files} files',
    zh: '{files} 个文件中有 {errors} 个错误、{warnings} 个警告、{notes} 个提示',
  },

  'join.holds': { en: '{host}: no user schemas, {what}', zh: '{host}：没有用户的库，{what}' },
  'join.holds-schemas': { en: '{host}: schemas {list}, {what}', zh: '{host}：库 {list}，{what}' },
  'join.nothing-alone': { en: 'nothing that its peer lacks', zh: '没有对端所缺的事务' },
  'join.alone': { en: 'alone has {list}', zh: '独有事务 {list}' },
  'join.one-empty': {
    en: 'only {host} holds data, and replication would not bring it to {peer}',
    zh: '只有 {host} 有数据，而复制无法把它带到 {peer}',
  },
  'join.behind': {
    en: "{host} lacks transactions of {peer}, and they were no pair of mmha's before",
    zh: '{host} 缺少 {peer} 的事务，而它们此前不是 mmha 的主备对',
  },
  'join.diverged': {
    en: 'both hosts have transactions that the other lacks, and joining them would lose some',
    zh: '两个节点各有对端所缺的事务，合并会丢失其中一部分',
  },
  'join.unrelated': {
    en: 'the hosts hold different data with no history in common, and joining them would mix it',
    zh: '两个节点的数据不同且没有共同的历史，合并会混淆数据',
  },
  'join.unlogged': {
    en: 'the hosts hold data of which their GTIDs do not tell: nothing says that it is the same',
    zh: '两个节点上有 GTID 未涵盖的数据：无从证明两边相同',
  },
  'join.differ': {
    en: '{host} and {peer} have equal GTIDs and different rows: {count} of {tables} tables differ ({list})',
    zh: '{host} 和 {peer} 的 GTID 相同而数据不同：{tables} 张表中有 {count} 张不一致（{list}）',
  },
  'join.differ.do': {
    en: 'look at these tables on both, and decide whose rows stay; the other host gets a copy (mmha provision … --seed-from {source} --overwrite {target}, or the other way round)',
    zh: '请在两边查看这些表，决定保留哪一边的数据；另一个节点将得到一份副本（mmha provision … --seed-from {source} --overwrite {target}，或反过来）',
  },
  'join.copy.do': {
    en: 'copy {from} onto {onto} (mmha provision … --seed-from {source} --overwrite {target})',
    zh: '请把 {from} 复制到 {onto}（mmha provision … --seed-from {source} --overwrite {target}）',
  },
  'join.let.do': {
    en: 'let {host} replicate from {peer} until they are equal, or {todo}',
    zh: '请让 {host} 从 {peer} 复制，直到两边一致；或者{todo}',
  },
  'join.choose.do': {
    en: "decide whose data stays, save the other's, and copy it over (--seed-from HOST --overwrite HOST)",
    zh: '请决定保留哪一边的数据，保存另一边的数据，再复制过去（--seed-from 主机 --overwrite 主机）',
  },
  'join.log.do': {
    en: 'switch on log_bin (MySQL: gtid_mode too), {todo}',
    zh: '请打开 log_bin（MySQL 还要打开 gtid_mode），{todo}',
  },
  'adopt.by-hand': {
    en: '{host} and {peer} replicate already, by hand-made settings, but {why}: their histories could not be compared after a crash',
    zh: '{host} 和 {peer} 已经按手工设置在复制，但{why}：崩溃之后将无法比较两边的历史',
  },
  'adopt.passed': {
    en: 'channels by position have passed over more than accounts: {list}',
    zh: '按位置的复制通道跳过的不只是账号：{list}',
  },
  'adopt.channel': { en: '{host} does not replicate from {peer} now', zh: '{host} 现在没有从 {peer} 复制' },
  'adopt.channel.do': {
    en: 'see SHOW SLAVE STATUS there, make both channels run (START SLAVE), then run this again',
    zh: '请在那里查看 SHOW SLAVE STATUS，让两条复制通道都运行起来（START SLAVE），然后重新运行',
  },
})
