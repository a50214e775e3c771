import { messages } from '../message.ts'

/** Logging in and becoming root, where the reasons are told as text. */
export const hosts = messages({
  'login.denied': { en: '{login} was not let in', zh: '{login} 登录被拒绝' },
  'login.no-session': { en: 'no SSH session with {host}: {why}', zh: '无法与 {host} 建立 SSH 会话：{why}' },
  'login.too-many.do': {
    en: 'it allows fewer tries than there are keys (MaxAuthTries): name the right one with ssh: {key: …, identitiesOnly: true}',
    zh: '它允许的尝试次数少于密钥数量（MaxAuthTries）：请用 ssh: {key: …, identitiesOnly: true} 指定正确的密钥',
  },
  'login.do': {
    en: 'give ssh: {user, key} in the inventory, or start an agent that has the key; `ssh -v` shows what the host takes',
    zh: '请在清单中写明 ssh: {user, key}，或启动持有该密钥的 agent；`ssh -v` 可显示主机接受的方式',
  },
  'login.no-forwarding': {
    en: 'it allows no forwarding (AllowTcpForwarding)',
    zh: '它不允许转发（AllowTcpForwarding）',
  },
  'login.from-jump': {
    en: '{name} at {host} port {port} from the jump host {jump}',
    zh: '{name}（{host} 端口 {port}，经跳板机 {jump}）',
  },
  'login.late': { en: 'no login within {seconds} s', zh: '{seconds} 秒内没有完成登录' },
  'login.silent': { en: 'no answer within {seconds} s', zh: '{seconds} 秒内没有应答' },
  'login.no-key': { en: 'none of {list} exists and no agent has a key', zh: '{list} 都不存在，agent 中也没有密钥' },
  'login.certificate': {
    en: "{file} is not used: mmha can't log in with certificates",
    zh: '没有使用 {file}：mmha 不能用证书登录',
  },
  'login.agent': { en: 'the agent at {file} does not answer', zh: '位于 {file} 的 agent 没有应答' },
  'login.public': {
    en: '{file} is a public key that the agent does not have',
    zh: '{file} 是公钥，而 agent 中没有对应的私钥',
  },
  'login.passphrase': {
    en: '{file} is not opened by the passphrase of the inventory',
    zh: '{file} 无法用清单中的密钥口令打开',
  },
  'login.that-passphrase': { en: '{file} is not opened by that passphrase', zh: '{file} 无法用该口令打开' },
  'login.has-passphrase': {
    en: '{file} has a passphrase; add it to the agent with ssh-add, or give ssh: {passphrase: …}',
    zh: '{file} 设有口令；请用 ssh-add 加入 agent，或写明 ssh: {passphrase: …}',
  },
  'login.unreadable': { en: '{file} cannot be read', zh: '{file} 无法读取' },
  'login.no-private': { en: '{file} is not a private key ({why})', zh: '{file} 不是私钥（{why}）' },
  'login.is-no-private': { en: 'is not a private key ({why})', zh: '不是私钥（{why}）' },
  'login.asks': { en: 'it asks "{what}", and nobody is here to answer', zh: '它询问“{what}”，而这里无人可以回答' },
  'login.tried': { en: 'tried: {list}', zh: '已尝试：{list}' },
  'become.nobody': {
    en: '{login} is not root, and neither sudo nor doas makes it root without a password',
    zh: '{login} 不是 root，sudo 和 doas 也都不能免密码提升为 root',
  },
  'become.nobody.do': {
    en: 'give ssh: {become: {password: …}} (with method: su that of root), log in as root (ssh: {user: root}), or allow {user} sudo without a password (NOPASSWD)',
    zh: '请写明 ssh: {become: {password: …}}（method: su 时为 root 的密码），或以 root 登录（ssh: {user: root}），或允许 {user} 免密码 sudo（NOPASSWD）',
  },
  'facts.failed': {
    en: 'looking at {host} failed with status {status}: {why}',
    zh: '检查 {host} 失败，退出码 {status}：{why}',
  },
  'facts.failed.do': {
    en: 'nothing was changed; run with -v and report what the host says',
    zh: '没有做任何更改；请加上 -v 运行，并反馈主机的输出',
  },
  'facts.where': { en: 'facts', zh: '检查主机时' },
  'known-hosts.unwritable': {
    en: "the host key of {host} can't be written to {file}",
    zh: '{host} 的主机密钥无法写入 {file}',
  },
  'known-hosts.no-file': {
    en: "the host key of {host} can't be written to any known_hosts file",
    zh: '{host} 的主机密钥无法写入任何 known_hosts 文件',
  },
  'known-hosts.unwritable.do': {
    en: 'make it writable, or name another with `ssh: {knownHosts: [FILE]}`',
    zh: '请使其可写，或用 `ssh: {knownHosts: [FILE]}` 指定另一个',
  },
})
