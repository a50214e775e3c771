import {
  accepted,
  address,
  alias,
  choice,
  command,
  flag,
  inBlock,
  integer,
  type Keyword,
  later,
  native,
  optional,
  refused,
  seconds,
  secret,
  typo,
  word,
} from '../keyword.ts'
import { ELECTION_OF_INSTANCE } from './election.ts'
import { NOTIFICATION_OF_BOTH, NOTIFICATION_OF_INSTANCE } from './notification.ts'
import { TRACKED_BY_GROUP, TRACKED_BY_INSTANCE } from './tracked-by.ts'
import { VIRTUAL_MAC } from './virtual-mac.ts'

/** The states of a notify script, the same in instances and groups. */
const NOTIFY = [
  native('notify_master', [command], { en: 'Run on becoming master', zh: '成为主机时运行' }),
  native('notify_backup', [command], { en: 'Run on becoming backup', zh: '成为备机时运行' }),
  native('notify_fault', [command], { en: 'Run on a fault', zh: '故障时运行' }),
  native('notify_stop', [command], { en: 'Run when the daemon stops', zh: '守护进程停止时运行' }),
  native('notify', [command], {
    en: 'Run on every change, with INSTANCE|GROUP NAME STATE PRIORITY',
    zh: '每次变化都运行，参数为 INSTANCE|GROUP 名字 状态 优先级',
  }),
  native('smtp_alert', [flag], { en: 'Mail on every change', zh: '每次变化都发邮件' }, { default: false }),
  ...NOTIFICATION_OF_BOTH,
]

export const SCRIPT: readonly Keyword[] = inBlock('vrrp_script', [
  native('script', [command], { en: 'The command; exit 0 is success', zh: '要运行的命令；退出码 0 为成功' }),
  native('interval', [seconds(0.001, 86400)], { en: 'Between two starts', zh: '两次启动之间的间隔' }, { default: 1 }),
  native('timeout', [seconds(0.001, 86400)], {
    en: 'Until a run counts as failed and is ended; default: the interval',
    zh: '超过此时间即算失败并被终止；默认等于 interval',
  }),
  native(
    'rise',
    [integer(1, 1000)],
    { en: 'Successes in a row until it is up', zh: '连续成功多少次才算恢复' },
    { default: 1 },
  ),
  native(
    'fall',
    [integer(1, 1000)],
    { en: 'Failures in a row until it is down', zh: '连续失败多少次才算故障' },
    { default: 1 },
  ),
  native(
    'weight',
    [integer(-253, 253), optional(choice('reverse', 'noreverse'))],
    { en: 'Added to the priority; 0: a failure is a fault', zh: '加到优先级上；0 表示失败即故障' },
    {
      default: 0,
    },
  ),
  native('user', [word, optional(word)], { en: 'User and group that it runs as', zh: '运行它的用户和组' }),
  native('init_fail', [flag], { en: 'Down until the first success', zh: '第一次成功之前视为故障' }, { default: false }),
])

export const SYNC_GROUP: readonly Keyword[] = inBlock('vrrp_sync_group', [
  native('group', [], { en: 'Names of the instances', zh: '组内实例的名字' }, { opens: 'group' }),
  ...NOTIFY,
  ...TRACKED_BY_GROUP,
  later('track_bfd', [], { en: 'it is not tracked', zh: '不会被跟踪' }, { opens: 'skipped' }),
  accepted('global_tracking', [], { en: 'keepalived has given it up', zh: 'keepalived 已弃用' }),
])

export const INSTANCE: readonly Keyword[] = inBlock('vrrp_instance', [
  native(
    'state',
    [choice('MASTER', 'BACKUP')],
    { en: 'State to aim for at the start; priority decides', zh: '启动时期望的状态；最终由优先级决定' },
    {
      default: 'BACKUP',
    },
  ),
  native('interface', [word], { en: 'Where adverts go and addresses are added', zh: '收发通告、添加地址的网卡' }),
  native('virtual_router_id', [integer(1, 255)], {
    en: 'The same on both nodes, unique in the network',
    zh: '两台相同，在同一网段内唯一',
  }),
  native(
    'priority',
    [integer(1, 255)],
    { en: 'Higher wins; 255 owns the address', zh: '大者优先；255 表示地址所有者' },
    { default: 100 },
  ),
  native('version', [integer(2, 3)], { en: 'VRRP version', zh: 'VRRP 版本' }),
  alias('vrrp_version', 'version', { en: 'in an instance it is called version', zh: '在实例中它叫 version' }),
  native(
    'advert_int',
    [seconds(0.01, 255)],
    { en: 'Between two adverts; whole seconds on version 2', zh: '两次通告之间的间隔；版本 2 只能是整秒' },
    { default: 1 },
  ),
  native(
    'nopreempt',
    [flag],
    { en: 'A holder with lower priority keeps the address', zh: '不抢占：优先级较低的持有者保留地址' },
    { default: false },
  ),
  typo('nopreemt', 'nopreempt', {
    en: 'keepalived would ignore it and take the address back',
    zh: 'keepalived 会忽略这个拼写错误而照样抢占',
  }),
  native(
    'preempt',
    [flag],
    { en: 'A higher priority takes the address', zh: '优先级较高者抢占地址' },
    { default: true },
  ),
  native(
    'preempt_delay',
    [seconds(0, 1000)],
    { en: 'Wait before taking the address from a lower priority', zh: '从较低优先级手中抢占之前的等待时间' },
    { default: 0 },
  ),
  native('authentication', [], { en: 'Password of version 2', zh: '版本 2 的密码' }, { opens: 'authentication' }),
  native(
    'virtual_ipaddress',
    [],
    { en: 'The addresses that move', zh: '会漂移的地址' },
    { opens: 'virtual_ipaddress', many: true },
  ),
  native('unicast_src_ip', [address], { en: 'Own address for unicast adverts', zh: '单播通告的源地址' }),
  native(
    'unicast_peer',
    [],
    { en: 'Addresses of the peers, for unicast instead of multicast', zh: '对端地址；有则用单播代替组播' },
    { opens: 'unicast_peer' },
  ),
  native('unicast_fault_no_peer', [], {
    en: 'Without a peer that is left the instance does not run, instead of multicast',
    zh: '没有可用对端时实例不运行，而不是改用组播',
  }),
  native('mcast_src_ip', [address], {
    en: "Source of adverts; default: the interface's first address",
    zh: '通告的源地址；默认为网卡的第一个地址',
  }),
  ...TRACKED_BY_INSTANCE,
  ...ELECTION_OF_INSTANCE,
  ...NOTIFICATION_OF_INSTANCE,
  native(
    'dont_track_primary',
    [flag],
    { en: "Loss of the instance's own interface is no fault", zh: '实例自身网卡失效不算故障' },
    { default: false },
  ),
  native(
    'garp_master_delay',
    [seconds(0, 3600)],
    { en: 'Until the second burst of gratuitous ARP', zh: '第二轮免费 ARP 之前的等待时间' },
    { default: 5 },
  ),
  native(
    'garp_master_repeat',
    [integer(0, 255)],
    { en: 'Frames per address in a burst', zh: '一轮中每个地址的帧数' },
    { default: 5 },
  ),
  native(
    'garp_master_refresh',
    [seconds(0, 86400)],
    { en: 'Between refreshes while master; 0: none', zh: '作为主机时定期刷新的间隔；0 表示不刷新' },
    { default: 0 },
  ),
  native(
    'vip_lease',
    [seconds(0, 3600)],
    {
      en: 'The kernel drops the address when it is not refreshed for so long (mmha); 0: never',
      zh: '这么久没有续租，内核就删除地址（mmha 扩展）；0 表示永不',
    },
    {
      default: 0,
    },
  ),
  native(
    'role',
    [],
    { en: "The database's side of a role change (mmha)", zh: '切换时数据库一侧的动作（mmha 扩展）' },
    { opens: 'role' },
  ),
  ...NOTIFY,
  accepted('debug', [optional(integer(0, 255))], { en: 'logging does not depend on it here', zh: '日志与它无关' }),
  accepted('accept', [flag], { en: 'the address always answers here', zh: '地址总会应答' }),
  accepted('lvs_sync_daemon_interface', [word], {
    en: 'there is no balancing whose connections could be synchronized',
    zh: '没有负载均衡，无连接可同步',
  }),
  accepted('linkbeat_use_polling', [], {
    en: 'the kernel tells of link changes here',
    zh: '链路变化由内核通知，不需要轮询',
  }),
  accepted('native_ipv6', [], { en: 'the addresses tell the family here', zh: '地址族由地址本身决定' }),
  accepted('kernel_rx_buf_size', [integer(0, 2147483647)], {
    en: 'the kernel keeps its default here',
    zh: '使用内核默认值',
  }),
  later('no_accept', [flag], { en: 'the address answers all the same', zh: '地址照样应答' }),
  later('strict_mode', [flag], { en: 'the instance is as strict as any other', zh: '与其他实例同样严格' }),
  ...VIRTUAL_MAC,
  later(
    'virtual_ipaddress_excluded',
    [],
    { en: 'these addresses are not added', zh: '这些地址不会被添加' },
    { opens: 'virtual_ipaddress' },
  ),
  later('virtual_routes', [], { en: 'these routes are not added', zh: '这些路由不会被添加' }, { opens: 'skipped' }),
  later('virtual_rules', [], { en: 'these rules are not added', zh: '这些规则不会被添加' }, { opens: 'skipped' }),
  later('track_bfd', [], { en: 'it is not tracked', zh: '不会被跟踪' }, { opens: 'skipped' }),
  refused('mcast_dst_ip', [address], {
    en: 'adverts would go to 224.0.0.18, where the peer does not listen',
    zh: '通告会发往 224.0.0.18，而对端不在那里监听',
  }),
  later('garp_master_refresh_repeat', [integer(0, 255)], { en: 'a refresh is one frame', zh: '每次刷新只发一帧' }),
  later('garp_lower_prio_delay', [seconds(0, 3600)], { en: 'the default is used', zh: '使用默认值' }),
  later('garp_lower_prio_repeat', [integer(0, 255)], { en: 'the default is used', zh: '使用默认值' }),
  refused('v3_checksum_as_v2', [flag], {
    en: 'the peer would drop adverts with the usual checksum',
    zh: '对端会丢弃普通校验和的通告',
  }),
  refused(
    'auth_hmac',
    [],
    { en: 'the peer would drop adverts without a signature', zh: '对端会丢弃没有签名的通告' },
    { opens: 'skipped' },
  ),
  later('promote_secondaries', [flag], { en: 'the sysctl is left alone', zh: '不修改该内核参数' }),
  later('unicast_ttl', [integer(0, 255)], { en: 'the TTL is 255', zh: 'TTL 总是 255' }),
  accepted('check_unicast_src', [flag], {
    en: 'it is always so: adverts of a host that is not a unicast_peer are dropped',
    zh: '始终如此：丢弃来自 unicast_peer 之外主机的通告',
  }),
])

export const AUTHENTICATION: readonly Keyword[] = inBlock('authentication', [
  native(
    'auth_type',
    [choice('PASS', 'AH')],
    { en: 'PASS: password in clear; AH: IPsec header', zh: 'PASS：明文密码；AH：IPsec 认证头' },
    { default: 'PASS' },
  ),
  native('auth_pass', [secret], { en: 'Password; the first 8 characters count', zh: '密码；只有前 8 个字符有效' }),
  typo('ahth_pass', 'auth_pass', {
    en: 'keepalived would ignore it and send adverts without any password',
    zh: 'keepalived 会忽略这个拼写错误，通告中就没有密码',
  }),
])
