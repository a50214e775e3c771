import {
  address,
  choice,
  command,
  flag,
  inBlock,
  integer,
  ipvs,
  type Keyword,
  native,
  optional,
  port,
  word,
  words,
} from '../keyword.ts'
import { FORWARDING, INHIBIT, SNMP_NAME, THRESHOLDS, timing } from './server-options.ts'

const SCHEDULERS = choice(
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'sh',
  'mh',
  'dh',
  'fo',
  'ovf',
  'lbp',
  'sed',
  'nq',
  'twos',
)

/** As ipvsadm's --sched-flags. */
const SCHEDULER_FLAGS = ['flag-1', 'flag-2', 'flag-3', 'sh-port', 'sh-fallback', 'mh-port', 'mh-fallback'].map((name) =>
  ipvs(name, [], { en: 'balancing', zh: '负载均衡' }),
)

export const VIRTUAL_SERVER: readonly Keyword[] = inBlock('virtual_server', [
  ...timing(1, 1),
  native(
    'real_server',
    [address, optional(port)],
    { en: 'A server to check', zh: '被检查的服务器' },
    { opens: 'real_server', many: true },
  ),
  ipvs('lb_algo', [SCHEDULERS], { en: 'balancing', zh: '负载均衡' }),
  ipvs('lvs_sched', [SCHEDULERS], { en: 'balancing', zh: '负载均衡' }),
  ipvs('lb_kind', [FORWARDING, words], { en: 'balancing', zh: '负载均衡' }),
  ...SCHEDULER_FLAGS,
  ipvs('lvs_method', [FORWARDING, words], { en: 'balancing', zh: '负载均衡' }),
  ipvs('persistence_timeout', [optional(integer(0, 2147483647))], { en: 'balancing', zh: '负载均衡' }),
  ipvs('persistence_granularity', [word], { en: 'balancing', zh: '负载均衡' }),
  ipvs('persistence_engine', [word], { en: 'balancing', zh: '负载均衡' }),
  ipvs('sorry_server', [address, optional(port)], { en: 'balancing', zh: '负载均衡' }),
  ipvs('sorry_server_inhibit', [], { en: 'balancing', zh: '负载均衡' }),
  native(
    'protocol',
    [choice('TCP', 'UDP', 'SCTP')],
    { en: 'In the names of servers: in the log, in mail and in FIFOs', zh: '出现在日志、邮件和 FIFO 的服务器名称中' },
    { default: 'TCP' },
  ),
  native('virtualhost', [word], {
    en: 'Host header of HTTP_GET and SSL_GET',
    zh: 'HTTP_GET 和 SSL_GET 的 Host 请求头',
  }),
  ipvs('ha_suspend', [], { en: 'balancing', zh: '负载均衡' }),
  native(
    'hysteresis',
    [integer(0, 2147483647)],
    { en: 'Weight that the quorum is left, or reached, later by', zh: '失去或达到法定权重时的缓冲' },
    { default: 0 },
  ),
  native(
    'omega',
    [flag],
    {
      en: 'notify_down and quorum_down are run when the daemon ends',
      zh: '守护进程结束时运行 notify_down 和 quorum_down',
    },
    { default: false },
  ),
  native('smtp_alert', [flag], { en: 'Mail when the quorum is gained or lost', zh: '达到或失去法定权重时发邮件' }),
  ipvs('hashed', [], { en: 'balancing', zh: '负载均衡' }),
  ipvs('ip_family', [choice('inet', 'inet6')], { en: 'balancing', zh: '负载均衡' }),
  ipvs('sorry_server_lvs_method', [FORWARDING, words], { en: 'balancing', zh: '负载均衡' }),
  ...THRESHOLDS,
  SNMP_NAME,
  native(
    'weight',
    [integer(-2147483647, 65535)],
    { en: 'Of its real servers that have none of their own', zh: '未单独设置权重的真实服务器的权重' },
    { default: 1 },
  ),
  ipvs('ops', [], { en: 'balancing', zh: '负载均衡' }),
  INHIBIT,
  native(
    'quorum',
    [integer(1, 2147483647)],
    {
      en: "Live weight that it takes; where it is written, this host's servers move the address together",
      zh: '所需的存活权重；写出时，本机的服务器按权重共同决定虚拟地址',
    },
    { default: 1 },
  ),
  native('quorum_up', [command], { en: 'Run when the quorum is gained', zh: '达到法定权重时运行' }),
  native('quorum_down', [command], { en: 'Run when the quorum is lost', zh: '失去法定权重时运行' }),
])
