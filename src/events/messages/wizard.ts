import { messages } from '../message.ts'

/** `mmha init`: what it asks, what it sees, what it says of an answer. */
export const wizard = messages({
  'wizard.first-host': { en: 'First host, address or name:', zh: '第一个节点的地址或主机名：' },
  'wizard.second-host': { en: 'Second host, address or name:', zh: '第二个节点的地址或主机名：' },
  'wizard.same-host': { en: 'that is the first host: the pair needs two', zh: '这是第一个节点：主备对需要两个节点' },
  'wizard.same-login': {
    en: 'Reach it the same way ({user}, port {port}, key {key})?',
    zh: '用同样的方式登录吗（用户 {user}，端口 {port}，密钥 {key}）？',
  },
  'wizard.user': {
    en: 'SSH user (root, or one who may sudo without a password):',
    zh: 'SSH 用户（root，或可免密码 sudo 的用户）：',
  },
  'wizard.user.wrong': { en: '"{text}" is no user name', zh: '“{text}”不是用户名' },
  'wizard.port': { en: 'SSH port:', zh: 'SSH 端口：' },
  'wizard.port.wrong': { en: 'a port is a number, 1 to 65535', zh: '端口应为 1 到 65535 的数字' },
  'wizard.key': {
    en: 'Private key file ("default": ssh-agent, then ~/.ssh/id_*):',
    zh: '私钥文件（"default"：先用 ssh-agent，再用 ~/.ssh/id_*）：',
  },
  'wizard.key.unreadable': { en: 'cannot read {file}: {why}', zh: '无法读取 {file}：{why}' },
  'wizard.key.passphrase': {
    en: '{file} is protected by a passphrase: ssh-add it to your agent, and answer "default"',
    zh: '{file} 有口令保护：请用 ssh-add 加入 ssh-agent，然后回答 "default"',
  },
  'wizard.key.wrong': { en: '{file} is no private key: {why}', zh: '{file} 不是私钥：{why}' },
  'wizard.key.public': { en: '{file} is the public half: give the private one', zh: '{file} 是公钥：请给出私钥' },
  'wizard.looking': { en: 'Looking at {user}@{host} …', zh: '正在查看 {user}@{host} …' },
  'wizard.indented': { en: '  {text}', zh: '  {text}' },
  'wizard.note': { en: '  note: {text}', zh: '  注意：{text}' },
  'wizard.no-ipv4': { en: '"{text}" is not an IPv4 address', zh: '“{text}”不是 IPv4 地址' },
  'wizard.no-ipv6': {
    en: 'give a name or an IPv4 address: masters find each other by IPv4',
    zh: '请给出主机名或 IPv4 地址：两个节点之间使用 IPv4',
  },
  'wizard.no-name': { en: '"{text}" is neither an address nor a name', zh: '“{text}”既不是地址也不是主机名' },

  'wizard.unknown-key': {
    en: '  {host} is not in known_hosts. It shows the key',
    zh: '  {host} 不在 known_hosts 中。它出示的主机密钥是',
  },
  'wizard.unknown-key.at': { en: '{host} port {port}', zh: '{host} 端口 {port}' },
  'wizard.unknown-key.compare': {
    en: '  Compare it with `ssh-keygen -lf` of /etc/ssh/ssh_host_*_key.pub, seen on the console of that host.',
    zh: '  请在该主机的控制台上对 /etc/ssh/ssh_host_*_key.pub 运行 `ssh-keygen -lf`，与之核对。',
  },
  'wizard.unknown-key.ask': {
    en: 'Is this its key? (yes, no, or paste the fingerprint that you expect)',
    zh: '这是它的密钥吗？（yes、no，或粘贴您所知道的指纹）',
  },
  'wizard.unknown-key.other': {
    en: 'the host shows {fingerprint}: not the same',
    zh: '主机出示的是 {fingerprint}：不相同',
  },
  'wizard.unknown-key.answers': { en: 'yes, no, or SHA256:…', zh: '请回答 yes、no 或 SHA256:…' },

  'wizard.host': { en: '{name}: {system}, {server}', zh: '{name}：{system}，{server}' },
  'wizard.host.server': { en: '{name} {version} ({state})', zh: '{name} {version}（{state}）' },
  'wizard.host.no-server': { en: 'no database server', zh: '没有数据库服务器' },
  'wizard.host.running': { en: 'running', zh: '运行中' },
  'wizard.host.stopped': { en: 'stopped', zh: '已停止' },
  'wizard.host.no-apt': {
    en: 'it has no apt: the server has to be installed by hand first',
    zh: '它没有 apt：需要先手工安装数据库服务器',
  },
  'wizard.host.no-systemd': { en: 'it does not run systemd', zh: '它没有运行 systemd' },

  'wizard.nic': { en: 'Interface that carries the VIP:', zh: '承载 VIP 的网卡：' },
  'wizard.nic.reached': { en: 'SSH came in here', zh: 'SSH 就是从这里连入的' },
  'wizard.nic.down': { en: '(down)', zh: '（未启用）' },
  'wizard.nic.all-down': { en: 'the only shared interface is down: {links}', zh: '唯一共有的网卡没有启用：{links}' },
  'wizard.nic.none': {
    en: '{first} has {ofFirst}; {second} has {ofSecond}: no subnet is on both, so no address can move between them',
    zh: '{first} 有 {ofFirst}；{second} 有 {ofSecond}：两边没有共同的子网，地址无法在它们之间切换',
  },
  'wizard.nic.no-address': { en: 'no IPv4 address', zh: '没有 IPv4 地址' },
  'wizard.nic.do': {
    en: 'give both hosts an IPv4 address in one subnet, on interfaces that are up',
    zh: '请在两个节点已启用的网卡上配置同一子网的 IPv4 地址',
  },

  'wizard.vip': {
    en: 'Virtual IP, an unused address of {range}:',
    zh: '虚拟 IP (VIP)，从 {range} 中选一个未使用的地址：',
  },
  'wizard.vip.range': { en: '{network}, {first} to {last}', zh: '{network}（{first} 到 {last}）' },
  'wizard.vip.in-use': { en: '{address} is in use: {mac} answers to it', zh: '{address} 已被占用：{mac} 在应答' },
  'wizard.vip.unknown-mac': { en: 'unknown MAC', zh: '未知 MAC' },
  'wizard.vip.free': { en: '  nobody answers to {address}: it is free', zh: '  没有主机应答 {address}：地址可用' },
  'wizard.vip.unknown': {
    en: '  could not find out whether {address} is free: {why}',
    zh: '  无法确认 {address} 是否可用：{why}',
  },
  'wizard.vip.prefix': {
    en: '"{text}": the part after "/" is the length of the network, 0 to 32',
    zh: '“{text}”：“/”之后是网络前缀长度，0 到 32',
  },
  'wizard.vip.outside': {
    en: '{address} is outside the subnet of the interface, {network}',
    zh: '{address} 不在该网卡的子网 {network} 内',
  },
  'wizard.vip.other-prefix': {
    en: "/{prefix} is not the interface's prefix length: write {address}",
    zh: '/{prefix} 与网卡的前缀长度不符：请写 {address}',
  },
  'wizard.vip.network': { en: "{address} is the network's own address", zh: '{address} 是网络地址' },
  'wizard.vip.broadcast': { en: "{address} is the network's broadcast address", zh: '{address} 是广播地址' },
  'wizard.vip.own': {
    en: '{address} is the own address of host {index}: the VIP is a third address',
    zh: '{address} 是第 {index} 个节点自己的地址：VIP 应是第三个地址',
  },
  'wizard.vip.held': { en: '{address} is on {host} now', zh: '{address} 现在在 {host} 上' },
  'wizard.vip.held.ask': {
    en: '{address} is on {host} now. Is it the VIP of this pair already?',
    zh: '{address} 现在在 {host} 上。它已经是这个主备对的 VIP 吗？',
  },
  'wizard.vip.held.do': {
    en: 'take a free address, or answer `vipHeld: true`',
    zh: '请换一个空闲的地址，或回答 `vipHeld: true`',
  },

  'wizard.server': { en: 'Database server to install:', zh: '要安装的数据库服务器：' },
  'wizard.server.only': { en: 'Server: {label} ({why})', zh: '数据库服务器：{label}（{why}）' },
  'wizard.server.differ': {
    en: "the first host has {first}, the second {second}: they can't replicate to each other",
    zh: '第一个节点是 {first}，第二个是 {second}：它们之间无法互相复制',
  },
  'wizard.server.do': {
    en: 'install the same server on both, or take fresh hosts',
    zh: '请在两个节点上安装相同的数据库服务器，或换用全新的主机',
  },
  'wizard.server.keep': { en: 'keep {name}', zh: '保留 {name}' },
  'wizard.server.both': {
    en: 'first host: {first}; second host: {second}',
    zh: '第一个节点：{first}；第二个节点：{second}',
  },
  'wizard.server.auto': { en: 'whichever their package sources have', zh: '软件源里有哪个就用哪个' },
  'wizard.server.auto.why': {
    en: 'the package lists were never fetched there; MySQL is taken where both are to be had',
    zh: '那里从未更新过软件包列表；两者都有时选 MySQL',
  },
  'wizard.server.none': {
    en: 'no server is installed, and neither mysql-server nor mariadb-server is in the package sources of both',
    zh: '没有安装数据库服务器，两边的软件源也都没有共同的 mysql-server 或 mariadb-server',
  },
  'wizard.server.missing': { en: '(not in the package sources of {hosts})', zh: '（{hosts}的软件源里没有）' },
  'wizard.server.host': { en: 'host {index}', zh: '第 {index} 个节点' },

  'wizard.file': { en: 'Write the inventory to:', zh: '清单写入文件：' },
  'wizard.file.directory': { en: 'that is a directory', zh: '这是一个目录' },
  'wizard.file.overwrite': { en: '{file} exists. Overwrite it?', zh: '{file} 已存在，要覆盖吗？' },
  'wizard.file.exists': { en: '{file} exists', zh: '{file} 已存在' },
  'wizard.file.exists.do': {
    en: 'name another file with -o, or answer `overwrite: true`',
    zh: '请用 -o 指定另一个文件，或回答 `overwrite: true`',
  },
  'wizard.file.unwritable': { en: 'cannot write {file}: {why}', zh: '无法写入 {file}：{why}' },
  'wizard.file.it-exists': { en: 'it exists', zh: '文件已存在' },
  'wizard.file.unwritable.do': {
    en: 'name a file in a directory that you may write to, with -o',
    zh: '请用 -o 指定一个您有写权限的目录中的文件',
  },

  'wizard.next': { en: 'And then?', zh: '接下来做什么？' },
  'wizard.next.plan': { en: 'write it and show the plan', zh: '写入清单并显示计划' },
  'wizard.next.plan.why': { en: 'mmha plan: changes nothing on the hosts', zh: 'mmha plan：不更改主机' },
  'wizard.next.provision': { en: 'write it and provision', zh: '写入清单并开始部署' },
  'wizard.next.provision.why': {
    en: 'mmha provision: shows the plan, asks, does it',
    zh: 'mmha provision：显示计划，确认后执行',
  },
  'wizard.next.nothing': { en: 'only write it', zh: '只写入清单' },
  'wizard.wrote': { en: 'wrote {file}', zh: '已写入 {file}' },
  'wizard.next-command': { en: 'next: mmha plan {file}', zh: '下一步：mmha plan {file}' },

  'wizard.answers.unreadable': { en: 'cannot read the answers file {file}', zh: '无法读取答案文件 {file}' },
  'wizard.answers.unreadable.do': {
    en: 'give the path of an existing YAML file',
    zh: '请给出一个存在的 YAML 文件的路径',
  },
  'wizard.answers.missing': { en: 'the answers file does not answer: {question}', zh: '答案文件没有回答：{question}' },
  'wizard.answers.missing.do': { en: 'add `{key}` to the answers file', zh: '请在答案文件中加上 `{key}`' },
  'wizard.answers.wrong': { en: '{key}: {problem}', zh: '{key}：{problem}' },
  'wizard.answers.wrong.do': {
    en: 'correct the answers file; `mmha init --help` lists its keys',
    zh: '请更正答案文件；`mmha init --help` 列出了它的各个键',
  },
  'wizard.answers.choose': { en: 'choose one of: {values}', zh: '可选：{values}' },
  'wizard.answers.no-choice': { en: '"{value}" can\'t be chosen: {why}', zh: '不能选择“{value}”：{why}' },
  'wizard.answers.said': { en: '{question} {answer}', zh: '{question} {answer}' },
  'wizard.yes': { en: 'yes', zh: '是' },
  'wizard.no': { en: 'no', zh: '否' },

  'wizard.no-terminal': { en: 'init asks questions, and this is no terminal', zh: 'init 需要提问，但这里不是终端' },
  'wizard.no-terminal.do': {
    en: 'run it in a terminal, or give the answers with --answers FILE',
    zh: '请在终端中运行，或用 --answers 文件 给出答案',
  },
})
