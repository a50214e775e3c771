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

/** The states of a notify script, the same in instances and groups. */
const NOTIFY = [
  native('notify_master', [command], 'Run on becoming master'),
  native('notify_backup', [command], 'Run on becoming backup'),
  native('notify_fault', [command], 'Run on a fault'),
  native('notify_stop', [command], 'Run when the daemon stops'),
  native('notify', [command], 'Run on every change, with INSTANCE|GROUP NAME STATE PRIORITY'),
  native('smtp_alert', [flag], 'Mail on every change', { default: false }),
  ...NOTIFICATION_OF_BOTH,
]

export const SCRIPT: readonly Keyword[] = inBlock('vrrp_script', [
  native('script', [command], 'The command; exit 0 is success'),
  native('interval', [seconds(0.001, 86400)], 'Between two starts', { default: 1 }),
  native('timeout', [seconds(0.001, 86400)], 'Until a run counts as failed and is ended; default: the interval'),
  native('rise', [integer(1, 1000)], 'Successes in a row until it is up', { default: 1 }),
  native('fall', [integer(1, 1000)], 'Failures in a row until it is down', { default: 1 }),
  native(
    'weight',
    [integer(-253, 253), optional(choice('reverse', 'noreverse'))],
    'Added to the priority; 0: a failure is a fault',
    {
      default: 0,
    },
  ),
  native('user', [word, optional(word)], 'User and group that it runs as'),
  native('init_fail', [flag], 'Down until the first success', { default: false }),
])

export const SYNC_GROUP: readonly Keyword[] = inBlock('vrrp_sync_group', [
  native('group', [], 'Names of the instances', { opens: 'group' }),
  ...NOTIFY,
  ...TRACKED_BY_GROUP,
  accepted('global_tracking', [], 'keepalived has given it up'),
])

export const INSTANCE: readonly Keyword[] = inBlock('vrrp_instance', [
  native('state', [choice('MASTER', 'BACKUP')], 'State to aim for at the start; priority decides', {
    default: 'BACKUP',
  }),
  native('interface', [word], 'Where adverts go and addresses are added'),
  native('virtual_router_id', [integer(1, 255)], 'The same on both nodes, unique in the network'),
  native('priority', [integer(1, 255)], 'Higher wins; 255 owns the address', { default: 100 }),
  native('version', [integer(2, 3)], 'VRRP version'),
  alias('vrrp_version', 'version', 'in an instance it is called version'),
  native('advert_int', [seconds(0.01, 255)], 'Between two adverts; whole seconds on version 2', { default: 1 }),
  native('nopreempt', [flag], 'A holder with lower priority keeps the address', { default: false }),
  typo('nopreemt', 'nopreempt', 'keepalived would ignore it and take the address back'),
  native('preempt', [flag], 'A higher priority takes the address', { default: true }),
  native('preempt_delay', [seconds(0, 1000)], 'Wait before taking the address from a lower priority', { default: 0 }),
  native('authentication', [], 'Password of version 2', { opens: 'authentication' }),
  native('virtual_ipaddress', [], 'The addresses that move', { opens: 'virtual_ipaddress', many: true }),
  native('unicast_src_ip', [address], 'Own address for unicast adverts'),
  native('unicast_peer', [], 'Addresses of the peers, for unicast instead of multicast', { opens: 'unicast_peer' }),
  native('mcast_src_ip', [address], "Source of adverts; default: the interface's first address"),
  ...TRACKED_BY_INSTANCE,
  ...ELECTION_OF_INSTANCE,
  ...NOTIFICATION_OF_INSTANCE,
  native('dont_track_primary', [flag], "Loss of the instance's own interface is no fault", { default: false }),
  native('garp_master_delay', [seconds(0, 3600)], 'Until the second burst of gratuitous ARP', { default: 5 }),
  native('garp_master_repeat', [integer(0, 255)], 'Frames per address in a burst', { default: 5 }),
  native('garp_master_refresh', [seconds(0, 86400)], 'Between refreshes while master; 0: none', { default: 0 }),
  native(
    'vip_lease',
    [seconds(0, 3600)],
    'The kernel drops the address when it is not refreshed for so long (mmha); 0: never',
    {
      default: 0,
    },
  ),
  native('role', [], "The database's side of a role change (mmha)", { opens: 'role' }),
  ...NOTIFY,
  accepted('debug', [optional(integer(0, 255))], 'logging does not depend on it here'),
  accepted('accept', [flag], 'the address always answers here'),
  accepted('lvs_sync_daemon_interface', [word], 'there is no balancing whose connections could be synchronized'),
  accepted('linkbeat_use_polling', [], 'the kernel tells of link changes here'),
  accepted('native_ipv6', [], 'the addresses tell the family here'),
  accepted('kernel_rx_buf_size', [integer(0, 2147483647)], 'the kernel keeps its default here'),
  later('no_accept', [flag], 'the address answers all the same'),
  later('strict_mode', [flag], 'the instance is as strict as any other'),
  later('use_vmac', [optional(word), optional(word)], "the interface's own MAC address is used"),
  later('virtual_ipaddress_excluded', [], 'these addresses are not added', { opens: 'virtual_ipaddress' }),
  later('virtual_routes', [], 'these routes are not added', { opens: 'skipped' }),
  later('virtual_rules', [], 'these rules are not added', { opens: 'skipped' }),
  later('track_bfd', [], 'it is not tracked', { opens: 'skipped' }),
  refused('mcast_dst_ip', [address], 'adverts would go to 224.0.0.18, where the peer does not listen'),
  later('garp_master_refresh_repeat', [integer(0, 255)], 'a refresh is one frame'),
  later('garp_lower_prio_delay', [seconds(0, 3600)], 'the default is used'),
  later('garp_lower_prio_repeat', [integer(0, 255)], 'the default is used'),
  refused('v3_checksum_as_v2', [flag], 'the peer would drop adverts with the usual checksum'),
  refused('auth_hmac', [], 'the peer would drop adverts without a signature', { opens: 'skipped' }),
  later('promote_secondaries', [flag], 'the sysctl is left alone'),
  later('unicast_ttl', [integer(0, 255)], 'the TTL is 255'),
  later('check_unicast_src', [flag], 'the source of unicast adverts is not compared'),
])

export const AUTHENTICATION: readonly Keyword[] = inBlock('authentication', [
  native('auth_type', [choice('PASS', 'AH')], 'PASS: password in clear; AH: IPsec header', { default: 'PASS' }),
  native('auth_pass', [secret], 'Password; the first 8 characters count'),
  typo('ahth_pass', 'auth_pass', 'keepalived would ignore it and send adverts without any password'),
])
