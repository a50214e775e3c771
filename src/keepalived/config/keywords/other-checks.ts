import { DNS_TYPES } from '../dns-types.ts'
import {
  accepted,
  choice,
  command,
  flag,
  inBlock,
  integer,
  type Keyword,
  native,
  optional,
  port,
  seconds,
  typo,
  word,
  words,
} from '../keyword.ts'
import { connection } from './connection.ts'
import { LOG_ALL, timing } from './server-options.ts'

const PORTS = ['connect_port', 'bind_port']

/** What a `host` of SMTP_CHECK may have of its own. */
const OF_A_HOST = ['connect_ip', 'connect_port', 'bindto', 'bind_port', 'bind_if', 'fwmark', 'connect_timeout']

export const OTHER_CHECKS: readonly Keyword[] = [
  ...inBlock('SMTP_CHECK', [
    ...connection(1, 1),
    native('helo_name', [word], { en: 'Name given in HELO; default: this host', zh: 'HELO 中的名字；默认为本机名' }),
    typo('hello_name', 'helo_name', { en: 'keepalived would ignore it', zh: 'keepalived 会忽略这个拼写错误' }),
    native(
      'host',
      [],
      { en: 'Where to connect; each of them must be well', zh: '连接的目标；每一个都必须正常' },
      { opens: 'host', many: true },
    ),
  ]),
  ...inBlock(
    'host',
    connection(1, 1).map((row) =>
      row.status === 'later' || OF_A_HOST.includes(row.name)
        ? row
        : accepted(row.name, row.values, { en: 'it counts in SMTP_CHECK only', zh: '只在 SMTP_CHECK 中有效' }),
    ),
  ),
  ...inBlock('DNS_CHECK', [
    ...connection(3, null),
    native(
      'type',
      [choice(...Object.keys(DNS_TYPES))],
      { en: 'What is asked for', zh: '查询的记录类型' },
      { default: 'SOA' },
    ),
    native('name', [word], { en: 'Name that is asked for', zh: '查询的名字' }, { default: '.' }),
  ]),
  ...inBlock('PING_CHECK', [
    ...connection(1, 1).filter(({ name }) => !PORTS.includes(name)),
    ...PORTS.map((name) => accepted(name, [port], { en: 'a ping has no ports', zh: 'ping 没有端口' })),
  ]),
  ...inBlock('UDP_CHECK', [
    ...connection(1, 1),
    native('payload', [words], {
      en: 'What is sent, in hex digits; default: 64 random bytes',
      zh: '发送的内容（十六进制）；默认为 64 个随机字节',
    }),
    native('require_reply', [words], {
      en: 'Silence is a failure; hex digits that the answer must begin with may follow, X for any digit',
      zh: '没有应答即为失败；其后可写应答开头必须匹配的十六进制内容，X 表示任意一位',
    }),
    native(
      'min_reply_length',
      [integer(0, 65535)],
      { en: 'An answer with fewer bytes is a failure', zh: '应答短于此字节数即为失败' },
      { default: 0 },
    ),
    native('max_reply_length', [integer(0, 65535)], {
      en: 'One with more is, too; default: 255 where require_reply has digits, else any',
      zh: '应答长于此字节数也为失败；require_reply 写有内容时默认为 255，否则不限',
    }),
  ]),
  ...inBlock('FILE_CHECK', [
    native('track_file', [word], { en: 'Name of the track_file', zh: 'track_file 的名称' }),
    native(
      'weight',
      [integer(-2147483647, 2147483647), optional(choice('reverse', 'noreverse'))],
      {
        en: "The number times this is added to the server's weight; 0: any number but 0 is a fault. Default: the file's",
        zh: '数值乘以它后加到服务器的权重上；0：任何非零数值都是故障；默认取 track_file 的 weight',
      },
      { default: 0 },
    ),
  ]),
  ...inBlock('MISC_CHECK', [
    ...timing(0, 1),
    LOG_ALL,
    native('misc_path', [command], { en: 'The command; exit 0 is success', zh: '要运行的命令；退出码 0 为成功' }),
    native('misc_timeout', [seconds(0.001, 86400)], {
      en: 'Until a run counts as failed; default: delay_loop',
      zh: '超过此时间即算失败；默认为 delay_loop',
    }),
    native(
      'misc_dynamic',
      [flag],
      { en: 'Exit codes 2..255 are success, and the weight plus two', zh: '退出码 2 到 255 为成功，减 2 即权重' },
      { default: false },
    ),
    native('user', [word, optional(word)], { en: 'User and group that it runs as', zh: '运行它的用户和组' }),
  ]),
]
