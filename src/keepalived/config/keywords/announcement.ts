import { inBlock, integer, type Keyword, native, seconds, word, words } from '../keyword.ts'

/** Gratuitous ARP and neighbour advertisements: rows of vrrp_instance, global_defs and garp_group. */

export const ANNOUNCEMENT_OF_INSTANCE = [
  native('garp_master_refresh_repeat', [integer(0, 255)], {
    en: 'Frames per address in a refresh',
    zh: '每次刷新时每个地址的帧数',
  }),
  native('garp_lower_prio_delay', [seconds(0, 3600)], {
    en: 'After the advert of a lower priority: until the second burst; default: garp_master_delay',
    zh: '收到较低优先级通告后，第二轮之前的等待时间；默认为 garp_master_delay',
  }),
  native('garp_lower_prio_repeat', [integer(0, 255)], {
    en: 'After the advert of a lower priority: frames per address; default: garp_master_repeat',
    zh: '收到较低优先级通告后每个地址的帧数；默认为 garp_master_repeat',
  }),
  native('garp_extra_if', [words], {
    en: 'all N: every N seconds for addresses on other interfaces than the instance’s own',
    zh: 'all N：每隔 N 秒为不在实例自身网卡上的地址刷新',
  }),
]

export const ANNOUNCEMENT_OF_GLOBAL = [
  native(
    'vrrp_garp_master_refresh_repeat',
    [integer(0, 255)],
    { en: 'Default of garp_master_refresh_repeat', zh: 'garp_master_refresh_repeat 的默认值' },
    { default: 1 },
  ),
  native('vrrp_garp_lower_prio_delay', [seconds(0, 3600)], {
    en: 'Default of garp_lower_prio_delay',
    zh: 'garp_lower_prio_delay 的默认值',
  }),
  native('vrrp_garp_lower_prio_repeat', [integer(0, 255)], {
    en: 'Default of garp_lower_prio_repeat',
    zh: 'garp_lower_prio_repeat 的默认值',
  }),
  native('vrrp_garp_extra_if', [words], { en: 'Default of garp_extra_if', zh: 'garp_extra_if 的默认值' }),
  native(
    'vrrp_garp_interval',
    [seconds(0, 4294)],
    { en: 'Between two gratuitous ARPs on an interface; 0: at once', zh: '同一网卡上两个免费 ARP 的间隔；0 表示不限' },
    { default: 0 },
  ),
  native(
    'vrrp_gna_interval',
    [seconds(0, 4294)],
    {
      en: 'Between two neighbour advertisements on an interface; 0: at once',
      zh: '同一网卡上两个邻居通告的间隔；0 表示不限',
    },
    { default: 0 },
  ),
]

export const ANNOUNCEMENT_OF_TOP = [
  native(
    'garp_group',
    [],
    { en: 'The pace of announcements on one interface, or on several together', zh: '单个网卡或一组网卡的通告速率' },
    { opens: 'garp_group', many: true },
  ),
]

export const GARP_GROUP: readonly Keyword[] = inBlock('garp_group', [
  native('interface', [word], { en: 'The interface', zh: '网卡' }),
  native('interfaces', [], { en: 'Interfaces with one pace together', zh: '共用速率的网卡' }, { opens: 'interfaces' }),
  native('garp_interval', [seconds(0, 4294)], {
    en: 'Between two gratuitous ARPs; default: vrrp_garp_interval',
    zh: '两个免费 ARP 的间隔；默认为 vrrp_garp_interval',
  }),
  native('gna_interval', [seconds(0, 4294)], {
    en: 'Between two neighbour advertisements; default: vrrp_gna_interval',
    zh: '两个邻居通告的间隔；默认为 vrrp_gna_interval',
  }),
])
