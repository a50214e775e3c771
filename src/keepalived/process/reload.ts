import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../config/config.ts'

/** What a new configuration asks of the running processes. */
export type Reload = 'nothing' | 'check' | 'all'

/**
 * A change of what is checked or notified restarts the check worker alone: the address stays where it is. A change of
 * anything that VRRP runs on restarts both workers, and a holder hands its address over first.
 */
export function reloadOf(before: Config, after: Config): Reload {
  if (isDeepStrictEqual(before, after)) return 'nothing'
  return isDeepStrictEqual(vrrpPart(before), vrrpPart(after)) ? 'check' : 'all'
}

function vrrpPart(config: Config): unknown {
  return {
    syncGroups: config.syncGroups.map(({ name, instances }) => ({ name, instances })),
    instances: config.instances.map(({ notify: _notify, smtpAlert: _smtp, line: _line, ...rest }) => rest),
    weights: config.scripts.map(({ name, weight }) => ({ name, weight })),
  }
}
