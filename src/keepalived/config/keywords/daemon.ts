import {
  accepted,
  command,
  flag,
  ignored,
  inBlock,
  integer,
  type Keyword,
  later,
  native,
  word,
  words,
} from '../keyword.ts'

const balancing = ignored('balancing')
const snmp = ignored('SNMP')
const dbus = ignored('D-Bus')
const firewall = ignored('firewall')
const buffers = ignored('buffers')
const scheduling = ignored('scheduling')
const bfd = ignored('BFD')
const vmac = ignored('VMAC')

/** What keepalived knows outside of all blocks and what is about the daemon, not about an address. */
export const DAEMON_TOP: readonly Keyword[] = inBlock('top', [
  accepted('instance', [word], {
    en: 'files are named on the command line: --pid, --control',
    zh: '文件名由命令行给出：--pid、--control',
  }),
  accepted('use_pid_dir', [], { en: 'pid files are in /run here', zh: 'pid 文件总在 /run 下' }),
  accepted('child_wait_time', [integer(0, 3600)], {
    en: 'how long the workers may take follows from their deadlines',
    zh: '工作进程的退出时间由各自的期限决定',
  }),
  accepted('linkbeat_use_polling', [], {
    en: 'the kernel tells of link changes here',
    zh: '链路变化由内核通知，不需要轮询',
  }),
  accepted(
    'linkbeat_interfaces',
    [],
    { en: 'the kernel tells of link changes here', zh: '链路变化由内核通知，不需要轮询' },
    { opens: 'skipped' },
  ),
  later('net_namespace', [word], {
    en: 'start the daemon in the namespace: ip netns exec NAME mmha-keepalived …',
    zh: '请在该命名空间里启动：ip netns exec NAME mmha-keepalived …',
  }),
  balancing('net_namespace_ipvs', [word], { en: 'namespace of the balancer', zh: '负载均衡所在的命名空间' }),
  firewall('namespace_with_ipsets', [], { en: 'ipsets in a namespace', zh: '命名空间中的 ipset' }),
  later(
    'static_ipaddress',
    [],
    {
      en: 'these addresses are not added; the host has its own configuration for them',
      zh: '这些地址不会被添加，请在系统网络配置中设置',
    },
    { opens: 'skipped', many: true },
  ),
  later(
    'static_routes',
    [],
    {
      en: 'these routes are not added; the host has its own configuration for them',
      zh: '这些路由不会被添加，请在系统网络配置中设置',
    },
    { opens: 'skipped', many: true },
  ),
  later(
    'static_rules',
    [],
    {
      en: 'these rules are not added; the host has its own configuration for them',
      zh: '这些规则不会被添加，请在系统网络配置中设置',
    },
    { opens: 'skipped', many: true },
  ),
  later(
    'track_group',
    [word],
    { en: 'static addresses and routes are not tracked', zh: '不跟踪静态地址和路由' },
    { opens: 'skipped', many: true },
  ),
  bfd('bfd_instance', [word], { en: 'a BFD session', zh: 'BFD 会话' }, { opens: 'skipped', many: true }),
])

const commandOfDaemon = (name: string, en: string, zh: string) => [
  native(name, [command], { en, zh }),
  native(
    `${name}_timeout`,
    [integer(1, 1000)],
    {
      en: `How long ${name} may take; then it is ended, with what it started`,
      zh: `${name} 的最长运行时间，超时则连同其子进程一起终止`,
    },
    { default: 10 },
  ),
]

const ofEachProcess = (suffix: string, en: string, zh: string) =>
  ['vrrp', 'checker', 'bfd'].map((process) => scheduling(`${process}_${suffix}`, [words], { en, zh }))

/** The daemon's own settings in global_defs. */
export const DAEMON: readonly Keyword[] = inBlock('global_defs', [
  ...commandOfDaemon('startup_script', 'Run before the workers start', '在工作进程启动之前运行'),
  ...commandOfDaemon('shutdown_script', 'Run after the workers have ended', '在工作进程结束之后运行'),
  native('umask', [words], {
    en: 'Mode bits that files of the daemon lack: octal, decimal, hexadecimal, or IWGRP|IWOTH; default 022',
    zh: '守护进程创建文件时去掉的权限位：八进制、十进制、十六进制，或 IWGRP|IWOTH；默认 022',
  }),
  accepted('reload_check_config', [words], {
    en: 'a reload with errors is always refused here, and the old configuration stays',
    zh: '有错误的重载总会被拒绝，旧配置继续生效',
  }),
  accepted('random_seed', [integer(0, 4294967295)], {
    en: 'the variable _RANDOM is another number at each start',
    zh: '变量 _RANDOM 每次启动都不同',
  }),
  accepted('tmp_config_directory', [word], { en: 'no copy of the configuration is kept', zh: '不保存配置副本' }),
  accepted('config_save_dir', [word], { en: 'no copy of the configuration is kept', zh: '不保存配置副本' }),
  accepted('use_symlink_paths', [flag], { en: 'script paths are used as they are written', zh: '脚本路径按原样使用' }),
  ...['iproute_usr_dir', 'iproute_etc_dir'].map((name) =>
    accepted(name, [word], {
      en: 'names of tables and protocols are not looked up there; write numbers',
      zh: '不会在那里查找路由表和协议的名称，请写数字',
    }),
  ),
  accepted('vrrp_allow_no_vips', [flag], {
    en: 'an instance without addresses always runs here',
    zh: '没有地址的实例也总会运行',
  }),
  accepted('log_unknown_vrids', [], {
    en: 'foreign adverts are counted, not logged',
    zh: '其他 VRID 的通告只计数，不记日志',
  }),
  accepted('process_names', [], {
    en: 'the processes are called keepalived, so that pkill finds them',
    zh: '进程名总是 keepalived，便于 pkill 找到',
  }),
  ...['process_name', 'vrrp_process_name', 'checker_process_name', 'lvs_process_name', 'bfd_process_name'].map((name) =>
    accepted(name, [word], {
      en: 'the processes are called keepalived, so that pkill finds them',
      zh: '进程名总是 keepalived，便于 pkill 找到',
    }),
  ),
  native(
    'checker_log_all_failures',
    [flag],
    { en: 'Failed checks that change nothing are logged as well', zh: '不引起状态变化的检查失败也记录' },
    { default: false },
  ),
  accepted('no_checker_emails', [flag], {
    en: 'mail is sent when a real server goes up or down, not for each of its checks',
    zh: '真实服务器状态变化时才发邮件，不针对每次检查',
  }),
  native('rs_init_notifies', [], {
    en: 'notify_up is run at the start for servers that count as up then',
    zh: '启动时对视为正常的服务器运行 notify_up',
  }),
  accepted('data_use_instance', [flag], {
    en: 'the dump files are named by state_dump_file and its like',
    zh: '转储文件名由 state_dump_file 等设置',
  }),
  accepted('json_version', [integer(1, 2)], {
    en: 'the JSON dump is that of keepalived 2.2',
    zh: 'JSON 转储与 keepalived 2.2 相同',
  }),
  later('reload_time_file', [word], { en: 'no reload is scheduled; send SIGHUP', zh: '不支持定时重载，请发送 SIGHUP' }),
  accepted('reload_repeat', [], { en: 'no reload is scheduled', zh: '不支持定时重载' }),
  accepted('reload_file', [words], {
    en: 'a file is read at once, so that no other program has to wait for it',
    zh: '配置文件一次读完，其他程序无需等待',
  }),
  ...ofEachProcess('priority', 'nice value of a process', '进程的 nice 值'),
  ...ofEachProcess('rt_priority', 'real-time priority of a process', '进程的实时优先级'),
  ...ofEachProcess('rlimit_rttime', 'limit of real-time CPU', '实时 CPU 限制'),
  ...ofEachProcess('rlimit_rtime', 'old name of rlimit_rttime', 'rlimit_rttime 的旧名'),
  ...ofEachProcess('cpu_affinity', 'CPUs of a process', '进程绑定的 CPU'),
  ...ofEachProcess('no_swap', 'memory that is not swapped', '禁止换出内存'),
  scheduling('max_auto_priority', [words], { en: 'priority that rises by itself', zh: '自动提升的优先级' }),
  scheduling('min_auto_priority_delay', [words], { en: 'priority that rises by itself', zh: '自动提升的优先级' }),
  ...[
    'vrrp_netlink_cmd_rcv_bufs',
    'vrrp_netlink_cmd_rcv_bufs_force',
    'vrrp_netlink_monitor_rcv_bufs',
    'vrrp_netlink_monitor_rcv_bufs_force',
    'lvs_netlink_cmd_rcv_bufs',
    'lvs_netlink_cmd_rcv_bufs_force',
    'lvs_netlink_monitor_rcv_bufs',
    'lvs_netlink_monitor_rcv_bufs_force',
    'process_monitor_rcv_bufs',
    'process_monitor_rcv_bufs_force',
    'vrrp_rx_bufs_policy',
    'vrrp_rx_bufs_multiplier',
  ].map((name) => buffers(name, [words], { en: 'size of a socket buffer', zh: '套接字缓冲区大小' })),
  ...[
    'nftables',
    'nftables_counters',
    'nftables_ifindex',
    'nftables_priority',
    'nftables_ipvs',
    'nftables_ipvs_priority',
    'nftables_ipvs_start_fwmark',
    'vrrp_ipsets',
    'vrrp_iptables',
  ].map((name) => firewall(name, [words], { en: 'firewall rules', zh: '防火墙规则' })),
  ...['enable_traps', 'enable_snmp_vrrp', 'enable_snmp_checker', 'enable_snmp_rfc', 'enable_snmp_rfcv2'].map((name) =>
    snmp(name, [words], { en: 'SNMP', zh: 'SNMP' }),
  ),
  ...['enable_snmp_rfcv3', 'enable_snmp_keepalived', 'snmp_socket'].map((name) =>
    snmp(name, [words], { en: 'SNMP', zh: 'SNMP' }),
  ),
  ...['enable_dbus', 'dbus_service_name', 'dbus_no_interface_name'].map((name) =>
    dbus(name, [words], { en: 'D-Bus', zh: 'D-Bus' }),
  ),
  ...['vmac_prefix', 'vmac_addr_prefix', 'vrrp_vmac_garp_intvl', 'disable_local_igmp'].map((name) =>
    vmac(name, [words], { en: 'virtual MAC addresses', zh: '虚拟 MAC 地址' }),
  ),
  ...['lvs_flush', 'lvs_flush_on_stop', 'lvs_flush_onstop', 'lvs_sync_daemon', 'lvs_timeouts'].map((name) =>
    balancing(name, [words], { en: 'balancing', zh: '负载均衡' }),
  ),
])
