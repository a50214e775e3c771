import {
  accepted,
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
  word,
  words,
} from '../keyword.ts'
import { connection } from './connection.ts'
import { FORWARDING, INHIBIT, SNMP_NAME, THRESHOLDS, timing } from './server-options.ts'

/** nb_get_retry belongs to HTTP_GET, and there it is called retry since keepalived 2.0. */
const NB_GET_RETRY = alias(
  'nb_get_retry',
  'retry',
  {
    en: 'keepalived ignores it in TCP_CHECK and tries once again only',
    zh: 'keepalived 在 TCP_CHECK 中忽略它，只重试一次',
  },
  'note',
)

const CHECKS = [
  native(
    'TCP_CHECK',
    [],
    { en: 'Can a connection be made?', zh: '能否建立 TCP 连接' },
    { opens: 'TCP_CHECK', many: true },
  ),
  native(
    'HTTP_GET',
    [],
    { en: 'Are pages as they should be?', zh: '页面是否符合预期' },
    { opens: 'HTTP_GET', many: true },
  ),
  native(
    'SSL_GET',
    [],
    { en: 'The same over TLS; the certificate is not verified', zh: '同上，但使用 TLS；不验证证书' },
    { opens: 'HTTP_GET', many: true },
  ),
  native(
    'SMTP_CHECK',
    [],
    { en: 'Does a mail server greet, and take a HELO?', zh: '邮件服务器是否发出问候并接受 HELO' },
    { opens: 'SMTP_CHECK', many: true },
  ),
  native(
    'MISC_CHECK',
    [],
    { en: 'What does a command say?', zh: '由命令的退出码判断' },
    { opens: 'MISC_CHECK', many: true },
  ),
  native(
    'DNS_CHECK',
    [],
    { en: 'Does a name server answer, over UDP?', zh: 'DNS 服务器是否应答（UDP）' },
    { opens: 'DNS_CHECK', many: true },
  ),
  native(
    'UDP_CHECK',
    [],
    { en: 'Does a UDP port answer, or at least not refuse?', zh: 'UDP 端口是否应答（或至少不拒绝）' },
    { opens: 'UDP_CHECK', many: true },
  ),
  native(
    'PING_CHECK',
    [],
    { en: 'Does the host answer to a ping?', zh: '主机是否应答 ping' },
    { opens: 'PING_CHECK', many: true },
  ),
  later(
    'BFD_CHECK',
    [],
    { en: 'it is not run; the server counts as up for it', zh: '不会运行；视为正常' },
    { opens: 'skipped', many: true },
  ),
  native(
    'FILE_CHECK',
    [],
    { en: 'What does the number in a file say?', zh: '由文件中的数值判断' },
    { opens: 'FILE_CHECK', many: true },
  ),
]

export const REAL_SERVER: readonly Keyword[] = inBlock('real_server', [
  ...timing(1, 1),
  native(
    'weight',
    [integer(-2147483647, 65535)],
    { en: '0: the server is not counted on, so its loss moves nothing', zh: '0 表示不依赖它，失去它不会引起切换' },
    {
      default: 1,
    },
  ),
  native('notify_up', [command], { en: 'Run when the server comes up', zh: '服务器恢复时运行' }),
  native('notify_down', [command], { en: 'Run when the server goes down', zh: '服务器故障时运行' }),
  native('smtp_alert', [flag], { en: 'Mail when it goes up or down', zh: '恢复或故障时发邮件' }, { default: true }),
  ...CHECKS,
  INHIBIT,
  ipvs('lvs_method', [FORWARDING, words], { en: 'balancing', zh: '负载均衡' }),
  ...THRESHOLDS,
  SNMP_NAME,
  native('virtualhost', [word], {
    en: 'Host header of HTTP_GET and SSL_GET',
    zh: 'HTTP_GET 和 SSL_GET 的 Host 请求头',
  }),
])

export const TCP_CHECK: readonly Keyword[] = inBlock('TCP_CHECK', [...connection(1, 1), NB_GET_RETRY])

const STATUS_CODES = [word, ...Array.from({ length: 9 }, () => optional(word))]

export const HTTP_GET: readonly Keyword[] = [
  ...inBlock('HTTP_GET', [
    ...connection(1, 3),
    alias('nb_get_retry', 'retry', { en: 'the old name of retry', zh: 'retry 的旧名' }, 'note'),
    native('url', [], { en: 'A page to fetch', zh: '要获取的页面' }, { opens: 'url', many: true }),
    native('virtualhost', [word], { en: 'Host header', zh: 'Host 请求头' }),
    native(
      'http_protocol',
      [choice('1.0', '1.0C', '1.1')],
      {
        en: 'Version of HTTP; 1.0C is 1.0 with Connection: close',
        zh: 'HTTP 版本；1.0C 即带 Connection: close 的 1.0',
      },
      { default: '1.0' },
    ),
    native(
      'enable_sni',
      [flag],
      { en: 'Send the virtualhost in TLS', zh: '在 TLS 中发送 virtualhost' },
      { default: false },
    ),
    accepted('tls_compliant', [flag], {
      en: 'a page that ends before its Content-Length is bad anyway',
      zh: '未达到 Content-Length 就结束的页面本来就算失败',
    }),
    accepted('fast_recovery', [flag], { en: 'pages are fetched without delay anyway', zh: '页面之间本来就不等待' }),
  ]),
  ...inBlock('url', [
    native('path', [word], { en: 'Path of the page', zh: '页面路径' }),
    native('digest', [word], { en: 'MD5 of its body', zh: '页面内容的 MD5' }),
    native(
      'status_code',
      STATUS_CODES,
      {
        en: 'Good answers, also as ranges 200-299; default: 200-299',
        zh: '视为正常的状态码，可写范围 200-299；默认为 200-299',
      },
      { many: true },
    ),
    native('virtualhost', [word], { en: 'Host header', zh: 'Host 请求头' }),
    native('regex', [word], {
      en: 'Pattern (PCRE) that the body must have in it',
      zh: '页面内容必须匹配的正则表达式（PCRE）',
    }),
    native(
      'regex_no_match',
      [flag],
      { en: 'The body must not have it in it', zh: '页面内容不得匹配' },
      { default: false },
    ),
    native('regex_options', [words], {
      en: 'caseless, dotall, multiline, dollar_endonly, utf, ucp',
      zh: 'caseless、dotall、multiline、dollar_endonly、utf、ucp',
    }),
    native(
      'regex_min_offset',
      [integer(0, 2147483647)],
      { en: 'Byte of the body from which on it is searched', zh: '从页面内容的第几个字节开始搜索' },
      { default: 0 },
    ),
    native('regex_max_offset', [integer(0, 2147483647)], {
      en: 'Last byte at which a match may begin',
      zh: '匹配起始位置的上限（字节）',
    }),
    accepted('regex_stack', [integer(0, 2147483647), optional(integer(0, 2147483647))], {
      en: 'a search has 0.25 s, and as much stack as it needs',
      zh: '搜索限时 0.25 秒，所需的栈自动分配',
    }),
  ]),
]
