import { type Message, messages, type Text } from '../message.ts'
import { recogniser } from '../recognise.ts'

/** The errors that most people meet: reaching a host, becoming root there, an inventory that is wrong. */
export const errors = messages({
  'where.connecting': { en: 'connecting', zh: '连接时' },
  'where.logging-in': { en: 'logging in', zh: '登录时' },
  'where.becoming-root': { en: 'becoming root', zh: '获取 root 权限时' },
  'where.lock': { en: 'lock', zh: '加锁时' },

  'ssh.unreachable': { en: 'cannot reach {what}: {why}', zh: '无法连接 {what}：{why}' },
  'ssh.unreachable.do': {
    en: 'see whether the host is up, sshd runs there and no firewall is between; address and port are in the inventory',
    zh: '请检查主机是否开机、sshd 是否在运行、中间是否有防火墙；地址和端口写在清单中',
  },
  'ssh.at': { en: '{label} at {host} port {port}', zh: '{label}（{host} 端口 {port}）' },
  'ssh.no-answer': { en: 'no answer within {seconds} s', zh: '{seconds} 秒内没有应答' },
  'ssh.refused': { en: 'connection refused (ECONNREFUSED)', zh: '连接被拒绝 (ECONNREFUSED)' },
  'ssh.no-host': {
    en: 'no host there, or a firewall that rejects (EHOSTUNREACH)',
    zh: '该地址没有主机，或被防火墙拒绝 (EHOSTUNREACH)',
  },
  'ssh.no-route': {
    en: 'no route to that network from here (ENETUNREACH)',
    zh: '本机没有到该网络的路由 (ENETUNREACH)',
  },
  'ssh.no-name': { en: 'no such name in DNS (ENOTFOUND)', zh: 'DNS 中没有这个名称 (ENOTFOUND)' },
  'ssh.channel': { en: '{host} refuses another SSH channel: {why}', zh: '{host} 拒绝打开新的 SSH 通道：{why}' },
  'ssh.channel.do': {
    en: 'raise MaxSessions in its sshd_config: 1 is enough, 2 are faster',
    zh: '请调大其 sshd_config 中的 MaxSessions：1 就够用，2 更快',
  },
  'ssh.lost': {
    en: 'the SSH connection to {host} ({address}) was lost{why}',
    zh: '到 {host}（{address}）的 SSH 连接已断开{why}',
  },
  'ssh.lost.do': {
    en: 'see whether the host is up, then run the same command again: it goes on where this one stopped',
    zh: '请检查主机是否开机，然后再次运行同一条命令：它会从停下的地方继续',
  },
  'ssh.handshake.do': { en: 'see whether an SSH server listens there', zh: '请检查那里是否有 SSH 服务在监听' },
  'shell.failed': {
    en: 'the shell on {host} ended early (status {status}){tail}',
    zh: '{host} 上的 shell 提前结束（退出码 {status}）{tail}',
  },
  'shell.failed.do': {
    en: 'see whether /bin/sh works there for the login user and, when that is not root, `sudo -n /bin/sh`',
    zh: '请检查登录用户能否在那里运行 /bin/sh；若不是 root，再检查 `sudo -n /bin/sh`',
  },
  'daemon.silent': { en: 'the daemon does not answer', zh: '守护进程没有应答' },

  'key.distrusted': { en: 'the host key of {host} {why}: {key}{unread}', zh: '{host} 的主机密钥{why}：{key}{unread}' },
  'key.unread': { en: "; {lines} can't be read", zh: '；{lines} 无法读取' },
  'key.unknown': { en: 'is not known', zh: '未知' },
  'key.unknown.do': {
    en: '{compare}, then log in once with `{login}`, or write `ssh: {fingerprint}` into the inventory; --accept-new trusts hosts that were never seen',
    zh: '{compare}，然后用 `{login}` 登录一次，或在清单中写入 `ssh: {fingerprint}`；--accept-new 会信任从未见过的主机',
  },
  'key.other': {
    en: "is of a type that known_hosts doesn't have for it ({at} has {type})",
    zh: '的类型与 known_hosts 中的不同（{at} 中是 {type}）',
  },
  'key.other.do': {
    en: "{compare}; when it is right, log in once with `{login}`. --accept-new doesn't take it: it is how a host in between would look",
    zh: '{compare}；确认无误后用 `{login}` 登录一次。--accept-new 不接受它：中间人看起来就是这样',
  },
  'key.authority': {
    en: "is vouched for only by a certificate authority ({at}), and mmha can't check host certificates",
    zh: '只有证书颁发机构担保（{at}），而 mmha 不能验证主机证书',
  },
  'key.authority.do': {
    en: '{compare}, then write `ssh: {fingerprint}` into the inventory, or the key itself into {file}',
    zh: '{compare}，然后在清单中写入 `ssh: {fingerprint}`，或把密钥写入 {file}',
  },
  'key.changed': {
    en: 'is not the one in known_hosts ({at}). Somebody may be in between, or the host was reinstalled. It shows',
    zh: '与 known_hosts 中的不符（{at}）。可能有中间人，也可能主机被重装过。它出示的是',
  },
  'key.changed.do': {
    en: "find out why before anything else; after a reinstallation remove the old key with `ssh-keygen -R '{name}'`",
    zh: "请先查明原因；如果是重装过，用 `ssh-keygen -R '{name}'` 删除旧密钥",
  },
  'key.revoked': { en: 'is revoked ({at})', zh: '已被吊销（{at}）' },
  'key.revoked.do': { en: 'give the host a new key', zh: '请为主机更换密钥' },
  'key.pinned': {
    en: 'is not the one in the inventory ({fingerprints}). It shows',
    zh: '与清单中的不符（{fingerprints}）。它出示的是',
  },
  'key.pinned.do': {
    en: '{compare}; after a reinstallation correct `fingerprint` in the inventory',
    zh: '{compare}；如果是重装过，请更正清单中的 `fingerprint`',
  },
  'key.compare': {
    en: 'compare it with `ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub` on the host',
    zh: '请与该主机上 `ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub` 的结果核对',
  },
  'key.another': { en: 'another', zh: '另一种' },

  'become.denied': {
    en: '{login} does not become root there with {method}: {why}',
    zh: '{login} 无法用 {method} 成为 root：{why}',
  },
  'become.no-reason': { en: 'no reason given', zh: '没有给出原因' },
  'become.log.do': {
    en: 'see its log there: journalctl -t sudo -t su',
    zh: '请查看那里的日志：journalctl -t sudo -t su',
  },
  'become.sudoers.do': {
    en: 'allow it in sudoers: mmha runs /bin/sh as root',
    zh: '请在 sudoers 中允许：mmha 以 root 运行 /bin/sh',
  },
  'become.tty.do': {
    en: 'install util-linux there (its script(1) is a terminal for sudo), or end `requiretty` for this user: `Defaults:USER !requiretty`',
    zh: '请在那里安装 util-linux（其中的 script(1) 为 sudo 提供终端），或对此用户取消 `requiretty`：`Defaults:USER !requiretty`',
  },
  'become.missing.do': {
    en: 'install it there, or name another way: {how}',
    zh: '请在那里安装它，或改用其他方式：{how}',
  },
  'become.password.do': {
    en: 'correct {what} in the inventory; it was tried once',
    zh: '请更正清单中的 {what}；只尝试了一次',
  },

  'document.inventory.do': {
    en: 'correct {file} and run the same command again; `mmha init` writes an inventory, docs/inventory.md has every key',
    zh: '请更正 {file}，再次运行同一条命令；`mmha init` 可以写出清单，全部的键见 docs/inventory.md',
  },
  'document.do': { en: 'correct {file} and run the same command again', zh: '请更正 {file}，再次运行同一条命令' },
})

/** What is wrong at a place of a document. Said in English by schemas and rules; shown by what it says. */
export const documents = messages({
  'document.line': { en: '{place} {message}', zh: '{place} {message}' },
  'document.path': { en: '{place} {path}: {message}', zh: '{place} {path}：{message}' },
})

export const mistakes = messages({
  'mistake.empty': { en: 'the document is empty', zh: '文件是空的' },
  'mistake.unknown-key': { en: 'unknown key; known keys: {keys}', zh: '未知的键；可用的键：{keys}' },
  'mistake.unknown-key-near': { en: 'unknown key; did you mean {near}?', zh: '未知的键；是不是想写 {near}？' },
  'mistake.missing': { en: 'missing; expected {type}', zh: '缺少此项；应为{type}' },
  'mistake.expected': { en: 'expected {type}, got {got}', zh: '应为{type}，实际是{got}' },
  'mistake.expected-text': {
    en: 'expected {type}, got {got}; in quotes it is text',
    zh: '应为{type}，实际是{got}；加上引号即为文本',
  },
  'mistake.must-not-be-empty': { en: 'must not be empty', zh: '不能为空' },
  'mistake.no-ipv4': { en: 'not an IPv4 address', zh: '不是 IPv4 地址' },
  'mistake.no-cidr': {
    en: 'not an IPv4 address with an optional prefix (10.0.0.0/24): {text}',
    zh: '不是 IPv4 地址（可带前缀，如 10.0.0.0/24）：{text}',
  },
  'mistake.map': { en: 'a map', zh: '映射' },
  'mistake.list': { en: 'a list', zh: '列表' },
  'mistake.text': { en: 'text', zh: '文本' },
  'mistake.number': { en: 'a number', zh: '数字' },
  'mistake.whole-number': { en: 'a whole number', zh: '整数' },
  'mistake.boolean': { en: 'true or false', zh: ' true 或 false' },
  'mistake.one-of': { en: 'one of {values}', zh: '以下之一：{values}' },
  'mistake.nothing': { en: 'nothing', zh: '空值' },
  'mistake.got-text': { en: 'string {text}', zh: '文本 {text}' },
  'mistake.got-number': { en: 'number {value}', zh: '数字 {value}' },
})

/** Apart: of every sentence with an `or` it would say that it knows it. */
const either = messages({ 'mistake.either': { en: '{type} or {got}', zh: '{type}或{got}' } })

function kind(text: string): Message | string {
  const known = mistake(text)
  if (known !== null) return known
  const [, first, rest] = /^(text|a map|a list|a number|a whole number) or (.+)$/.exec(text) ?? []
  if (first === undefined || rest === undefined) return text
  return either('mistake.either', { type: kind(first), got: kind(rest) })
}

const mistake: (text: string) => Message | null = recogniser(
  mistakes,
  () => '.+',
  (name, value) => (name === 'type' || name === 'got' ? kind(value) : value),
)

/** A line `file:line:column path: message` in every language. */
export function documentLine(line: string): Text {
  const [, place, path, message = ''] = /^(\S+:\d+:\d+) (?:([^\s:]+): )?(.*)$/s.exec(line) ?? []
  const known = mistake(message)
  if (place === undefined || known === null) return line
  return path === undefined
    ? documents('document.line', { place, message: known })
    : documents('document.path', { place, path, message: known })
}
