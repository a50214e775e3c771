import { messages } from '../message.ts'

/** What `--help` says of commands, arguments and options: by its English, which is written where the option is. */
export const HELP: Readonly<Record<string, string>> = {
  'One MySQL address that survives the loss of either of two servers':
    '两台服务器任意失去一台，MySQL 的访问地址依然可用',
  'output the version number': '显示版本号',
  'display help for command': '显示命令的帮助',
  'language of what is shown; default: as the locale says': '显示所用的语言；默认按 locale 决定',
  'ask for the two hosts, look at them over SSH, write an inventory': '询问两个节点的信息，通过 SSH 查看，写出清单',
  'where to write the inventory (asked when not given)': '清单写入的文件（不指定则会询问）',
  'take the answers from a YAML file instead of the terminal': '从 YAML 文件读取答案，不在终端提问',
  'write the JSON Schema there too, and name it in the inventory, for editors':
    '同时写出 JSON Schema，并在清单中引用，供编辑器使用',
  'the hosts are those of a lab: run in its network, log in with its key':
    '节点是实验环境中的主机：在其网络中运行，用其密钥登录',
  'is anything in the way? reads only, and says what to do about each finding':
    '检查有无障碍；只读，并说明每个问题如何处理',
  'YAML file, as `mmha init` writes it, or an Ansible inventory': '`mmha init` 写出的 YAML 文件，或 Ansible 清单',
  'YAML file, as `mmha init` writes it; several pairs: a directory of such files, or a file with `pairs:`; or an Ansible inventory':
    '`mmha init` 写出的 YAML 文件；多个主备对：存放这类文件的目录，或带 `pairs:` 的文件；或 Ansible 清单',
  'which of several pairs; of an Ansible inventory by its group': '多个主备对中的哪一个；Ansible 清单按组名',
  'of several pairs only these, separated by commas': '多个主备对中只处理这些，以逗号分隔',
  'of several pairs, work on so many at a time': '多个主备对时，同时处理的个数',
  'change only these hosts, separated by commas; of several pairs: PAIR[,HOST]':
    '只更改这些节点，以逗号分隔；多个主备对时：PAIR[,HOST]',
  'as with provision: a keepalived that was set up by hand gives way': '与部署相同：手工搭建的 keepalived 让位',
  'stop a keepalived that was set up by hand, and take its place': '停止手工搭建的 keepalived 并取代它',
  'the findings as one JSON document on stdout': '检查结果以一个 JSON 文档输出到 stdout',
  'exit with 2 when something warns': '有警告时退出码为 2',
  'trust hosts that were never seen, and remember their keys in known_hosts':
    '信任从未见过的主机，并把其密钥记入 known_hosts',
  'password of encrypted values; an executable prints it': '加密值的密码文件；可执行文件则运行它取得密码',
  'show what provision would change; change nothing': '显示部署将更改什么；不做任何更改',
  'another playbook than playbooks/provision.yml': '使用 playbooks/provision.yml 以外的 playbook',
  'a variable of the playbook; may be given more than once': 'playbook 的变量；可多次给出',
  'only plays and tasks with one of these tags, separated by commas': '只运行带有这些标签的任务，以逗号分隔',
  'leave out what comes before this play or task': '从此任务开始，略过之前的',
  'only these plays, tasks or steps, separated by commas; --explain shows their names':
    '只执行这些任务或步骤，以逗号分隔；名称见 --explain',
  'leave these plays, tasks or steps out': '略过这些任务或步骤',
  'also show the exact script of each step, secrets masked': '同时显示每个步骤的完整脚本，密码已隐去',
  'also show the exact script of each step': '同时显示每个步骤的完整脚本',
  'events and the result as one JSON document a line, on stdout': '事件和结果以每行一个 JSON 文档输出到 stdout',
  'show whole files in the plan, and what the steps print; twice: also what they run, secrets masked':
    '在计划中显示完整文件，并显示步骤的输出；写两次还显示所运行的脚本，密码已隐去',
  'go on with the newest run that did not end, as it was asked for; refuse on drift':
    '按当时的要求继续最近一次没有结束的运行；如有变化则拒绝',
  'exit with 2 when there is something to change': '有需要更改的内容时退出码为 2',
  'also write the plan to this file, for `mmha provision --plan`; no secret is in it':
    '同时把计划写入此文件，供 `mmha provision --plan` 使用；其中不含密码',
  'copy the data of this master onto the other, before they are joined':
    '组成主备对之前，把此节点的数据复制到另一个节点',
  'with --seed-from: the master whose data is dropped, by name': '与 --seed-from 合用：数据将被删除的节点名称',
  'with --seed-from: how the copy is made: dump, clone, backup': '与 --seed-from 合用：复制方式：dump、clone、backup',
  'with --seed-from: copy at most so fast': '与 --seed-from 合用：复制的最高速度',
  'make the pair: plan, show, ask, apply, look again': '部署主备对：计划、显示、确认、执行、再次检查',
  'apply the plan without asking': '不询问，直接执行计划',
  'ask before each step': '每个步骤之前都询问',
  'also restart what runs on the host that holds the VIP': '也允许重启 VIP 持有者上运行的服务',
  'wait so long for another run on these hosts': '等待这些节点上另一个运行的最长时间',
  'apply just this plan, of `mmha plan --out`, without asking; refuse when anything changed':
    '不询问，只执行 `mmha plan --out` 保存的计划；如有变化则拒绝',
  'check and run playbooks of your own': '检查和运行您自己的 playbook',
  'say all that is wrong with a playbook; no host is touched': '指出 playbook 的全部错误；不接触主机',
  'the playbook': 'playbook 文件',
  'also fill in its expressions from this inventory': '同时用此清单填充其中的表达式',
  'the result as JSON on stdout': '结果以 JSON 输出到 stdout',
  'run a playbook on a pair: plan, show, ask, apply, look again':
    '对主备对运行 playbook：计划、显示、确认、执行、再次检查',
  'only show what would be done': '只显示将要做什么',
  'with --dry-run: exit with 2 when there is something to change': '与 --dry-run 合用：有需要更改的内容时退出码为 2',
  'break the pair on purpose, measure what clients notice, prove that nothing was lost':
    '故障演练：主动制造故障，测量客户端的感受，证明没有丢失数据',
  'another list of faults than playbooks/verify.yml': '使用 playbooks/verify.yml 以外的故障列表',
  'only these, in this order: sigkill,stop,power': '只做这些故障，按此顺序：sigkill,stop,power',
  'how often each fault is repeated': '每种故障重复的次数',
  'clients that write at the same time': '同时写入的客户端数',
  'writes per second of each client': '每个客户端每秒的写入数',
  'where the Markdown report goes (default reports/verify-<pair>-<time>.md)':
    'Markdown 报告写入的文件（默认 reports/verify-<pair>-<time>.md）',
  'show everything that happens': '显示全部过程',
  'also when applications are connected; reboot real hosts for the power fault':
    '有应用连接时也进行；断电故障会重启真实主机',
  'who holds the address, does replication run, what is wrong and what to do about it':
    '谁持有地址、复制是否正常、有什么问题、如何处理',
  'what both daemons say, and what is wrong, as one JSON document on stdout':
    '两个守护进程的状态和问题，以一个 JSON 文档输出到 stdout',
  'what mmha did to the pair: when, by whom, with what result': 'mmha 对主备对做过什么：何时、何人、结果如何',
  'also each step': '同时显示每个步骤',
  'as one JSON document': '以一个 JSON 文档输出',
  'take a run back: files, units, firewall rules, accounts, channels; say what stays':
    '回滚一次运行：文件、单元、防火墙规则、账号、复制通道；并说明哪些会保留',
  'its id, as `mmha runs` shows it': '运行的编号，见 `mmha runs`',
  'also all runs after it, the newest first': '连同其后的所有运行，从最新的开始',
  'only show what would be taken back': '只显示将回滚什么',
  'do it without asking': '不询问，直接执行',
  'also stop or restart what runs on the host that holds the VIP': '也允许停止或重启 VIP 持有者上运行的服务',
  'show what the steps print; twice: also what they run, secrets masked':
    '显示步骤的输出；写两次还显示所运行的脚本，密码已隐去',
  'take mmha off a pair and leave working servers; their data stays': '从主备对中移除 mmha，数据库照常运行，数据保留',
  'what the standby becomes: replica follows on, read-only; alone is writable':
    '备库今后的角色：replica 继续复制、只读；alone 独立可写',
  'which host is to take the writes, where neither holds the VIP': '没有节点持有 VIP 时，由哪个节点接受写入',
  'move the address to the other host, in order; refused when that is not safe':
    '计划内切换：把地址有序地移到另一个节点；不安全时拒绝',
  'name of the master that is to hold it': '将持有地址的节点名称',
  'only say whether it would be done': '只说明是否可以执行',
  "new passwords for mmha's own accounts, without an interruption": '为 mmha 自己的账号更换密码，不中断服务',
  'replication: what the hosts use with each other; role: the daemon on its server; check: the same account as role':
    'replication：节点之间使用的账号；role：守护进程使用的账号；check：与 role 是同一个账号',
  'the only server that is left takes the address, though something may be lost; says what':
    '强制提升：让仅存的节点持有地址，即使可能丢失数据；会说明可能丢失什么',
  'name of the master that is to hold the address': '将持有地址的节点名称',
  'yes, although its daemon refuses; a planned move is `mmha switchover`':
    '即使守护进程拒绝也执行；计划内切换请用 `mmha switchover`',
  "its name once more: don't ask; wants --accept-loss, too": '再写一次节点名称：不再询问；同时需要 --accept-loss',
  'with --yes: what it says may be lost, may be lost': '与 --yes 合用：接受可能的数据丢失',
  "replace a quarantined host's data by a copy of the holder's, and let it stand by again":
    '用持有者的副本替换被隔离节点的数据，使其重新成为备库',
  'name of the master whose data is to be replaced': '数据将被替换的节点名称',
  'how the copy is made: dump, clone, backup': '复制方式：dump、clone、backup',
  "its name once more: don't ask": '再写一次节点名称：不再询问',
  'copy at most so fast': '复制的最高速度',
  'also bring what only this host has: as SQL into this file, as a binlog beside it':
    '同时保存只有此节点才有的事务：SQL 写入此文件，binlog 存放在其旁边',
  'give up what only this host has, where it can not be saved': '无法保存只有此节点才有的事务时，放弃它们',
  'show more on the way': '显示更多过程',
  'disposable database hosts on this machine': '本机上的一次性数据库主机（实验环境）',
  'bring fresh hosts up, as the inventory names them': '按清单启动全新的主机',
  'which lab': '哪一个实验环境',
  'what happens as one JSON document a line, on stdout': '过程以每行一个 JSON 文档输出到 stdout',
  'what their package repository offers: mysql-9.7, mariadb-10.11, mariadb-11.8':
    '其软件源提供的数据库：mysql-9.7、mariadb-10.11、mariadb-11.8',
  'taken when Debian no longer has the server (default mariadb-11.8)':
    'Debian 不再提供该数据库时改用的（默认 mariadb-11.8）',
  'take the lab down; nothing of it is left': '关闭实验环境；不留下任何内容',
  'show the hosts of all labs': '显示所有实验环境的主机',
  'log in to a host': '登录一台主机',
  'run a command as root on a host, without its network': '不经网络，以 root 在主机上运行命令',
  "show a host's journal; further words go to journalctl (-f, -u mysql)":
    '显示主机的日志；其余参数交给 journalctl（-f、-u mysql）',
  'kill: power loss; off and reboot: in order': 'kill：断电；off 和 reboot：正常关机和重启',
  'pull the network cable of a host, or put it back': '拔掉或插回主机的网线',
  'split the network: `m1 m2,c1`; without groups: heal it': '分割网络：`m1 m2,c1`；不写分组：恢复',
  'the whole way on this machine: lab, provision, failover test, report':
    '在本机演示全过程：实验环境、部署、故障演练、报告',
  'which database server': '使用哪个数据库服务器',
  'take the lab down at the end': '结束时关闭实验环境',
  'check the keepalived.conf of both nodes, also against each other; no host is touched':
    '检查两个节点的 keepalived.conf，并互相对照；不接触主机',
  'keepalived.conf of one node, or of each': '一个节点或每个节点的 keepalived.conf',
  'what @ID lines are compared with, one ID for each file': '@ID 行所比较的编号，每个文件一个',
  'warnings are errors': '警告视为错误',
  'findings as JSON on stdout': '检查结果以 JSON 输出到 stdout',
  'print the digest of a page, for HTTP_GET and SSL_GET; the flags are those of keepalived':
    '输出网页的摘要，用于 HTTP_GET 和 SSL_GET；选项与 keepalived 相同',
  'address of the server': '服务器的地址',
  'its port; default 80, with -S 443': '端口；默认 80，带 -S 时为 443',
  'path of the page': '网页的路径',
  'over TLS; the certificate is not verified': '使用 TLS；不验证证书',
  'send the name of -V in TLS': '在 TLS 中发送 -V 的名称',
  'Host header': 'Host 请求头',
  '1.0, 1.0c (with Connection: close) or 1.1': '1.0、1.0c（带 Connection: close）或 1.1',
  'for the connection, and again for the page': '连接的时限，也是取网页的时限',
  'without effect': '没有作用',
  'what was sent and what came, on stderr': '在 stderr 上显示收发的内容',
  'encrypt secrets of inventories, as ansible-vault does': '加密清单中的密码，与 ansible-vault 相同',
  'encrypt a file in its place': '就地加密文件',
  'label in the first line (format 1.2)': '首行中的标签（1.2 格式）',
  'decrypt a file in its place; only its owner can read it then': '就地解密文件；之后只有属主可读',
  'print what an encrypted file holds': '显示加密文件的内容',
  'edit an encrypted file in $VISUAL, $EDITOR or vi': '用 $VISUAL、$EDITOR 或 vi 编辑加密文件',
  'encrypt a value, asked for or from stdin, and print it as YAML': '加密一个值（提问或来自 stdin），以 YAML 输出',
  'key of the inventory that it is for': '该值在清单中的键',
  'print the JSON Schema of the inventory, for editors, or of what --json writes':
    '输出清单的 JSON Schema（供编辑器使用），或 --json 输出的 JSON Schema',
  'of a line that a command with --json writes': '带 --json 的命令所输出的一行',
}

/** Headings of the help, and its stand-ins. */
export const HEADINGS: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Arguments:': '参数：',
  'Options:': '选项：',
  'Commands:': '命令：',
  '[options]': '[选项]',
  '[command]': '[命令]',
}

/** What the command line says of wrong use; commander's words. */
export const usage = messages({
  'usage.unknown-command': { en: "unknown command '{name}'", zh: '没有命令“{name}”' },
  'usage.unknown-option': { en: "unknown option '{name}'", zh: '没有选项“{name}”' },
  'usage.missing-argument': { en: "missing required argument '{name}'", zh: '缺少参数“{name}”' },
  'usage.missing-value': { en: "option '{name}' argument missing", zh: '选项“{name}”缺少值' },
  'usage.missing-option': { en: "required option '{name}' not specified", zh: '缺少必需的选项“{name}”' },
  'usage.conflict': {
    en: "option '{name}' cannot be used with option '{other}'",
    zh: '选项“{name}”不能与选项“{other}”同时使用',
  },
  'usage.choices': {
    en: "option '{name}' argument '{value}' is invalid. Allowed choices are {choices}.",
    zh: '选项“{name}”的值“{value}”无效。可选：{choices}。',
  },
  'usage.invalid': {
    en: "option '{name}' argument '{value}' is invalid. {why}",
    zh: '选项“{name}”的值“{value}”无效。{why}',
  },
  'usage.too-many': {
    en: "too many arguments for '{name}'. Expected {expected} but got {got}.",
    zh: '“{name}”的参数过多：应为 {expected} 个，实际为 {got} 个。',
  },
  'usage.too-many-one': {
    en: 'too many arguments. Expected {expected} but got {got}.',
    zh: '参数过多：应为 {expected} 个，实际为 {got} 个。',
  },
  'usage.near': { en: '(Did you mean {name}?)', zh: '（是不是想写 {name}？）' },
  'usage.help': { en: 'see `{command} --help`', zh: '见 `{command} --help`' },
})
