import {
  accepted,
  alias,
  flag,
  host,
  inBlock,
  integer,
  type Keyword,
  native,
  optional,
  port,
  seconds,
  word,
} from '../keyword.ts'
import { ANNOUNCEMENT_OF_GLOBAL, ANNOUNCEMENT_OF_TOP } from './announcement.ts'
import { ELECTION_OF_GLOBAL } from './election.ts'
import { NOTIFICATION_OF_GLOBAL } from './notification.ts'
import { WIRE_OF_GLOBAL } from './wire.ts'

export const TOP: readonly Keyword[] = inBlock('top', [
  ...ANNOUNCEMENT_OF_TOP,
  native(
    'global_defs',
    [],
    { en: 'Settings of the whole daemon', zh: '整个守护进程的设置' },
    { opens: 'global_defs', many: true },
  ),
  native(
    'vrrp_script',
    [word],
    { en: 'A script that instances track', zh: '供实例跟踪的脚本' },
    { opens: 'vrrp_script', many: true },
  ),
  native(
    'vrrp_sync_group',
    [word],
    { en: 'Instances that change state together', zh: '同时切换状态的一组实例' },
    { opens: 'vrrp_sync_group', many: true },
  ),
  native(
    'vrrp_instance',
    [word],
    { en: 'A virtual router: an address that moves', zh: '一个虚拟路由器：会漂移的地址' },
    { opens: 'vrrp_instance', many: true },
  ),
  native(
    'virtual_server',
    [word, optional(word)],
    {
      en: 'Health checks of real servers; one on a VIP drives its instance',
      zh: '对真实服务器做健康检查；地址是 VIP 时直接决定其实例',
    },
    {
      opens: 'virtual_server',
      many: true,
    },
  ),
  native(
    'virtual_server_group',
    [word],
    {
      en: 'Addresses of a virtual_server group; one that is a VIP drives its instance',
      zh: 'virtual_server group 的地址；其中的 VIP 直接决定其实例',
    },
    { opens: 'virtual_server_group', many: true },
  ),
  native('SSL', [], { en: 'Certificate that SSL_GET shows', zh: 'SSL_GET 出示的证书' }, { opens: 'SSL' }),
  native(
    'mysql_server',
    [word],
    { en: 'The database on this host (mmha)', zh: '本机上的数据库（mmha 扩展）' },
    { opens: 'mysql_server', many: true },
  ),
])

export const GLOBAL: readonly Keyword[] = inBlock('global_defs', [
  native(
    'notification_email',
    [],
    { en: 'Who gets mail about changes', zh: '状态变化时的收件人' },
    { opens: 'notification_email' },
  ),
  native('notification_email_from', [word], { en: 'Sender of that mail', zh: '这些邮件的发件人' }),
  native('smtp_server', [host, optional(port)], {
    en: 'Mail relay; its name is looked up when mail is sent',
    zh: '邮件服务器；发信时才解析域名',
  }),
  native(
    'smtp_connect_timeout',
    [seconds(0, 3600)],
    { en: 'Patience with the relay, for each reply', zh: '等待邮件服务器每次应答的时间' },
    { default: 30 },
  ),
  native('smtp_helo_name', [word], { en: 'Name given in HELO; default: this host', zh: 'HELO 中的名字；默认为本机名' }),
  native(
    'smtp_alert',
    [flag],
    { en: 'Mail about everything, unless a block says otherwise', zh: '所有变化都发邮件，除非块中另有设置' },
    { default: false },
  ),
  native(
    'smtp_alert_vrrp',
    [flag],
    { en: 'Mail about instances, unless one says otherwise', zh: '实例变化时发邮件，除非实例另有设置' },
    { default: false },
  ),
  native(
    'smtp_alert_checker',
    [flag],
    { en: 'Mail about real servers, unless one says otherwise', zh: '真实服务器变化时发邮件，除非其中另有设置' },
    { default: true },
  ),
  native('router_id', [word], {
    en: 'Name of this router in mail; default: this host',
    zh: '邮件中本机的名字；默认为主机名',
  }),
  alias('lvs_id', 'router_id', { en: 'its name before keepalived 1.1', zh: 'keepalived 1.1 之前的名字' }, 'note'),
  native('script_user', [word, optional(word)], { en: 'User and group that scripts run as', zh: '运行脚本的用户和组' }),
  native(
    'enable_script_security',
    [flag],
    { en: 'Refuse scripts that others than root can change', zh: '拒绝运行 root 之外的人可以修改的脚本' },
    { default: false },
  ),
  native(
    'vrrp_version',
    [integer(2, 3)],
    { en: 'VRRP version of instances that name none', zh: '未指明版本的实例所用的 VRRP 版本' },
    { default: 2 },
  ),
  native(
    'default_interface',
    [word],
    { en: 'Interface of instances that name none', zh: '未指明网卡的实例所用的网卡' },
    { default: '' },
  ),
  native(
    'vrrp_garp_master_delay',
    [seconds(0, 3600)],
    { en: 'Default of garp_master_delay', zh: 'garp_master_delay 的默认值' },
    { default: 5 },
  ),
  native(
    'vrrp_garp_master_repeat',
    [integer(0, 255)],
    { en: 'Default of garp_master_repeat', zh: 'garp_master_repeat 的默认值' },
    { default: 5 },
  ),
  native(
    'vrrp_garp_master_refresh',
    [seconds(0, 86400)],
    { en: 'Default of garp_master_refresh', zh: 'garp_master_refresh 的默认值' },
    { default: 0 },
  ),
  ...ELECTION_OF_GLOBAL,
  ...WIRE_OF_GLOBAL,
  ...ANNOUNCEMENT_OF_GLOBAL,
  ...NOTIFICATION_OF_GLOBAL,
  native(
    'vrrp_min_garp',
    [flag],
    { en: 'One gratuitous ARP per address and no second burst', zh: '每个地址只发一次免费 ARP，没有第二轮' },
    { default: false },
  ),
  native(
    'vrrp_strict',
    [flag],
    {
      en: 'No authentication, as keepalived; but no firewall rule cuts the VIP off here',
      zh: '与 keepalived 一样不用认证；但不会用防火墙规则挡住 VIP',
    },
    {
      default: false,
    },
  ),
  accepted('dynamic_interfaces', [optional(word)], {
    en: 'interfaces may always come and go here',
    zh: '网卡随时可以出现或消失',
  }),
  accepted('use_pid_dir', [], { en: 'pid files are in /run here', zh: 'pid 文件总在 /run 下' }),
])
