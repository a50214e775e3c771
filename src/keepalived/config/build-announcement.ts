import { blocksOf, flagOf, isSet, numberOf, textItems, textOf } from './access.ts'
import type { AnnouncementConfig, PaceConfig } from './announcement.ts'
import type { Block } from './interpret.ts'

/** The keyword in the instance, or its default in global_defs; null: in neither. */
function nearest(block: Block, global: Block, keyword: string): number | null {
  if (isSet(block, keyword)) return numberOf(block, keyword)
  return isSet(global, `vrrp_${keyword}`) ? numberOf(global, `vrrp_${keyword}`) : null
}

/** `[all] N`; without `all` keepalived means virtual interfaces, which there are none of here. */
function extraInterval(block: Block, global: Block): number {
  const words = (textOf(block, 'garp_extra_if') ?? textOf(global, 'vrrp_garp_extra_if') ?? '').split(/\s+/)
  const every = Number(words.find((text) => text !== 'all') ?? 0)
  return words.includes('all') && every >= 0 && every <= 86_400 ? every : 0
}

export function announcementOf(block: Block, global: Block): AnnouncementConfig {
  const minimal = flagOf(global, 'vrrp_min_garp')
  const repeat = nearest(block, global, 'garp_master_repeat') ?? (minimal ? 1 : 5)
  const delay = nearest(block, global, 'garp_master_delay') ?? (minimal ? 0 : 5)
  return {
    refreshRepeat: nearest(block, global, 'garp_master_refresh_repeat') ?? 1,
    lowerPrioRepeat: nearest(block, global, 'garp_lower_prio_repeat') ?? repeat,
    lowerPrioDelay: nearest(block, global, 'garp_lower_prio_delay') ?? delay,
    extraInterval: extraInterval(block, global),
  }
}

export function paceOf(top: Block, global: Block): PaceConfig {
  const garpInterval = numberOf(global, 'vrrp_garp_interval')
  const gnaInterval = numberOf(global, 'vrrp_gna_interval')
  const groups = blocksOf(top, 'garp_group').map(({ block }) => {
    const single = textOf(block, 'interface')
    return {
      interfaces: [...(single === null ? [] : [single]), ...textItems(block, 'interfaces').map(({ text }) => text)],
      garpInterval: isSet(block, 'garp_interval') ? numberOf(block, 'garp_interval') : garpInterval,
      gnaInterval: isSet(block, 'gna_interval') ? numberOf(block, 'gna_interval') : gnaInterval,
    }
  })
  return { garpInterval, gnaInterval, groups }
}
