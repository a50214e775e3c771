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
  refused,
  seconds,
  word,
} from '../keyword.ts'
import { ELECTION_OF_GLOBAL } from './election.ts'
import { NOTIFICATION_OF_GLOBAL } from './notification.ts'

export const TOP: readonly Keyword[] = inBlock('top', [
  native('global_defs', [], 'Settings of the whole daemon', { opens: 'global_defs', many: true }),
  native('vrrp_script', [word], 'A script that instances track', { opens: 'vrrp_script', many: true }),
  native('vrrp_sync_group', [word], 'Instances that change state together', { opens: 'vrrp_sync_group', many: true }),
  native('vrrp_instance', [word], 'A virtual router: an address that moves', { opens: 'vrrp_instance', many: true }),
  native('virtual_server', [word, optional(word)], 'Health checks of real servers; one on a VIP drives its instance', {
    opens: 'virtual_server',
    many: true,
  }),
  native('mysql_server', [word], 'The database on this host (mmha)', { opens: 'mysql_server', many: true }),
])

export const GLOBAL: readonly Keyword[] = inBlock('global_defs', [
  native('notification_email', [], 'Who gets mail about changes', { opens: 'notification_email' }),
  native('notification_email_from', [word], 'Sender of that mail'),
  native('smtp_server', [host, optional(port)], 'Mail relay; its name is looked up when mail is sent'),
  native('smtp_connect_timeout', [seconds(0, 3600)], 'Patience with the relay, for each reply', { default: 30 }),
  native('smtp_helo_name', [word], 'Name given in HELO; default: this host'),
  native('smtp_alert', [flag], 'Mail about everything, unless a block says otherwise', { default: false }),
  native('smtp_alert_vrrp', [flag], 'Mail about instances, unless one says otherwise', { default: false }),
  native('smtp_alert_checker', [flag], 'Mail about real servers, unless one says otherwise', { default: true }),
  native('router_id', [word], 'Name of this router in mail; default: this host'),
  alias('lvs_id', 'router_id', 'its name before keepalived 1.1', 'note'),
  native('script_user', [word, optional(word)], 'User and group that scripts run as'),
  native('enable_script_security', [flag], 'Refuse scripts that others than root can change', { default: false }),
  native('vrrp_version', [integer(2, 3)], 'VRRP version of instances that name none', { default: 2 }),
  native('default_interface', [word], 'Interface of instances that name none', { default: '' }),
  native('vrrp_garp_master_delay', [seconds(0, 3600)], 'Default of garp_master_delay', { default: 5 }),
  native('vrrp_garp_master_repeat', [integer(0, 255)], 'Default of garp_master_repeat', { default: 5 }),
  native('vrrp_garp_master_refresh', [seconds(0, 86400)], 'Default of garp_master_refresh', { default: 0 }),
  ...ELECTION_OF_GLOBAL,
  ...NOTIFICATION_OF_GLOBAL,
  native('vrrp_min_garp', [flag], 'One gratuitous ARP per address and no second burst', { default: false }),
  native('vrrp_strict', [flag], 'No authentication, as keepalived; but no firewall rule cuts the VIP off here', {
    default: false,
  }),
  accepted('vrrp_skip_check_adv_addr', [flag], 'the addresses in adverts are never compared here'),
  accepted('vrrp_garp_interval', [seconds(0, 4294)], 'gratuitous ARP is not paced here'),
  accepted('vrrp_gna_interval', [seconds(0, 4294)], 'neighbour advertisements are not paced here'),
  accepted('dynamic_interfaces', [optional(word)], 'interfaces may always come and go here'),
  accepted('use_pid_dir', [], 'pid files are in /run here'),
  refused('vrrp_mcast_group4', [word], 'adverts would go to 224.0.0.18, where the peer does not listen'),
])
