import { EXIT, MmhaError } from '../events/error.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { pairSettings, type Setting } from '../mysql/settings.ts'
import { variableName } from './mysql-value.ts'

/** What the pair's safety stands on: the inventory may not say otherwise. */
const PROTECTED =
  /^(read_only|super_read_only|event_scheduler|skip_(replica|slave)_start|gtid_.*|enforce_gtid_consistency|rpl_semi_sync_.*|log_(replica|slave)_updates|init_rpl_role|port)$/

/** What both servers of a pair switch in step. */
export const IN_STEP: ReadonlySet<string> = new Set(['gtid_mode', 'enforce_gtid_consistency'])

/**
 * What our option file says on this host, in its order: the pair's settings, then the user's own. The user's word wins,
 * but not against the pair's safety.
 * @param serverId one that is kept, since the peer's relay and binary logs know it; null: derived
 * @param handmade a pair that replicates already: its GTIDs are switched on by both in step, not by a restart of one
 * @throws MmhaError SETTING_PROTECTED
 */
export function wantedSettings(
  dialect: Dialect,
  inventory: Inventory,
  host: Host,
  serverId: string | null = null,
  handmade = false,
): readonly Setting[] {
  const own = new Map(Object.entries(inventory.server.settings).map(([name, value]) => [variableName(name), value]))
  for (const name of own.keys()) {
    if (!PROTECTED.test(name)) continue
    throw new MmhaError(`server.settings: ${name} is not for the inventory to set`, {
      code: 'SETTING_PROTECTED',
      source: 'user',
      exit: EXIT.invalid,
      where: inventory.file,
      hint: name === 'port' ? 'use server.port' : 'leave it out: the pair needs the value that mmha sets',
    })
  }
  const pair = pairSettings(dialect, {
    index: host.index === 0 ? 0 : 1,
    address: host.replicationAddress,
    port: inventory.server.port,
    mode: inventory.replication.mode,
    semiSyncTimeout: inventory.replication.semiSyncTimeout,
  })
  const settings = pair.map((setting): Setting => {
    const value = own.get(setting.name)
    if (value !== undefined) return { ...setting, value, reason: 'from the inventory' }
    if (handmade && IN_STEP.has(setting.name)) return { ...setting, apply: 'online' }
    if (setting.name !== 'server_id' || serverId === null || serverId === setting.value) return setting
    return { ...setting, value: serverId, reason: 'kept: a server that replicates would apply its own changes again' }
  })
  const names = new Set(pair.map(({ name }) => name))
  const others = [...own].filter(([name]) => !names.has(name))
  // A server may round these, so the running value proves nothing: they count from the start that follows the change.
  return [...settings, ...others.map(([name, value]) => userSetting(name, value))]
}

function userSetting(name: string, value: string): Setting {
  return { name, value, apply: 'restart', running: 'option', reason: 'from the inventory' }
}
