import { messages } from '../message.ts'

/** The lab: disposable hosts on this machine. */
export const lab = messages({
  'demo.up': {
    en: 'Two fresh database hosts and a client, on this machine',
    zh: '在本机上建立两台全新的数据库主机和一个客户端',
  },
  'demo.plan': { en: 'What provisioning would do', zh: '查看 provision 将要做什么' },
  'demo.provision': { en: 'Provision the pair', zh: '搭建主备对' },
  'demo.again': { en: 'Again: nothing to change', zh: '再来一次：没有要更改的' },
  'demo.verify': { en: 'The failover test', zh: '故障切换测试' },
  'demo.ends': {
    en: 'The demo ends here: `mmha {command}` ended with exit code {code}',
    zh: '演示到此结束：`mmha {command}` 的退出码是 {code}',
  },
  'demo.done': { en: 'Done in {seconds} s', zh: '完成，用时 {seconds} 秒' },
  'demo.look': { en: 'look around', zh: '四处看看' },
  'demo.who': { en: 'who is who', zh: '查看角色' },
  'demo.more': { en: 'once more', zh: '再做一次' },
  'demo.clean': { en: 'clean up', zh: '清理' },
  'lab.networks': {
    en: 'a lab is one network, and the VIP of {pair} is in another one than that of {other}',
    zh: '一个实验环境只有一个网络，而 {pair} 的 VIP 与 {other} 的不在同一网络',
  },
  'lab.networks.do': {
    en: 'bring up a lab for each network, from inventories of its pairs',
    zh: '请为每个网络各建立一个实验环境，各用其中主备对的清单',
  },
  'lab.image.build': {
    en: 'making the image for {server} from Debian {suite} (once; about half a minute)',
    zh: '正在用 Debian {suite} 制作 {server} 的镜像（只需一次，约半分钟）',
  },
  'lab.image.damaged': {
    en: 'parts of the image for {server} are gone: it is made anew ({folder})',
    zh: '{server} 的镜像缺少部分文件：将重新制作（{folder}）',
  },
  'lab.image.damaged-in-use': {
    en: 'parts of the image for {server} are gone ({folder}), and the lab {name} uses it',
    zh: '{server} 的镜像缺少部分文件（{folder}），而实验环境 {name} 正在使用它',
  },
  'lab.image.damaged-in-use.do': {
    en: 'mmha lab down --name {name}, then run this again: the image is made anew',
    zh: '请执行 mmha lab down --name {name}，然后重新运行：镜像会重新制作',
  },
  'lab.image.ready': {
    en: 'image for {server} made in {seconds} s: {folder}',
    zh: '{server} 的镜像已制作完成，用时 {seconds} 秒：{folder}',
  },
  'lab.image.wait': {
    en: 'process {pid} is making the image for {server}: waiting for it',
    zh: '进程 {pid} 正在制作 {server} 的镜像：等待它完成',
  },
  'lab.image.installing': { en: 'installing {list}', zh: '正在安装 {list}' },
  'lab.image.extracting': { en: 'extracting {list}', zh: '正在解包 {list}' },
  'lab.image.downloading': { en: 'downloading {list}', zh: '正在下载 {list}' },
  'lab.image.customize': { en: 'running --customize{list}', zh: '正在执行 --customize{list}' },
  'lab.image.automatically': { en: 'automatically {what}', zh: '自动选择：{what}' },
  'lab.image.stuck': {
    en: 'the image for {server} has been in the making by process {pid} for half an hour',
    zh: '进程 {pid} 制作 {server} 的镜像已有半小时',
  },
  'lab.image.stuck.do': { en: 'end that process, then run this again', zh: '请结束那个进程，然后重新运行' },
  'lab.image.no-server': {
    en: 'Debian {suite} does not have {list} now: {why}',
    zh: 'Debian {suite} 现在没有 {list}：{why}',
  },
  'lab.image.no-server.do': {
    en: 'take another server: --server mariadb-11.8',
    zh: '请换一种数据库：--server mariadb-11.8',
  },
  'lab.image.failed': {
    en: 'the image from Debian {suite} could not be made: {why}',
    zh: '无法用 Debian {suite} 制作镜像：{why}',
  },
  'lab.image.failed.do': {
    en: 'check that `apt-get update` works on this machine, then run this again',
    zh: '请确认本机的 `apt-get update` 能正常工作，然后重新运行',
  },
  'lab.no-mirror': {
    en: 'no mirror of the Debian archive in /etc/apt/sources.list and /etc/apt/sources.list.d',
    zh: '/etc/apt/sources.list 和 /etc/apt/sources.list.d 中没有 Debian 镜像源',
  },
  'lab.no-mirror.do': {
    en: 'the lab makes its hosts from the mirror that this machine itself uses: add one',
    zh: '实验环境使用本机自己的镜像源制作主机：请添加一个',
  },
  'lab.fallback': {
    en: "{server} can't be had ({why}): going on with {other}",
    zh: '无法取得 {server}（{why}）：改用 {other}',
  },
  'lab.inotify': {
    en: 'raised fs.inotify.max_user_instances from {old} to {raised} until the last lab is down',
    zh: '已把 fs.inotify.max_user_instances 从 {old} 调到 {raised}，直到最后一个实验环境关闭',
  },
  'lab.cleared': {
    en: 'cleared what an interrupted run had left of the lab {name}',
    zh: '已清理上次中断时实验环境 {name} 的残留',
  },
  'lab.boots': { en: 'boots at {address}', zh: '正在启动，地址 {address}' },
  'lab.host-up': { en: 'is up ({ms} ms)', zh: '已启动（{ms} 毫秒）' },
  'lab.units-failed': { en: 'failed at boot: {list}', zh: '启动时失败的单元：{list}' },
  'lab.up': {
    en: 'lab {name} ({server}) is up in {seconds} s: {list}',
    zh: '实验环境 {name}（{server}）已启动，用时 {seconds} 秒：{list}',
  },
  'lab.up.already': { en: 'lab {name} is up already: nothing to do', zh: '实验环境 {name} 已经启动：无需操作' },
  'lab.up.switched-on': {
    en: 'lab {name} was up already: switched on what was off',
    zh: '实验环境 {name} 已经启动：已打开其中关机的主机',
  },
  'lab.down': { en: 'lab {name} is down: nothing of it is left', zh: '实验环境 {name} 已关闭：没有任何残留' },
  'lab.down.nothing': { en: 'there is no lab {name}', zh: '没有名为 {name} 的实验环境' },
  'lab.interrupted': { en: 'interrupted: what was begun is taken down again', zh: '已中断：正在撤除已启动的部分' },
  'lab.none': { en: 'no lab is up', zh: '没有正在运行的实验环境' },
  'lab.status': {
    en: 'lab {name}: {server}, up since {time}, network namespace {namespace}',
    zh: '实验环境 {name}：{server}，启动于 {time}，网络命名空间 {namespace}',
  },
  'lab.on': { en: 'on', zh: '开机' },
  'lab.off': { en: 'off', zh: '关机' },
  'lab.cable-cut': { en: 'cable cut', zh: '网线已断开' },
  'lab.power.done': { en: 'power {what}: done', zh: '电源操作 {what}：完成' },
  'lab.cable.done': { en: 'cable {what}: done', zh: '网线操作 {what}：完成' },
  'lab.network-whole': { en: 'the network is whole', zh: '网络完整' },
  'lab.network-split': { en: 'the network is split: {list}', zh: '网络已被分割：{list}' },
  'lab.not-up': { en: 'the lab {name} is not up', zh: '实验环境 {name} 没有启动' },
  'lab.not-up.do': { en: 'bring it up: `mmha lab up`', zh: '请启动它：`mmha lab up`' },
  'lab.not-up-name.do': { en: 'bring it up: `mmha lab up --name {name}`', zh: '请启动它：`mmha lab up --name {name}`' },
  'lab.others-up.do': { en: 'up are: {list} (--name)', zh: '已启动的有：{list}（--name）' },
  'lab.unknown-word': { en: 'unknown: {what}', zh: '未知：{what}' },
  'lab.one-of.do': { en: 'one of {list}', zh: '以下之一：{list}' },
  'lab.no-host': { en: 'the lab {name} has no host {host}', zh: '实验环境 {name} 没有主机 {host}' },
  'lab.no-host.do': { en: 'its hosts: {list}', zh: '它的主机：{list}' },
  'lab.no-flavour': { en: 'unknown server: {name}', zh: '未知的数据库：{name}' },
  'lab.no-flavour.do': { en: 'the lab has {list}', zh: '实验环境可用的有 {list}' },
  'lab.ambiguous': { en: 'several labs have hosts at {what}: {list}', zh: '有多个实验环境的主机使用 {what}：{list}' },
  'lab.ambiguous.do': {
    en: 'say which: {variable}={name} in the environment',
    zh: '请用环境变量指定：{variable}={name}',
  },
  'lab.named-not-up': {
    en: '{variable} names the lab {name}, which is not up',
    zh: '{variable} 指定的实验环境 {name} 没有启动',
  },
  'lab.named-not-up.do': {
    en: 'bring it up with `mmha lab up`, or unset {variable} (or say {other})',
    zh: '请用 `mmha lab up` 启动它，或取消 {variable}（也可设为 {other}）',
  },
  'lab.several': { en: 'the pairs are hosts of several labs: {list}', zh: '这些主备对分属多个实验环境：{list}' },
  'lab.several.do': {
    en: 'give the inventories of one lab, or choose a pair with --pair',
    zh: '请给出同一实验环境的清单，或用 --pair 选择一个主备对',
  },
  'lab.host-off': { en: '{host} is off', zh: '{host} 已关机' },
  'lab.host-off.do': {
    en: 'switch it on with `mmha lab power {host} on`',
    zh: '请用 `mmha lab power {host} on` 打开它',
  },
  'lab.boot-failed': {
    en: '{host} did not come up (limit {seconds} s); its console ends:{text}',
    zh: '{host} 没有启动成功（期限 {seconds} 秒）；其控制台末尾：{text}',
  },
  'lab.boot-failed.do': { en: 'its whole console: {file}', zh: '完整的控制台输出：{file}' },
  'lab.no-name': { en: 'not a name for a lab: {what}', zh: '不能用作实验环境的名称：{what}' },
  'lab.no-name.do': {
    en: 'a name is up to 31 small letters, digits and dashes',
    zh: '名称最多 31 个字符，可用小写字母、数字和连字符',
  },
  'lab.other-server': {
    en: 'the lab {name} is up with {server}, not {other}',
    zh: '实验环境 {name} 正以 {server} 运行，而不是 {other}',
  },
  'lab.other-server.do': {
    en: 'take it down first (its data goes with it): mmha lab down --name {name}',
    zh: '请先关闭它（数据会一并删除）：mmha lab down --name {name}',
  },
  'lab.locked': { en: 'process {pid} is at work on the lab {name}', zh: '进程 {pid} 正在操作实验环境 {name}' },
  'lab.locked.do': { en: 'wait for it, or end it; then run this again', zh: '请等它结束或终止它，然后重新运行' },
  'lab.command': { en: '`{command}` failed ({how}): {why}', zh: '`{command}` 失败（{how}）：{why}' },
  'lab.command.do': {
    en: 'see `mmha lab status`; `mmha lab down` clears everything',
    zh: '请查看 `mmha lab status`；`mmha lab down` 会清理一切',
  },
  'lab.cgroup': { en: 'no cgroup2 file system is mounted', zh: '没有挂载 cgroup2 文件系统' },
  'lab.cgroup.do': {
    en: 'mount -t cgroup2 none /sys/fs/cgroup/unified',
    zh: '请运行：mount -t cgroup2 none /sys/fs/cgroup/unified',
  },
  'lab.stuck': { en: 'processes of {name} did not end within {ms} ms', zh: '{name} 的进程在 {ms} 毫秒内没有结束' },
  'lab.stuck.do': { en: 'run `mmha lab down` again', zh: '请再次运行 `mmha lab down`' },
  'lab.nothing-changed': { en: '{what}. Nothing was changed.', zh: '{what}。没有做任何更改。' },
  'lab.linux': { en: 'the lab needs Linux', zh: '实验环境需要 Linux' },
  'lab.linux.do': { en: 'run it on a Debian machine', zh: '请在 Debian 机器上运行' },
  'lab.debian': {
    en: 'the lab needs a Debian system (systemd-nspawn, mmdebstrap, apt)',
    zh: '实验环境需要 Debian 系统（systemd-nspawn、mmdebstrap、apt）',
  },
  'lab.debian.do': { en: 'run it on Debian 12 or newer', zh: '请在 Debian 12 或更新的版本上运行' },
  'lab.packages': {
    en: 'the lab needs Debian packages that are not installed: {list}',
    zh: '实验环境需要以下尚未安装的 Debian 软件包：{list}',
  },
  'lab.root': { en: 'the lab needs root (namespaces, mounts)', zh: '实验环境需要 root 权限（命名空间、挂载）' },
  'lab.root.do': { en: 'run the same command with sudo', zh: '请用 sudo 运行同一条命令' },
  'lab.kernel': {
    en: "the kernel lacks what the lab's network needs (bridge, veth, nftables): {why}",
    zh: '内核缺少实验环境的网络所需的功能（bridge、veth、nftables）：{why}',
  },
  'lab.kernel.do': { en: 'use another kernel', zh: '请换用其他内核' },
  'lab.overlay': {
    en: 'no overlay file system can be mounted on /var/lib: {why}',
    zh: '/var/lib 上无法挂载 overlay 文件系统：{why}',
  },
  'lab.overlay.do': { en: 'put /var/lib on ext4, xfs or btrfs', zh: '请把 /var/lib 放在 ext4、xfs 或 btrfs 上' },
})
