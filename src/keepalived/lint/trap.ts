/** What is legal in keepalived.conf and still wrong: the names are stable, JSON carries them and people search for them. */

interface Explanation {
  /** When the rule says nothing else. */
  readonly severity: 'error' | 'warning' | 'note'
  /** Why it matters: what happens at night when nobody changes it. */
  readonly en: string
  readonly zh: string
}

const error = (en: string, zh: string): Explanation => ({ severity: 'error', en, zh })
const warning = (en: string, zh: string): Explanation => ({ severity: 'warning', en, zh })
const note = (en: string, zh: string): Explanation => ({ severity: 'note', en, zh })

export const TRAPS = {
  // Elections.
  'nopreempt-weight': warning(
    'A backup with nopreempt waits until the master is silent, however low its priority falls.',
    '设置 nopreempt 的备机只在主机不再发通告时接管，主机优先级降得再低也不接管。',
  ),
  'nopreempt-master': warning(
    'keepalived clears nopreempt there, so the address moves back by itself after a repair.',
    'keepalived 在这里会取消 nopreempt，修复后地址会自己漂回来。',
  ),
  'preempt-delay-unused': warning('The delay never applies.', '这个延迟永远不会生效。'),
  'priority-owner': warning(
    '255 is for a host that has the address always: trackers never lower it, and a second one with 255 fights for ever.',
    '255 表示该主机始终拥有此地址：检查失败不会降低它，两台都是 255 会一直争抢。',
  ),
  'weight-clamped': warning(
    'Priorities end at 254, so a failure lowers it by less than the weight says.',
    '优先级最大 254，因此失败时实际降低的值小于 weight。',
  ),
  'weight-needs': note(
    'A weight moves the address only when it is larger than the distance to the peer.',
    '只有 weight 大于两台的优先级差，地址才会漂移。',
  ),
  'role-preempts': warning(
    'A repaired server takes the address back by itself: a second interruption that nobody asked for.',
    '修复后的服务器会自动抢回地址，造成第二次不必要的中断。',
  ),
  // Groups.
  'group-of-one': warning('It has no effect.', '没有任何作用。'),
  'group-priorities': warning('Members move together or not at all.', '组内成员总是一起切换。'),
  'group-nopreempt': warning('Members move together or not at all.', '组内成员总是一起切换。'),
  // Time.
  'slow-detection': warning(
    'Until then clients get errors or wait, and nobody takes over.',
    '在此之前客户端报错或等待，而没有主机接管。',
  ),
  'slow-failover': warning(
    'A host that loses power says nothing: its peer waits that long.',
    '断电的主机不会发出任何消息，对端要等这么久。',
  ),
  'advert-short': warning(
    'A busy host is later than that now and then, and its peer takes over from a master that is alive.',
    '繁忙的主机偶尔会迟于这个时间，对端就会在主机还活着时接管。',
  ),
  // The wire.
  'advert-fraction': warning(
    'Both nodes must arrive at the same interval; version 2 drops adverts with another one.',
    '两台的间隔必须相同；版本 2 会丢弃间隔不同的通告。',
  ),
  'auth-pass-long': warning('The rest is cut off without a word on the wire.', '多余的字符不会被发送。'),
  strict: warning(
    'keepalived with vrrp_strict drops all packets to the VIP, allows no password and no unicast.',
    '设置 vrrp_strict 后，keepalived 丢弃发往 VIP 的所有报文，并且不允许密码和单播。',
  ),
  'unicast-no-peer': warning('The peer that listens for unicast hears nothing.', '只收单播的对端什么也听不到。'),
  'unicast-self': warning(
    'A node that hears itself takes its own adverts for those of a second master.',
    '节点会把自己的通告当成另一个主机的通告。',
  ),
  'source-is-vip': warning(
    'The VIP is not there while this node is backup, so it could not speak, and its peer would hear one address from two nodes.',
    '作为备机时没有 VIP，无法用它发送通告。',
  ),
  'vrid-twice': error('Each would take the other for its peer.', '两个实例会把对方当成对端。'),
  'vrid-51': note(
    'Most examples have 51: two pairs with one number in a network take each other for peers.',
    '大多数示例都用 51：同一网段内两对主机用同一编号会互相干扰。',
  ),
  'lease-too-long': warning('Both hosts may hold the address for a moment.', '两台可能在短时间内同时持有地址。'),
  'garp-none': warning(
    'Switches and clients keep sending to the old holder until their ARP entries expire, often for minutes.',
    '交换机和客户端会继续把报文发给旧主机，直到 ARP 过期，往往要几分钟。',
  ),
  // Addresses.
  'vip-twice': error('Two instances would add and remove it without knowing of each other.', '两个实例会各自增删它。'),
  'vip-not-a-host': warning('No host can have such an address.', '任何主机都不能使用这样的地址。'),
  'vip-off-subnet': warning(
    'Clients behind a router do not find it, and neighbours do not ask for it by ARP.',
    '路由器后的客户端找不到它，邻居也不会用 ARP 查询它。',
  ),
  'interface-loopback': error(
    'keepalived does not run on lo: no peer is reachable there.',
    'keepalived 不能在 lo 上运行：那里没有对端。',
  ),
  'interface-missing': error('The instance stays in FAULT.', '实例会一直处于 FAULT 状态。'),
  // Scripts.
  'script-untracked': warning('It never runs, so it never finds anything.', '它从不运行，因此什么也检查不到。'),
  'script-shell': warning(
    'Scripts run without a shell: these characters are arguments like any other.',
    '脚本不经过 shell 运行：这些字符只是普通参数。',
  ),
  'script-process-only': note(
    'A server that hangs, or has no free connections, still has its process.',
    '挂起或连接数用尽的服务器，进程仍然存在。',
  ),
  'script-timeout-long': warning(
    'While one run lasts the next ones are skipped, so a hang is seen late.',
    '上一次还没结束时会跳过下一次检查，因此很晚才能发现挂起。',
  ),
  'script-syntax': warning(
    'A script with a syntax error ends with a failure: the node is in FAULT for ever.',
    '有语法错误的脚本总是失败：节点会一直处于 FAULT 状态。',
  ),
  'script-shebang': warning('The kernel can not start it.', '内核无法启动它。'),
  'script-user': error('Its scripts do not run.', '这些脚本不会运行。'),
  'file-unusable': warning(
    'It is read when it is needed: then mail, webhook or check goes without it.',
    '用到时才读取：届时邮件、webhook 或检查会缺少它。',
  ),
  'script-unreachable': warning(
    'It does not run: a check counts as failed, a notification is lost.',
    '它无法运行：检查算失败，通知会丢失。',
  ),
  // Both nodes.
  'pair-vrid': error(
    'Nodes with different numbers do not hear each other, and both hold the address.',
    '编号不同的两台互相听不到，都会持有地址。',
  ),
  'pair-missing': warning('Nobody takes over what only one node has.', '只有一台配置的实例没有人接管。'),
  'pair-version': error(
    'Each drops the adverts of the other version, and both hold the address.',
    '双方都丢弃对方版本的通告，都会持有地址。',
  ),
  'pair-family': error(
    'The nodes speak on different protocols, and both are master.',
    '两台使用不同的协议，都会成为主机。',
  ),
  'pair-group': error(
    'Each listens where the other does not speak, and both hold the address.',
    '双方在不同的组播地址上收发，都会持有地址。',
  ),
  'pair-interval': error(
    'Version 2 drops adverts with another interval, and both hold the address.',
    '版本 2 丢弃间隔不同的通告，两台都会持有地址。',
  ),
  'pair-auth': error(
    'Each drops adverts with another password, and both hold the address.',
    '双方都丢弃密码不同的通告，都会持有地址。',
  ),
  'pair-vips': error('After a takeover some addresses are on no host.', '切换后有些地址不在任何主机上。'),
  'pair-vip-order': note('keepalived logs it with every advert.', 'keepalived 会对每个通告记录日志。'),
  'pair-priority': warning(
    'Both become master at the same moment, and the higher address decides.',
    '两台同时成为主机，由较大的 IP 地址决定。',
  ),
  'pair-weight-gap': warning(
    'The failure is seen and the address stays where it is.',
    '故障被发现了，但地址不会漂移。',
  ),
  'pair-trackers': warning(
    'After a takeover nothing looks whether that node still serves.',
    '切换到这台之后，没有任何检查能发现它已不能服务。',
  ),
  'pair-nopreempt': warning(
    'After a repair the address stays or moves back depending on which node failed.',
    '修复后地址是否漂回取决于哪一台出过故障。',
  ),
  'pair-master': warning(
    'Only one can be; state is only where a node starts, priority decides.',
    '只有一台能成为主机；state 只是初始状态，由优先级决定。',
  ),
  'pair-unicast': error('A node that is not addressed becomes master.', '收不到通告的节点会成为主机。'),
  'pair-groups': warning('Addresses that belong together may end on two hosts.', '应在一起的地址可能分到两台主机上。'),
  'pair-role': error(
    'Promotion and fencing would look at another server than the peer.',
    '提升和隔离时会看错对端服务器。',
  ),
  'pair-policy': warning('Which data survives depends on which host is lost.', '哪份数据保留取决于哪台主机丢失。'),
} as const satisfies Readonly<Record<string, Explanation>>

export type Trap = keyof typeof TRAPS

const BY_CODE: Readonly<Record<string, Explanation | undefined>> = TRAPS

/** Why a finding matters; null for what needs no explanation. */
export function whyOf(code: string, language: 'en' | 'zh'): string | null {
  return Object.hasOwn(BY_CODE, code) ? (BY_CODE[code]?.[language] ?? null) : null
}
