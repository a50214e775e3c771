import type { Engine } from '../inventory/inventory.ts'

export const CONFIG = '/etc/keepalived/keepalived.conf'
/** What is to stand there once the daemon that runs by it has been stopped: two daemons share the one path. */
export const NEXT_CONFIG = `${CONFIG}.mmha-next`
/** What somebody else had written there, kept beside it. */
export const KEPT_CONFIG = `${CONFIG}.before-mmha`

export const OUR_UNIT = 'mmha-keepalived.service'
export const KEEPALIVED_UNIT = 'keepalived.service'

/** The script that stands in for our daemon's work on the database, where keepalived itself runs. */
export const ROLE_SCRIPT = '/etc/keepalived/mmha-role.sh'

export function unitOf(engine: Engine): string {
  return engine === 'bundled' ? OUR_UNIT : KEEPALIVED_UNIT
}

export function otherUnit(engine: Engine): string {
  return engine === 'bundled' ? KEEPALIVED_UNIT : OUR_UNIT
}

/** Ours, by its first line. */
export function isOurs(content: string): boolean {
  return /^# [^\n]*: written by mmha[ .,]/.test(content)
}
