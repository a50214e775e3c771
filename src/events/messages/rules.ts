import { messages } from '../message.ts'

/** What is wrong with a pair, a fleet, or an Ansible inventory, beyond its form. */
export const rules = messages({
  'rule.same-host': {
    en: 'is the same host as masters[0] ({address}); a pair is two servers',
    zh: '与 masters[0]（{address}）是同一台主机；主备对需要两台服务器',
  },
  'rule.vip-of-master': {
    en: '{vip} is the address of {master}; the VIP must be an address of its own',
    zh: '{vip} 是 {master} 的地址；VIP 必须是单独的地址',
  },
  'rule.vip-subnet': {
    en: '{vip} is not in the subnet of {master} ({address}); choose a free address of that subnet',
    zh: '{vip} 不在 {master}（{address}）的子网中；请选择该子网中的空闲地址',
  },
  'rule.vip-edge': { en: '{vip} is the {edge} address of its subnet', zh: '{vip} 是其子网的 {edge} 地址' },
  'rule.is-vip': { en: '{address} is the VIP', zh: '{address} 就是 VIP' },
  'rule.name': { en: 'the name {name} is already used; names must differ', zh: '名称 {name} 已被使用；名称必须不同' },
  'rule.vrrp2-seconds': {
    en: 'VRRP version 2 knows whole seconds only; use version 3 or a whole number',
    zh: 'VRRP 版本 2 只支持整数秒；请使用版本 3 或整数',
  },
  'rule.password-8': {
    en: 'VRRP sends the first 8 bytes only; give at most 8',
    zh: 'VRRP 只发送前 8 个字节；请最多给出 8 个',
  },
  'rule.ascii': {
    en: 'keepalived.conf can not say it; use ASCII characters without " and \\',
    zh: 'keepalived.conf 无法表示它；请使用 ASCII 字符，不含 " 和 \\',
  },
  'rule.vrrp3-password': {
    en: 'VRRP version 3 has no passwords; leave it out or use version 2',
    zh: 'VRRP 版本 3 没有密码；请去掉它或使用版本 2',
  },
  'rule.priorities': {
    en: 'must differ, so that a tie is not settled by chance',
    zh: '必须不同，以免优先级相同时结果不定',
  },
  'rule.password-32': {
    en: 'replication takes at most 32 bytes (server error 3056)',
    zh: '复制密码最多 32 个字节（服务器错误 3056）',
  },
  'rule.tarball': {
    en: 'engine: source needs the tarball: source: keepalived-2.3.4.tar.gz',
    zh: 'engine: source 需要源码包：source: keepalived-2.3.4.tar.gz',
  },
  'rule.source-only': { en: 'is for engine: source only', zh: '只用于 engine: source' },
  'rule.engine-gtid': {
    en: 'keepalived.engine {engine} needs GTIDs: without mmha-keepalived nothing else tells whether a server that returns has transactions of its own',
    zh: 'keepalived.engine {engine} 需要 GTID：没有 mmha-keepalived 时，只有 GTID 能判断回归的服务器是否有独有的事务',
  },
  'rule.engine-witness': {
    en: 'keepalived.engine {engine} asks no witness; only bundled does',
    zh: 'keepalived.engine {engine} 不使用见证；只有 bundled 支持',
  },
  'rule.encrypted': { en: 'an encrypted value, which only secrets may be', zh: '加密的值，只有机密项才可以加密' },
  'rule.port': { en: 'a port is 1 to 65535', zh: '端口应为 1 到 65535' },
  'rule.name-shape': {
    en: 'a name is letters, digits, `-`, `_` and `.`',
    zh: '名称只能用字母、数字、`-`、`_` 和 `.`',
  },
  'rule.fingerprint': {
    en: 'a fingerprint is SHA256: and 43 characters, as `ssh-keygen -l` prints it',
    zh: '指纹是 SHA256: 加 43 个字符，即 `ssh-keygen -l` 的输出格式',
  },

  'document.unreadable': { en: 'cannot read {file}: {why}', zh: '无法读取 {file}：{why}' },
  'document.no-file': { en: 'no such file', zh: '文件不存在' },
  'document.directory': { en: 'it is a directory', zh: '它是目录' },
  'document.not-directory': { en: 'a part of its path is not a directory', zh: '路径中有一部分不是目录' },
  'document.no-inventories': {
    en: 'no file in this directory ends with .yml, .yaml, .json or .ini',
    zh: '该目录中没有以 .yml、.yaml、.json 或 .ini 结尾的文件',
  },
  'document.no-inventories.do': {
    en: 'put one inventory a pair into it; `mmha init` writes one',
    zh: '请为每个主备对放入一份清单；`mmha init` 可以写出清单',
  },
  'document.path.do': { en: 'give the path of an existing YAML file', zh: '请给出已有 YAML 文件的路径' },
  'document.not-utf8': { en: 'it is not UTF-8 text', zh: '它不是 UTF-8 文本' },
  'document.not-utf8.do': {
    en: 'save it as UTF-8 (not as GBK, UTF-16 or a binary format)',
    zh: '请另存为 UTF-8（不是 GBK、UTF-16 或二进制格式）',
  },
  'document.secrets.do': {
    en: 'keep secrets in the inventory, which may be encrypted',
    zh: '请把机密项放在清单中，清单可以加密',
  },
  'document.yaml': { en: 'YAML syntax: {why}', zh: 'YAML 语法：{why}' },
  'document.yaml.do': {
    en: 'mend the YAML at that place; indentation is two spaces, never tabs',
    zh: '请更正该处的 YAML；缩进用两个空格，不能用制表符',
  },
  'document.twice': { en: 'this key is there already; give it once', zh: '这个键已经出现过；请只写一次' },
  'document.two': {
    en: 'a second document begins here; a file has one',
    zh: '这里开始了第二个文档；一个文件只能有一个',
  },
  'document.no-pair': { en: 'this is no `key: value`', zh: '这里不是 `key: value` 的形式' },
  'document.tab': { en: 'a tab; indent with spaces', zh: '这里是制表符；请用空格缩进' },
  'document.alias': {
    en: 'nothing is named &{name}; text that begins with * belongs in quotes',
    zh: '没有名为 &{name} 的锚点；以 * 开头的文本要加引号',
  },
  'document.vault-tag': { en: '!vault is only for the secrets of an inventory', zh: '!vault 只能用于清单中的机密项' },
  'slip.nbsp': { en: 'a no-break space, as copied from a web page', zh: '不换行空格，可能是从网页复制来的' },
  'slip.zero-width': {
    en: 'an invisible character (zero-width space), as copied from a web page',
    zh: '不可见字符（零宽空格），可能是从网页复制来的',
  },
  'slip.bom': {
    en: 'an invisible character (byte order mark) in the middle of the text',
    zh: '文本中间的不可见字符（BOM）',
  },
  'slip.blank': { en: 'a blank', zh: '空白字符' },
  'slip.blank-where': { en: '{what}: type a normal space or none', zh: '{what}：请改为普通空格或去掉' },
  'slip.colon': { en: 'a space is missing after the colon of {key}', zh: '{key} 的冒号后缺少空格' },

  'fleet.correct.do': {
    en: 'a host and an address belong to one pair; correct one of them',
    zh: '一台主机、一个地址只能属于一个主备对；请更正其中一个',
  },
  'fleet.vip-twice': {
    en: 'the vip {vip} is that of {pair}, too ({place})',
    zh: 'VIP {vip} 也是 {pair} 的 VIP（{place}）',
  },
  'fleet.host-twice': {
    en: '{host} ({address}) is {other} of {pair}, too ({place})',
    zh: '{host}（{address}）同时也是 {pair} 的 {other}（{place}）',
  },
  'fleet.page.do': {
    en: 'docs/fleet.md shows a file with several pairs',
    zh: '含多个主备对的文件写法见 docs/fleet.md',
  },
  'fleet.list': {
    en: 'expected a list of pairs, each with name, vip and masters',
    zh: '应为主备对的列表，每一项有 name、vip 和 masters',
  },
  'fleet.map': { en: 'expected a map', zh: '应为映射' },
  'fleet.of-one': {
    en: 'belongs to one pair; write it into each entry of pairs',
    zh: '属于单个主备对；请写入 pairs 的每一项',
  },
  'fleet.which.do': { en: 'say which pair: --pair {pair}', zh: '请指定主备对：--pair {pair}' },
  'fleet.several': {
    en: 'has several pairs: {list}; choose one with --pair {word}',
    zh: '有多个主备对：{list}；请用 --pair {word} 选择一个',
  },
  'fleet.no-pair': { en: 'has no pair {pair}; {what}', zh: '没有主备对 {pair}；{what}' },
  'fleet.pairs-are': { en: 'pairs: {list}', zh: '现有主备对：{list}' },
  'fleet.near': { en: 'did you mean {near}?', zh: '是不是想写 {near}？' },
  'fleet.same-name': { en: 'another pair is called {pair}, too: {list}', zh: '另一个主备对也叫 {pair}：{list}' },
  'fleet.same-name.do': { en: 'give each pair a name of its own', zh: '请给每个主备对取不同的名称' },
  'fleet.only-one': { en: 'is the inventory of one pair', zh: '是单个主备对的清单' },
  'fleet.only-one.do': {
    en: '--pair chooses one of several pairs; leave it out',
    zh: '--pair 用于从多个主备对中选择一个；请去掉它',
  },

  'ansible.page.do': {
    en: 'docs/inventory.md shows what mmha reads of an Ansible inventory',
    zh: 'mmha 读取 Ansible 清单的哪些内容，见 docs/inventory.md',
  },
  'ansible.two-hosts': {
    en: '{group} has {mark} and {count} hosts; a pair is a group with exactly two',
    zh: '{group} 有 {mark} 和 {count} 台主机；主备对是恰好有两台主机的组',
  },
  'ansible.not-pair': {
    en: '{group} is no pair: {mark} is not among its vars',
    zh: '{group} 不是主备对：它的变量中没有 {mark}',
  },
  'ansible.not-pair-list': {
    en: '{group} is no pair: {mark} is not among its vars; pairs: {list}',
    zh: '{group} 不是主备对：它的变量中没有 {mark}；现有：{list}',
  },
  'ansible.none': { en: 'no group of it is a pair', zh: '其中没有任何组是主备对' },
  'ansible.no-group': { en: 'has no group {group}; {what}', zh: '没有组 {group}；{what}' },
  'ansible.no-pair': {
    en: 'has no pair: give a group of two hosts the vars {mark} and mmha_nic',
    zh: '没有主备对：请给一个有两台主机的组设置变量 {mark} 和 mmha_nic',
  },
  'ansible.masters': {
    en: 'the masters are the hosts of {group}; take it out',
    zh: '节点就是 {group} 组的主机；请去掉它',
  },
  'ansible.whole-pair': {
    en: 'belongs to the whole pair; move it to the vars of {group}',
    zh: '属于整个主备对；请移到 {group} 的变量中',
  },
  'ansible.templates': {
    en: 'of templates mmha fills in {{ inventory_dir }} and {{ NAME }} of a variable; write the value itself',
    zh: '模板中 mmha 只替换 {{ inventory_dir }} 和变量的 {{ NAME }}；请直接写出值',
  },
  'ansible.section': {
    en: 'a section is [group], [group:children] or [group:vars]',
    zh: '段应写作 [group]、[group:children] 或 [group:vars]',
  },
  'ansible.section-of': {
    en: '{name} a section is [group], [group:children] or [group:vars]',
    zh: '{name} 段应写作 [group]、[group:children] 或 [group:vars]',
  },
  'ansible.there-is-no-group': { en: 'there is no group {group}', zh: '没有组 {group}' },
  'ansible.variable': { en: 'a variable is name=value', zh: '变量应写作 name=value' },
  'ansible.host-line': {
    en: 'a host is a name or a range, db[1:2], and name=value after it; quotes end on their line',
    zh: '主机应为名称或范围 db[1:2]，其后是 name=value；引号须在同一行闭合',
  },
  'ansible.after-host': { en: 'after a host, only name=value is expected', zh: '主机之后只能是 name=value' },
  'ansible.group-map': {
    en: 'a group is a map of hosts, vars and children',
    zh: '组应为含 hosts、vars 和 children 的映射',
  },
  'ansible.group-keys': {
    en: 'a group has hosts, vars and children; a host stands under hosts',
    zh: '组只有 hosts、vars 和 children；主机写在 hosts 之下',
  },
  'ansible.host-map': {
    en: 'a host is a name or a range, db[1:2], and a map of its variables',
    zh: '主机应为名称或范围 db[1:2]，以及其变量的映射',
  },
  'ansible.vars-map': { en: 'expected a map of variables', zh: '应为变量的映射' },
  'ansible.jump': {
    en: 'give the host on the way as -J [USER@]HOST[:PORT]',
    zh: '请用 -J [USER@]HOST[:PORT] 写明途经的主机',
  },
  'ansible.option': { en: '-o {option}: {what}', zh: '-o {option}：{what}' },
  'ansible.quote': { en: 'a quote is not closed', zh: '引号没有闭合' },
  'ssh-config.deep': { en: 'files include each other too deeply', zh: '文件相互包含过深' },
  'ssh-config.no-value': { en: '{key} has no value', zh: '{key} 没有值' },
  'ansible.contradicts': { en: 'contradicts {name}; keep one of the two', zh: '与 {name} 矛盾；请保留其中一个' },
  'ansible.text': {
    en: 'expected text; of these only passwords may be encrypted',
    zh: '应为文本；其中只有密码可以加密',
  },
  'ansible.follows-not': {
    en: 'mmha does not follow it; take it out for these hosts, or say it in mmha_ssh',
    zh: 'mmha 不支持它；请对这些主机去掉它，或写入 mmha_ssh',
  },
  'ansible.follows-not-arg': {
    en: 'mmha does not follow it; take it out, or say it in mmha_ssh',
    zh: 'mmha 不支持它；请去掉它，或写入 mmha_ssh',
  },
  'ansible.address': {
    en: '{host}: {name} is a name; give its IPv4 address as mmha_address, too',
    zh: '{host}：{name} 是名称；请同时用 mmha_address 写出它的 IPv4 地址',
  },
  'ansible.host-keys': {
    en: 'mmha checks host keys; take it out, and run once with --accept-new',
    zh: 'mmha 会验证主机密钥；请去掉它，并用 --accept-new 运行一次',
  },
  'ansible.host-keys-arg': {
    en: 'mmha checks host keys; give accept-new, or run once with --accept-new',
    zh: 'mmha 会验证主机密钥；请写 accept-new，或用 --accept-new 运行一次',
  },
  'ansible.ssh-only': { en: 'mmha reaches hosts over SSH', zh: 'mmha 通过 SSH 连接主机' },
  'ansible.root': { en: 'mmha works as root', zh: 'mmha 以 root 工作' },
  'ansible.root-from': {
    en: 'mmha works as root, and would become root from {user}; take it out',
    zh: 'mmha 以 root 工作，会从 {user} 提升为 root；请去掉它',
  },
  'playbook.handler-twice': { en: 'names the same handler twice', zh: '两次写了同一个 handler' },
  'playbook.no-include': {
    en: 'tasks of a file are included by include_tasks',
    zh: '包含一个文件中的任务请用 include_tasks',
  },
  'playbook.no-role-task': { en: 'a role stands in roles: of the play', zh: '角色写在 play 的 roles: 中' },
  'playbook.no-block': {
    en: 'tasks stand in the list of the play, or in a file that include_tasks names',
    zh: '任务写在 play 的列表中，或写在 include_tasks 所指的文件中',
  },
  'expression.ends': { en: 'ends where {what} should be', zh: '在应有 {what} 处结束' },
  'expression.has': {
    en: 'has {text} at character {count} where {what} should be',
    zh: '第 {count} 个字符处是 {text}，应为 {what}',
  },
  'expression.sign': {
    en: 'has {text} at character {count}, which means nothing here',
    zh: '第 {count} 个字符处的 {text} 在此没有意义',
  },
  'expression.value': { en: 'a value', zh: '一个值' },
  'expression.end': { en: 'the end', zh: '结尾' },
  'expression.handlebars': {
    en: "Handlebars can't read it at character {count} of: {text}",
    zh: 'Handlebars 在第 {count} 个字符处无法解析：{text}',
  },
})
