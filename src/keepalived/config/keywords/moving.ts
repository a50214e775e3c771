import { flag, native } from '../keyword.ts'

/** What moves besides the addresses that adverts list. */
export const MOVING_OF_INSTANCE = [
  native(
    'virtual_ipaddress_excluded',
    [],
    {
      en: 'Addresses of either family that move as well, without being listed in adverts',
      zh: '同样会漂移但不列入通告的地址，两种地址族均可',
    },
    { opens: 'virtual_ipaddress', many: true },
  ),
  native(
    'virtual_routes',
    [],
    {
      en: 'Routes that come and go with the addresses; with vip_lease the first VIP is their source',
      zh: '随地址增删的路由；设置 vip_lease 时以第一个 VIP 为源地址',
    },
    { opens: 'virtual_routes', many: true },
  ),
  native(
    'virtual_rules',
    [],
    { en: 'Routing rules that come and go with the addresses', zh: '随地址增删的策略路由规则' },
    { opens: 'virtual_rules', many: true },
  ),
  native(
    'promote_secondaries',
    [flag],
    {
      en: 'When an address goes, others of its network stay on the interface',
      zh: '删除一个地址时，同网段的其他地址保留在网卡上',
    },
    { default: false },
  ),
]
