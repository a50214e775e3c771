import type { FirewallFacts } from './facts.ts'

/** What has to be told to let something in. */
export type FirewallManager = 'firewalld' | 'ufw' | 'nftables' | 'iptables' | 'iptables-legacy' | 'iptables-nft'

/**
 * Who judges what comes in. More than one: a packet has to please each of them. iptables counts where nobody else does,
 * since it is there to be used; beside others only if it refuses something by itself.
 */
export function inCharge({ firewalld, ufw, nftables, iptables }: FirewallFacts): readonly FirewallManager[] {
  const others: FirewallManager[] = [
    ...(firewalld === null ? [] : ['firewalld' as const]),
    ...(ufw === null ? [] : ['ufw' as const]),
    ...(nftables.inputs.length === 0 ? [] : ['nftables' as const]),
  ]
  if (iptables === null) return others
  // These two speak through iptables, or did once: the chains are theirs.
  const theirs = [...iptables.live.keys()].some((chain) => chain.startsWith('ufw-') || chain === 'INPUT_ZONES')
  const judges = others.length === 0 || (iptables.refuses && !theirs)
  return [...others, ...(judges ? ['iptables' as const] : []), ...(iptables.second === null ? [] : [iptables.second])]
}

/** How to take each of them out of the way. */
export const TURN_OFF: Readonly<Record<FirewallManager, string>> = {
  firewalld: 'systemctl disable --now firewalld',
  ufw: 'ufw disable',
  nftables: 'systemctl disable --now nftables',
  iptables: 'iptables -P INPUT ACCEPT and iptables -F INPUT, and what loads the rules at boot',
  'iptables-legacy': 'iptables-legacy -P INPUT ACCEPT and iptables-legacy -F INPUT',
  'iptables-nft': 'iptables-nft -P INPUT ACCEPT and iptables-nft -F INPUT',
}
