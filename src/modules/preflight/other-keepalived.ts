import { type Inventory, pairWords } from '../../inventory/inventory.ts'
import { readByHand, type VrrpInstance, type WrittenByHand } from '../keepalived-by-hand.ts'
import { CONFIG, isOurs, KEPT_CONFIG } from '../keepalived-engine.ts'
import { type Context, sayOf } from './context.ts'
import type { Finding } from './finding.ts'

/**
 * A keepalived that somebody set up by hand: what is there, and that leave is needed to take over from it. One that also
 * carries other addresses is never stopped: nobody else would carry them.
 */
export function otherKeepalived(context: Context): Finding[] {
  const { mine, inventory } = context
  if (!mine.keepalivedRuns || (mine.keepalivedConfig !== null && isOurs(mine.keepalivedConfig))) return []
  const say = sayOf(context)
  if (mine.keepalivedConfig === null) {
    const todo = 'find out what it carries (systemctl cat keepalived), then: systemctl disable --now keepalived'
    return [say('blocks', 'OTHER_KEEPALIVED', `keepalived runs there, and not by ${CONFIG}`, todo)]
  }
  const found = readByHand(mine.keepalivedConfig)
  const what = `keepalived runs there, set up by hand: ${shown(found)}`
  const foreign = foreignTo(found, inventory.vip.address)
  if (foreign.length > 0) {
    const todo = `take ${foreign.join(', ')} out of ${CONFIG} first, or leave this keepalived alone: mmha carries one address`
    return [say('blocks', 'OTHER_KEEPALIVED', `${what}; it carries more than this pair's address`, todo)]
  }
  if (inventory.takeOver !== true) {
    const todo = `mmha lint a copy of both files, then let mmha take over from it: mmha provision ${pairWords(inventory)} --take-over-keepalived`
    return [say('blocks', 'OTHER_KEEPALIVED', what, todo)]
  }
  const lost = [...found.others, ...found.commands]
  const deaf = otherWire(found.instances, inventory.vrrp)
  const wire =
    deaf === null
      ? []
      : [
          say(
            'warns',
            'OTHER_VRRP',
            'its daemon and ours would not hear each other: the address is gone for some seconds while one takes the place of the other',
            `in the inventory, for a move at once: ${deaf}`,
          ),
        ]
  const todo =
    lost.length === 0
      ? `nothing: it is stopped, the standby's first; its file stays as ${KEPT_CONFIG}, and a rollback brings it back`
      : `look whether you need it in another form (notify in the inventory): ${lost.join('; ')}. None of it is taken along; the file stays as ${KEPT_CONFIG}`
  return [say('warns', 'OTHER_KEEPALIVED', `${what}; mmha takes over from it`, todo), ...wire]
}

/** The inventory's words for how the one instance speaks on the wire; null: it says the same, or there are several. */
function otherWire(instances: readonly VrrpInstance[], vrrp: Inventory['vrrp']): string | null {
  const [one] = instances
  if (one === undefined || instances.length > 1) return null
  const { version, virtualRouterId, advertInterval, auth, unicast } = one
  const theirs = [version, virtualRouterId, Number(advertInterval), auth, unicast ? 'unicast' : 'multicast']
  const ours = [
    `${vrrp.version}`,
    `${vrrp.virtualRouterId}`,
    vrrp.advertInterval,
    (vrrp.authPass?.reveal() ?? '').slice(0, 8),
    vrrp.mode,
  ]
  if (theirs.join(' ') === ours.join(' ')) return null
  const words = [
    `version: ${version}`,
    `virtualRouterId: ${virtualRouterId}`,
    `advertInterval: ${Number(advertInterval)}`,
  ]
  if (auth !== '') words.push('authPass: "…"')
  if (unicast) words.push('mode: unicast')
  return `vrrp: { ${words.join(', ')} }`
}

function shown({ instances, others }: WrittenByHand): string {
  const one = ({ name, virtualRouterId, nic, version, addresses, auth }: VrrpInstance) =>
    `vrrp_instance ${name} (VRRP ${version}${auth === '' ? '' : ' with a password'}, router ${virtualRouterId} on ${nic}, ${addresses.join(', ') || 'no address'})`
  return [...instances.map(one), ...others].join('; ') || 'no instance'
}

/** What would have nobody any more. */
function foreignTo({ instances, others, includes }: WrittenByHand, vip: string): readonly string[] {
  return [
    ...instances.flatMap(({ addresses }) => addresses.filter((address) => address !== vip)),
    ...others.filter((words) => /^virtual_server(_group)? /.test(words) && !words.startsWith(`virtual_server ${vip} `)),
    ...includes.map((name) => `include ${name}`),
  ]
}
