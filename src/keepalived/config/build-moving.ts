import { addressItems, flagOf, nodeOf, routeItems, ruleItems } from './access.ts'
import type { Building } from './build-global.ts'
import type { VirtualAddress, VrrpInstance } from './config.ts'
import type { Block } from './interpret.ts'

/** keepalived's: rules without a priority of their own count down from here, those of both families apart. */
const FIRST_RULE_PRIORITY = 16_384

const MAIN_TABLE = 254

type Moving = Pick<
  VrrpInstance,
  'virtualAddresses' | 'excludedAddresses' | 'virtualRoutes' | 'virtualRules' | 'promoteSecondaries'
>

/** The VIPs that adverts list: of one family, the first one's. */
function virtualAddresses(name: string, block: Block, { report }: Building): VirtualAddress[] {
  const items = addressItems(block, 'virtual_ipaddress')
  const family = items[0]?.value.family
  const kept = items.filter((item, index) => {
    if (item.value.family !== family) {
      report(
        'error',
        'conflict',
        item,
        `${name} holds IPv${family} addresses, ${item.value.address} skipped`,
        'virtual_ipaddress_excluded, or a second vrrp_instance',
      )
      return false
    }
    if (items.findIndex((other) => other.value.address === item.value.address) !== index) {
      report('warning', 'duplicate', item, `${item.value.address} is listed twice`)
      return false
    }
    return true
  })
  return kept.map((item) => item.value)
}

/** What comes to this host with mastership and goes with it. */
export function buildMoving(name: string, block: Block, building: Building): Moving {
  const { report } = building
  const listed = virtualAddresses(name, block, building)
  const excluded = addressItems(block, 'virtual_ipaddress_excluded').filter((item) => {
    if (!listed.some(({ address }) => address === item.value.address)) return true
    report('warning', 'duplicate', item, `${item.value.address} is listed in virtual_ipaddress already`)
    return false
  })
  if (listed.length + excluded.length === 0) {
    report('warning', 'value-missing', block, `${name} has no virtual_ipaddress: nothing moves`, null)
  }
  const routes = routeItems(block, 'virtual_routes')
  const hasIpv4 = [...listed, ...excluded.map(({ value }) => value)].some(({ family }) => family === 4)
  const leased = nodeOf(block, 'vip_lease') !== null
  for (const route of routes.filter(({ value }) => leased && value.family === 4)) {
    // The kernel ends a route with its source address, in the main table only.
    const { table, source, to } = route.value
    if ((table === null || table === MAIN_TABLE) && (source !== null || hasIpv4)) continue
    const why = hasIpv4 ? `it is in table ${table}` : 'there is no IPv4 VIP to end with'
    const said = `${name}: after kill -9 the route to ${to.address}/${to.prefix} stays until the next start: ${why}`
    report('note', 'conflict', route, said, null)
  }
  return {
    virtualAddresses: listed,
    excludedAddresses: excluded.map(({ value }) => value),
    virtualRoutes: routes.map(({ value }) => value),
    virtualRules: ruleItems(block, 'virtual_rules').map(({ value }, index) => ({
      ...value,
      priority: value.priority ?? FIRST_RULE_PRIORITY - index,
    })),
    promoteSecondaries: flagOf(block, 'promote_secondaries'),
  }
}
