/** What stands below each help: words beside its examples, and sentences (of several lines: one), by their English. */
export const HELP_BELOW: Readonly<Record<string, string>> = {
  'Examples:': '示例：',
  'Example:': '示例：',
  'asks, looks at both hosts, writes the inventory': '提问，查看两个节点，写出清单',
  'is anything in the way? what to do about it': '有无障碍？如何处理',
  'what would change': '将更改什么',
  'does it, after asking': '询问后执行',
  'breaks the pair on purpose, and measures': '主动制造故障并测量',
  'who holds the address, what is wrong, what to do': '谁持有地址、有什么问题、如何处理',
  'moves the address to the other host, in order': '把地址有序地移到另一个节点',
  'what was done there, by whom; mmha rollback takes a run back': '做过什么、何人所做；mmha rollback 可回滚一次运行',
  "copies the holder's data onto a quarantined host": '把持有者的数据复制到被隔离的节点',
  'options and an example of each': '各命令的选项和示例',
  'Exit codes: 0 done, 1 failed, 2 changes pending (plan --detailed-exitcode), 3 unreachable, 4 invalid input, 5 refused by a safety gate, 6 drill failed, 75 locked, 130 cancelled':
    '退出码：0 完成，1 失败，2 有待更改的内容 (plan --detailed-exitcode)，3 无法连接，4 输入无效，\n5 被安全检查拒绝，6 故障演练未通过，75 被锁定，130 已取消',
  'An answers file says only what differs from the defaults:': '答案文件只需写与默认值不同的内容：',
  'as the first, unless sameLogin: false': '与第一个相同，除非 sameLogin: false',
  'default: the best one that both have': '默认：两个节点都有的最合适的网卡',
  'or mariadb, auto': '或 mariadb、auto',
  'overwrite: true replaces it': 'overwrite: true 则覆盖',
  'or plan, provision': '或 plan、provision',
  "A host that known_hosts does not know needs its fingerprint: 'SHA256:…' beside its host.":
    "known_hosts 中没有的主机，需在其 host 旁写 fingerprint: 'SHA256:…'。",
  'Exit codes: 0 nothing blocks, 2 something warns (with --detailed-exitcode), 3 unreachable, 4 invalid input, 5 something blocks; of several pairs the worst':
    '退出码：0 没有障碍，2 有警告（带 --detailed-exitcode 时），3 无法连接，4 输入无效，5 有障碍；多个主备对时取最严重的',
  'the exact script and SQL of each step': '每个步骤的完整脚本和 SQL',
  'then: mmha provision inventory.yml --plan approved.plan': '然后：mmha provision inventory.yml --plan approved.plan',
  'also what would be copied, and what dropped for it': '还显示将复制什么、为此删除什么',
  'two of the pairs of a directory': '目录中的两个主备对',
  'for scripts': '用于脚本',
  'just that, or nothing (exit 5)': '只做计划中的内容，否则什么都不做（退出码 5）',
  'after a run that was cut: the same part of it, what is left': '运行中断之后：同样的范围，做完余下的部分',
  'm1 has the data, m2 gets a copy': 'm1 有数据，m2 得到副本',
  'each pair that fleet/ has a file for': 'fleet/ 中有文件的每个主备对',
  'Ctrl-C lets the step that runs end, and stops; the same command goes on where it stopped.':
    'Ctrl-C 会等正在执行的步骤结束后停止；再次运行同一命令会从停止处继续。',
  'also what it takes from the inventory, for each host': '还检查它从清单取用的内容，逐个节点',
  'Every mistake has its file:line:column; nothing is connected to. Exit codes: 0 nothing wrong, 4 something is':
    '每个错误都带有 文件:行:列；不连接任何主机。退出码：0 没有错误，4 有错误',
  'what it would change': '将更改什么',
  'look, show, ask, apply, look again': '检查、显示、确认、执行、再次检查',
  'To have a plan approved first: mmha plan inventory.yml --playbook time.yml --out approved.plan':
    '需要先审批计划时：mmha plan inventory.yml --playbook time.yml --out approved.plan',
  'each pair of a directory: a line for those that are whole': '目录中的每个主备对：完整的只占一行',
  "Exit codes: 0 whole: either host may be lost, 1 something is wrong, 3 a host can't be reached; of several pairs the worst":
    '退出码：0 完整：任意一个节点都可以失去，1 有问题，3 有节点无法连接；多个主备对时取最严重的',
  'newest first: when, who, what came of it': '从最新的开始：何时、何人、结果如何',
  'and each step': '并显示每个步骤',
  'of each pair of a directory': '目录中的每个主备对',
  'what would be taken back, and what stays': '将回滚什么、保留什么',
  'with all runs after it': '连同其后的所有运行',
  '`mmha runs inventory.yml` has the ids; of several pairs the one is taken that the run is of. A rollback that was interrupted is finished by the same command.':
    '运行的编号见 `mmha runs inventory.yml`；多个主备对时，按运行所属的主备对处理。\n中断的回滚用同一命令完成。',
  'what would go, and what stays': '将移除什么、保留什么',
  'the standby goes on following, read-only': '备库继续复制，只读',
  'two servers that know nothing of each other': '成为互不相关的两台服务器',
  'these of several pairs, one after the other': '多个主备对中的这些，逐个进行',
  'these of several pairs, one question each': '多个主备对中的这些，逐个询问',
  "The address goes: clients have to use the holder's own. No data is removed.":
    '地址会消失：客户端须改用持有者自己的地址。数据不会被删除。',
  'to the other host': '移到另一个节点',
  'there, or nothing when it is there': '移到该节点；已在该节点则什么都不做',
  'would it be done?': '能否执行？',
  "Exit codes: 0 done, 1 moved, but not whole again in time, 3 a host can't be reached, 5 refused: not safe now":
    '退出码：0 完成，1 已移动，但未能及时恢复完整，3 有节点无法连接，5 拒绝：目前不安全',
  'the exact statements': '确切的语句',
  'Where the inventory has replication.password, put the new one there first: then that one is brought in. Cut short, the same command finishes it.':
    '清单中有 replication.password 时，请先把新密码写在那里，然后用的就是它。\n中断后用同一命令完成。',
  "says what may be lost, asks for the host's name": '说明可能丢失什么，要求输入节点名称',
  "For the night when one server is left and its daemon will not take the address: quarantined, not everything applied, or policy consistency. Make sure that the other host is off, or can't be reached by clients. Exit codes: 0 it holds the address, 1 its daemon does not answer, 3 it can't be reached, 4 no such host, 5 refused: the other holds the address, not confirmed, or the daemon says why it could not":
    '用于只剩一台服务器、而其守护进程不接管地址的时候：被隔离、没有应用完，或策略为 consistency。\n请先确认另一个节点已关机，或客户端无法连接到它。\n退出码：0 已持有地址，1 守护进程没有应答，3 无法连接，4 没有此节点，\n5 拒绝：另一个节点持有地址、没有确认，或守护进程说明了不能接管的原因',
  "asks for the host's name first": '先要求输入节点名称',
  'at most 20 MB/s': '最高 20 MB/s',
  'MySQL 8.0.17 and later: the fastest there': 'MySQL 8.0.17 及以后：最快的方式',
  'MariaDB, with mariadb-backup on both': 'MariaDB，两个节点都有 mariadb-backup',
  "What only the host has is saved on it before anything is dropped. A run that was cut leaves the host closed and marked; the same command begins afresh. Exit codes: 0 whole again, 1 failed, 3 a host can't be reached, 4 no such host, 5 refused: not safe, or not confirmed":
    '删除之前，只有此节点才有的内容会先保存在该节点上。中断的运行会让节点保持关闭并带有标记；\n再次运行同一命令会重新开始。\n退出码：0 恢复完整，1 失败，3 有节点无法连接，4 没有此节点，5 拒绝：不安全，或没有确认',
  'Needs root and Debian 12 or newer; docs/lab.md.': '需要 root 和 Debian 12 或更新版本；见 docs/lab.md。',
  'both nodes, and against each other': '两个节点，并互相对照',
  'one node': '一个节点',
  'one file with @node1 and @node2 lines': '带有 @node1 和 @node2 行的一个文件',
  "Exit codes: 0 nothing wrong (warnings are no error), 1 errors, 4 a file can't be read":
    '退出码：0 没有错误（警告不算错误），1 有错误，4 文件无法读取',
  'the digest for HTTP_GET': '用于 HTTP_GET 的摘要',
  'over TLS, with a name': '使用 TLS，带名称',
  'Exit codes: 0 printed, 1 no page came, 4 wrong use': '退出码：0 已输出，1 没有取得网页，4 用法错误',
  'the whole file, in its place': '整个文件，就地加密',
  'in $EDITOR, its plain text in memory only': '用 $EDITOR 编辑，明文只在内存中',
  'asks for a value and prints lines for an inventory': '询问一个值，输出可写入清单的几行',
  'The password: --vault-password-file FILE (or MMHA_VAULT_PASSWORD_FILE; an executable prints it), else MMHA_VAULT_PASSWORD of the environment, else it is asked for. Exit codes: 0 done, 1 the editor failed, 4 wrong password or file, 5 somebody else changed the file meanwhile':
    '密码：--vault-password-file FILE（或 MMHA_VAULT_PASSWORD_FILE；可执行文件则由其输出），\n否则取环境变量 MMHA_VAULT_PASSWORD，否则提问。\n退出码：0 完成，1 编辑器失败，4 密码或文件有误，5 其间文件被他人更改',
  'docs/events.md says it in words': 'docs/events.md 有文字说明',
}
