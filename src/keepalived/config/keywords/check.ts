import {
  address,
  alias,
  choice,
  command,
  flag,
  inBlock,
  integer,
  ipvs,
  type Keyword,
  later,
  native,
  optional,
  port,
  seconds,
  typo,
  word,
} from '../keyword.ts'

const timing = (retries: number, delay: number) => [
  native('connect_timeout', [seconds(0.001, 3600)], 'Until an attempt counts as failed', { default: 5 }),
  native('retry', [integer(0, 1000)], 'Further attempts before the server is down', { default: retries }),
  native('delay_before_retry', [seconds(0, 3600)], 'Between a failed attempt and the next', { default: delay }),
  native('delay_loop', [seconds(0.001, 86400)], 'Between two checks', { default: 60 }),
  native('alpha', [flag], 'Down until the first success', { default: false }),
  native('warmup', [seconds(0, 86400)], 'The first check starts at once here', { default: 0 }),
]

/** nb_get_retry belongs to HTTP_GET, and there it is called retry since keepalived 2.0. */
const NB_GET_RETRY = alias(
  'nb_get_retry',
  'retry',
  'keepalived ignores it in TCP_CHECK and tries once again only',
  'note',
)

const CHECKS = [
  native('TCP_CHECK', [], 'Can a connection be made?', { opens: 'TCP_CHECK', many: true }),
  later('HTTP_GET', [], 'it is not run; the server counts as up for it', { opens: 'HTTP_GET', many: true }),
  later('SSL_GET', [], 'it is not run; the server counts as up for it', { opens: 'HTTP_GET', many: true }),
  later('SMTP_CHECK', [], 'it is not run; the server counts as up for it', { opens: 'SMTP_CHECK', many: true }),
  later('MISC_CHECK', [], 'it is not run; the server counts as up for it', { opens: 'MISC_CHECK', many: true }),
  later('DNS_CHECK', [], 'it is not run; the server counts as up for it', { opens: 'skipped', many: true }),
  later('UDP_CHECK', [], 'it is not run; the server counts as up for it', { opens: 'skipped', many: true }),
  later('PING_CHECK', [], 'it is not run; the server counts as up for it', { opens: 'skipped', many: true }),
  later('BFD_CHECK', [], 'it is not run; the server counts as up for it', { opens: 'skipped', many: true }),
  later('FILE_CHECK', [], 'it is not run; the server counts as up for it', { opens: 'skipped', many: true }),
]

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
const FORWARDING = choice('NAT', 'DR', 'TUN')

export const VIRTUAL_SERVER: readonly Keyword[] = inBlock('virtual_server', [
  ...timing(1, 1),
  native('real_server', [address, optional(port)], 'A server to check', { opens: 'real_server', many: true }),
  ipvs('lb_algo', [SCHEDULERS], 'balancing'),
  ipvs('lvs_sched', [SCHEDULERS], 'balancing'),
  ipvs('lb_kind', [FORWARDING], 'balancing'),
  ipvs('lvs_method', [FORWARDING], 'balancing'),
  ipvs('persistence_timeout', [optional(integer(0, 2147483647))], 'balancing'),
  ipvs('persistence_granularity', [word], 'balancing'),
  ipvs('persistence_engine', [word], 'balancing'),
  ipvs('sorry_server', [address, optional(port)], 'balancing'),
  ipvs('sorry_server_inhibit', [], 'balancing'),
  ipvs('protocol', [choice('TCP', 'UDP', 'SCTP')], 'balancing'),
  ipvs('virtualhost', [word], 'for HTTP_GET'),
  ipvs('ha_suspend', [], 'balancing'),
  ipvs('hysteresis', [integer(0, 2147483647)], 'balancing'),
  ipvs('omega', [flag], 'balancing'),
  ipvs('ops', [], 'balancing'),
  ipvs('inhibit_on_failure', [flag], 'balancing'),
  later('quorum', [integer(0, 2147483647)], 'the real server on this host decides alone'),
  later('quorum_up', [command], 'it is not run'),
  later('quorum_down', [command], 'it is not run'),
])

export const REAL_SERVER: readonly Keyword[] = inBlock('real_server', [
  ...timing(1, 1),
  native('weight', [integer(-2147483647, 65535)], '0: the server is not counted on, so its loss moves nothing', {
    default: 1,
  }),
  native('notify_up', [command], 'Run when the server comes up'),
  native('notify_down', [command], 'Run when the server goes down'),
  native('smtp_alert', [flag], 'Mail when it goes up or down', { default: true }),
  ...CHECKS,
  ipvs('inhibit_on_failure', [flag], 'balancing'),
  ipvs('lvs_method', [FORWARDING], 'balancing'),
  ipvs('uthreshold', [integer(0, 2147483647)], 'balancing'),
  ipvs('lthreshold', [integer(0, 2147483647)], 'balancing'),
  ipvs('virtualhost', [word], 'for HTTP_GET'),
])

const connection = (retries: number, delay: number) => [
  native('connect_ip', [address], "Address to connect to; default: the real server's"),
  native('connect_port', [port], "Port to connect to; default: the real server's"),
  native('bindto', [address], 'Source address'),
  ...timing(retries, delay),
  later('bind_port', [port], 'the kernel chooses the source port'),
  later('bind_if', [word], 'the kernel chooses the interface'),
  later('fwmark', [integer(0, 2147483647)], 'packets are not marked'),
  later('log_all_failures', [flag], 'failures are logged when the state changes'),
]

export const TCP_CHECK: readonly Keyword[] = inBlock('TCP_CHECK', [...connection(1, 1), NB_GET_RETRY])

export const HTTP_GET: readonly Keyword[] = [
  ...inBlock('HTTP_GET', [
    ...connection(1, 3),
    alias('nb_get_retry', 'retry', 'the old name of retry', 'note'),
    native('url', [], 'A page to fetch', { opens: 'url', many: true }),
    native('virtualhost', [word], 'Host header'),
    native('http_protocol', [word], 'Version of HTTP'),
    native('enable_sni', [flag], 'Send the host name in TLS'),
    native('fast_recovery', [flag], 'No delay between pages'),
  ]),
  ...inBlock('url', [
    native('path', [word], 'Path of the page'),
    native('digest', [word], 'MD5 of its body'),
    native('status_code', [word, optional(word), optional(word)], 'Good answers'),
    native('virtualhost', [word], 'Host header'),
    native('regex', [word], 'Expected in the body'),
  ]),
]

export const OTHER_CHECKS: readonly Keyword[] = [
  ...inBlock('SMTP_CHECK', [
    ...connection(1, 1),
    native('helo_name', [word], 'Name given in HELO'),
    typo('hello_name', 'helo_name', 'keepalived would ignore it'),
    native('host', [], 'Where to connect', { opens: 'host', many: true }),
  ]),
  ...inBlock('host', connection(1, 1)),
  ...inBlock('MISC_CHECK', [
    ...timing(0, 1),
    native('misc_path', [command], 'The command; exit 0 is success'),
    native('misc_timeout', [seconds(0.001, 86400)], 'Until a run counts as failed'),
    native('misc_dynamic', [flag], 'The exit code sets the weight'),
    native('user', [word, optional(word)], 'User and group that it runs as'),
  ]),
]
