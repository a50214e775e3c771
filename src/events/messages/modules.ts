import { messages } from '../message.ts'

/** Why a module does not plan: what a host has or lacks, and what to do about it. */
export const modules = messages({
  'todo.then-again': { en: '{todo}, then run this again', zh: '{todo}，然后重新运行' },

  'module.edited': {
    en: 'there is no text file {file} on {host} (or it is larger than 1 MB)',
    zh: '{host} 上没有文本文件 {file}（或者它大于 1 MB）',
  },
  'module.edited.do': {
    en: 'correct the path, say create: true, or let the play that makes it end first',
    zh: '请更正路径，或写 create: true，或让创建它的 play 先执行完',
  },
  'module.file': {
    en: '{file} on {host} is a {kind}, not a {wanted}',
    zh: '{host} 上的 {file} 是 {kind}，不是 {wanted}',
  },
  'module.file.do': { en: 'move it away, then run this again', zh: '请先把它移走，然后重新运行' },
  'module.file-content': { en: 'only a file has content', zh: '只有文件才有内容' },
  'module.command-undo': {
    en: 'a command that only reads is never done, and has nothing to take back',
    zh: '只读的命令不会“执行完成”，也没有可回滚的内容',
  },
  'module.assert.do': { en: 'make it so, or change the playbook', zh: '请使其成立，或修改 playbook' },
  'module.expression': { en: 'expected an expression', zh: '应为表达式' },
  'module.port-or-path': { en: 'give either port or path', zh: 'port 和 path 请只写其中一个' },
  'module.tcp-port': { en: 'TCP needs a port, VRRP has none', zh: 'TCP 需要端口，VRRP 没有端口' },
  'module.new-file': { en: 'names the new file as %s', zh: '新文件的名称写作 %s' },
  'module.no-regexp': { en: 'not a regular expression', zh: '不是正则表达式' },
  'module.sysctl': { en: 'the kernel of {host} has no setting {name}', zh: '{host} 的内核没有参数 {name}' },
  'module.sysctl.do': {
    en: 'correct the name, or load the module that brings it',
    zh: '请更正名称，或加载提供该参数的内核模块',
  },
  'module.template.do': {
    en: "correct the template or the task's vars",
    zh: '请更正模板，或任务的 vars',
  },
  'module.upload': { en: 'cannot read {file}, which is to be uploaded', zh: '无法读取要上传的 {file}' },
  'module.upload.do': { en: 'build it first: npm run build', zh: '请先构建：npm run build' },
  'module.upload.path.do': {
    en: 'see that it is there: a relative path begins beside the playbook',
    zh: '请确认该文件存在：相对路径从 playbook 所在目录算起',
  },
  'module.no-systemd': {
    en: '{host} has no systemd, and nothing else is supported so far',
    zh: '{host} 没有 systemd，目前还不支持其他 init',
  },
  'module.no-systemd.do': { en: 'use a distribution with systemd', zh: '请使用带 systemd 的发行版' },
  'module.no-package-tool': {
    en: "{list} can't be installed on {host}: it has neither apt nor dnf nor yum",
    zh: '无法在 {host} 上安装 {list}：它没有 apt、dnf 或 yum',
  },
  'module.no-package-tool.do': {
    en: 'install {list} there yourself, then run this again',
    zh: '请自行在那里安装 {list}，然后重新运行',
  },
  'module.latest-server': {
    en: '{server} is a database server: state: latest would restart the one that holds the VIP',
    zh: '{server} 是数据库服务器：state: latest 会重启持有 VIP 的那一台',
  },
  'module.latest-server.do': {
    en: 'use playbooks/upgrade-mysql.yml: the standby first, then a switch, then the other',
    zh: '请使用 playbooks/upgrade-mysql.yml：先升级备库，再切换，再升级另一个',
  },
  'module.absent-server': {
    en: '{server} is a database server: it is not removed',
    zh: '{server} 是数据库服务器：不会删除它',
  },
  'module.absent-server.do': {
    en: 'take mmha off with `mmha teardown`, then remove it yourself',
    zh: '请先用 `mmha teardown` 撤除 mmha，再自行删除',
  },
  'module.absent-server.keep': { en: 'it needs {list}: leave that installed', zh: '它需要 {list}：请保留' },
  'module.absent-needed': {
    en: "{list} can't be removed alone: with it would go what needs it: {others}",
    zh: '不能只删除 {list}：依赖它的也会一起被删除：{others}',
  },
  'module.absent-needed.do': {
    en: 'leave it installed, or say `dependents: true`',
    zh: '请保留它，或写上 `dependents: true`',
  },
  'module.latest-apt': { en: 'state: latest is only for apt so far', zh: 'state: latest 目前只支持 apt' },
  'module.latest-apt.do': { en: 'leave state out, or use `command`', zh: '请去掉 state，或改用 `command`' },

  'firewall.two': {
    en: 'two firewalls at work on {host}: {why}; what one lets in the other may refuse',
    zh: '{host} 上有两套防火墙在工作：{why}；一套放行的，另一套可能拒绝',
  },
  'firewall.two.do': { en: 'keep one and turn the others off: {list}', zh: '请保留一套，关闭其余的：{list}' },
  'firewall.no-boot': {
    en: 'nothing loads the rules of {host} at boot, and without systemd mmha has no way to',
    zh: '{host} 开机时没有程序加载防火墙规则，而没有 systemd，mmha 也无法做到',
  },
  'firewall.no-boot.do': {
    en: 'install iptables-persistent (on RHEL and its kin iptables-services) there, then run this again',
    zh: '请在那里安装 iptables-persistent（RHEL 系为 iptables-services），然后重新运行',
  },
  'firewall.no-file': {
    en: '{host} has rules of nftables, and no file that nftables.service would load at boot',
    zh: '{host} 上有 nftables 规则，却没有 nftables.service 开机加载的文件',
  },
  'firewall.no-file.do': {
    en: 'put its rules into /etc/nftables.conf (on RHEL and its kin /etc/sysconfig/nftables.conf), then run this again',
    zh: '请把规则写入 /etc/nftables.conf（RHEL 系为 /etc/sysconfig/nftables.conf），然后重新运行',
  },
  'firewall.ufw': {
    en: 'the ufw of {host} is too old to let unicast VRRP in: that needs 0.36.2',
    zh: '{host} 的 ufw 版本过旧，无法放行单播 VRRP：需要 0.36.2',
  },
  'firewall.ufw.do': {
    en: 'use `vrrp: {mode: multicast}`, or upgrade ufw there',
    zh: '请使用 `vrrp: {mode: multicast}`，或升级那里的 ufw',
  },

  'engine.no-source': { en: 'keepalived.source is missing', zh: '缺少 keepalived.source' },
  'engine.no-source.do': { en: 'name the tarball of keepalived', zh: '请写明 keepalived 的源码包' },
  'engine.unreadable': {
    en: 'cannot read {file}, from which keepalived is to be built',
    zh: '无法读取用于编译 keepalived 的 {file}',
  },
  'engine.checksum': {
    en: '{file} is not what keepalived.sha256 says: it is {sha256}',
    zh: '{file} 与 keepalived.sha256 不符：实际为 {sha256}',
  },
  'engine.checksum.do': {
    en: 'get the tarball again from where its checksum is published, or correct keepalived.sha256',
    zh: '请从公布校验和的地方重新下载源码包，或更正 keepalived.sha256',
  },
  'engine.not-built': { en: 'the package of the daemon is not built', zh: '守护进程软件包尚未构建' },
  'engine.not-built-for': {
    en: 'the package of the daemon for {arch} is not built',
    zh: '{arch} 的守护进程软件包尚未构建',
  },
  'engine.build.do': { en: 'npm run build', zh: '请运行 npm run build' },
  'engine.arm64.do': {
    en: 'npm run build:arm64 (it fetches the runtime for these hosts, 40 MB, from the npm registry)',
    zh: 'npm run build:arm64（会从 npm 仓库下载这些主机的运行时，40 MB）',
  },
  'engine.other-arch.do': {
    en: 'the daemon runs on x86_64 and aarch64: use other hosts',
    zh: '守护进程可在 x86_64 和 aarch64 上运行：请换用其他主机',
  },

  'mysql.password-shape': {
    en: 'the replication password must have 1 to 32 characters, none of them a control character',
    zh: '复制密码必须是 1 到 32 个字符，不能含控制字符',
  },
  'mysql.password-shape.do': {
    en: 'leave replication.password out: one is generated and kept on the hosts',
    zh: '请去掉 replication.password：会自动生成密码并保存在节点上',
  },
  'mysql.root': {
    en: 'root may not log in to the database over its socket',
    zh: 'root 无法经套接字登录数据库',
  },
  'mysql.root.do': {
    en: 'put user and password of an administrator into /root/.my.cnf (mode 0600) under [client]',
    zh: '请把管理员的 user 和 password 写入 /root/.my.cnf 的 [client] 段（权限 0600）',
  },
  'mysql.setting': {
    en: 'server.settings: {name} is not for the inventory to set',
    zh: 'server.settings：{name} 不能在清单中设置',
  },
  'mysql.setting-port.do': { en: 'use server.port', zh: '请使用 server.port' },
  'mysql.setting.do': {
    en: 'leave it out: the pair needs the value that mmha sets',
    zh: '请去掉它：主备对需要 mmha 设置的值',
  },
  'mysql.same-uuid': {
    en: '{host} and {peer} have the same server_uuid {uuid}',
    zh: '{host} 和 {peer} 的 server_uuid 相同：{uuid}',
  },
  'mysql.same-uuid.do': {
    en: 'on one of them: stop the server, remove auto.cnf from its data directory, start it',
    zh: '请在其中一个节点上：停止数据库，删除数据目录中的 auto.cnf，再启动',
  },
  'mysql.position.do': {
    en: 'use replication.mode gtid: it finds the place by itself',
    zh: '请使用 replication.mode: gtid：它能自行找到位置',
  },
  'mysql.position-in-use': {
    en: "file and position can't be known while the pair is in use",
    zh: '主备对正在使用时，无法确定 binlog 文件和位置',
  },
  'mysql.no-binlog': { en: '{host} has no binary log to begin at', zh: '{host} 没有可作为起点的 binlog' },
  'mysql.foreign-channel': { en: 'it replicates from {source} as {user}', zh: '它正以 {user} 从 {source} 复制' },
  'mysql.foreign-channel.do': {
    en: 'take it out yourself (STOP REPLICA; RESET REPLICA ALL), or use other servers',
    zh: '请自行删除该复制通道（STOP REPLICA; RESET REPLICA ALL），或换用其他服务器',
  },
  'mysql.other-flavour': {
    en: 'the inventory asks for {asked}, but {found} is installed',
    zh: '清单要求 {asked}，但已安装的是 {found}',
  },
  'mysql.other-flavour.do': {
    en: 'set server.flavour to {flavour}, or remove that server yourself',
    zh: '请把 server.flavour 设为 {flavour}，或自行卸载那个数据库',
  },
  'mysql.two-flavours': {
    en: '{mine} is installed here and {theirs} on {peer}',
    zh: '这里安装的是 {mine}，{peer} 上是 {theirs}',
  },
  'mysql.two-flavours.do': {
    en: 'both hosts need the same server: replace one of them',
    zh: '两个节点必须使用同一种数据库：请更换其中一个',
  },
  'mysql.install-apt': {
    en: 'a server can only be installed with apt so far',
    zh: '目前只能用 apt 安装数据库',
  },
  'mysql.install-apt.do': {
    en: 'install the database server yourself, then run this again',
    zh: '请自行安装数据库，然后重新运行',
  },
  'mysql.no-package': { en: '{list}: not in the package sources of {host}', zh: '{list}：不在 {host} 的软件源中' },
  'mysql.no-package-why': {
    en: '{list}: not in the package sources of {host}: {why}',
    zh: '{list}：不在 {host} 的软件源中：{why}',
  },
  'mysql.no-package.do': {
    en: 'see that `apt-get update` works there and that its sources have a server, or set server.package',
    zh: '请确认那里的 `apt-get update` 能正常工作且软件源中有数据库，或设置 server.package',
  },
  'mysql.two-packages': {
    en: '{mine} would be installed here and {theirs} on {peer}',
    zh: '这里会安装 {mine}，而 {peer} 上会安装 {theirs}',
  },
  'mysql.two-packages.do': {
    en: 'set server.flavour in the inventory, or give both hosts the same package sources',
    zh: '请在清单中设置 server.flavour，或让两个节点使用相同的软件源',
  },

  'rotate.no-root': { en: 'its database does not let root in', zh: '它的数据库不允许 root 登录' },
  'rotate.no-root.do': { en: 'both servers are needed for new passwords', zh: '更换密码需要两个数据库都可用' },
  'rotate.refused': { en: 'the password in {file} is refused', zh: '{file} 中的密码被拒绝' },
  'rotate.untried': {
    en: 'the password in {file} could not be tried: the peer does not answer',
    zh: '{file} 中的密码无法验证：对端没有应答',
  },
  'rotate.whole.do': {
    en: 'make the pair whole first: mmha provision {what}',
    zh: '请先让主备对恢复完整：mmha provision {what}',
  },
  'rotate.two': { en: '{host} and {peer} have different passwords', zh: '{host} 和 {peer} 的密码不同' },
  'rotate.two.do': { en: 'mmha provision {what} gives them one', zh: 'mmha provision {what} 会给它们同一个密码' },
  'rotate.still-used': { en: '{peer} still uses the former replication password', zh: '{peer} 仍在使用旧的复制密码' },
  'rotate.still-used.do': {
    en: 'run all of it: mmha rotate-secrets {what}',
    zh: '请完整运行：mmha rotate-secrets {what}',
  },
  'option-file.open': { en: 'others may read it', zh: '其他用户也可以读取它' },
  'option-file.unreadable': { en: 'cannot be read', zh: '无法读取' },
  'option-file.do': {
    en: 'run `mmha provision` again: it writes the file',
    zh: '请再次运行 `mmha provision`：它会写出该文件',
  },
  'option-file.no-user': { en: 'no user in [client]', zh: '[client] 段中没有 user' },
})
