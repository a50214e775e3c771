import type { VrrpInstance } from '../config/config.ts'
import type { Announcer } from './announcer.ts'
import type { VirtualAddresses } from './virtual-addresses.ts'

/** What an instance tells its neighbours, and how often. */

export interface Voice {
  readonly announcer: Announcer
  readonly addresses: VirtualAddresses
}

/** One burst. */
export function announce(
  { name, garpMasterRepeat, announcement }: VrrpInstance,
  { announcer, addresses }: Voice,
  why: 'master' | 'refresh' | 'lower',
): void {
  const { refreshRepeat, lowerPrioRepeat } = announcement
  const repeat = {
    master: Math.max(1, garpMasterRepeat),
    refresh: Math.max(1, refreshRepeat),
    lower: lowerPrioRepeat,
  }[why]
  announcer.announce(name, addresses.announcements(), repeat)
}

/** Again from time to time, so that switches don't forget addresses on other interfaces than the instance's own. */
export function keepAnnounced(
  { name, interface: own, announcement }: VrrpInstance,
  { announcer, addresses }: Voice,
): void {
  announcer.keep(name, announcement.extraInterval * 1000, () => addresses.announcements(own))
}
