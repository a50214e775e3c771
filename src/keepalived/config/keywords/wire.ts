import {
  accepted,
  address,
  choice,
  flag,
  inBlock,
  integer,
  type Keyword,
  native,
  optional,
  secret,
} from '../keyword.ts'

/** How adverts travel and who is believed: rows of vrrp_instance and global_defs. */

export const WIRE_OF_INSTANCE = [
  native('mcast_dst_ip', [address], {
    en: 'Multicast group of the adverts, the same on both nodes; default: vrrp_mcast_group4 or 6',
    zh: '通告所用的组播地址，两台必须相同；默认为 vrrp_mcast_group4 或 6',
  }),
  native(
    'unicast_ttl',
    [integer(0, 255)],
    { en: 'TTL (hop limit) of unicast adverts', zh: '单播通告的 TTL（跳数限制）' },
    { default: 255 },
  ),
  native('check_unicast_src', [flag], {
    en: 'Drop unicast adverts from others than the peers',
    zh: '丢弃并非来自对端的单播通告',
  }),
  native(
    'v3_checksum_as_v2',
    [flag],
    { en: 'Version 3 over IPv4: the checksum covers the message alone', zh: '版本 3（IPv4）：校验和只覆盖报文本身' },
    { default: false },
  ),
  native('old_unicast_checksum', [optional(choice('never'))], {
    en: 'Unicast on version 3: the checksum of keepalived before 1.3.7; never: not even when a peer uses it',
    zh: '版本 3 单播：使用 keepalived 1.3.7 之前的校验和；never：即使对端使用也不用',
  }),
  native(
    'auth_hmac',
    [],
    {
      en: 'Signed adverts as keepalived 2.4 sends them, for version 2 and 3; older ones drop them',
      zh: '与 keepalived 2.4 相同的签名通告，版本 2 和 3 均可；旧版本会丢弃',
    },
    { opens: 'auth_hmac' },
  ),
  accepted('skip_check_adv_addr', [flag], {
    en: 'a different list of addresses is counted, and costs nothing',
    zh: '地址列表不同时只计数，开销可忽略',
  }),
]

export const WIRE_OF_GLOBAL = [
  native(
    'vrrp_mcast_group4',
    [address],
    { en: 'Default of mcast_dst_ip for IPv4', zh: 'IPv4 实例 mcast_dst_ip 的默认值' },
    { default: '224.0.0.18' },
  ),
  native(
    'vrrp_mcast_group6',
    [address],
    { en: 'Default of mcast_dst_ip for IPv6', zh: 'IPv6 实例 mcast_dst_ip 的默认值' },
    { default: 'ff02::12' },
  ),
  native(
    'vrrp_check_unicast_src',
    [flag],
    { en: 'Default of check_unicast_src', zh: 'check_unicast_src 的默认值' },
    { default: false },
  ),
  accepted('vrrp_skip_check_adv_addr', [flag], {
    en: 'a different list of addresses is counted, and costs nothing',
    zh: '地址列表不同时只计数，开销可忽略',
  }),
]

export const SIGNATURE: readonly Keyword[] = inBlock('auth_hmac', [
  native(
    'key',
    [integer(1, 255), secret],
    {
      en: 'Id and key of 32 to 64 bytes: text, hex:…, or file:PATH',
      zh: '编号和 32 到 64 字节的密钥：文本、hex:… 或 file:路径',
    },
    { many: true },
  ),
  native('active_key', [integer(1, 255)], {
    en: 'The key that signs what is sent; default: the only one',
    zh: '发送时使用的密钥编号；只有一个密钥时可省略',
  }),
  native(
    'mode',
    [choice('enforce', 'permissive', 'receive-only')],
    {
      en: 'enforce: drop what is not signed; permissive: accept it; receive-only: accept it and sign nothing',
      zh: 'enforce：丢弃未签名的通告；permissive：接受；receive-only：接受且自己不签名',
    },
    { default: 'enforce' },
  ),
  native(
    'anti_replay',
    [choice('time', 'monotonic')],
    {
      en: 'time: clocks must agree within time_window; monotonic: only the order counts',
      zh: 'time：双方时钟之差须在 time_window 内；monotonic：只看先后次序',
    },
    { default: 'time' },
  ),
  native('time_window', [integer(1, 3600)], {
    en: 'Seconds that clocks may differ; default: three times advert_int, at least 5',
    zh: '允许的时钟差（秒）；默认为 advert_int 的三倍且不少于 5',
  }),
])
