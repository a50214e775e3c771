import { commandOf, flagOf, isSet, nodeOf, numberOf } from './access.ts'
import type { Building } from './build-global.ts'
import type { Block, Node } from './interpret.ts'
import type { CheckTiming, MiscCheck } from './servers.ts'

/** [] when the block names no command, which is said. `address`: the real server's, for messages. */
export function miscCheck(
  { node, block }: { readonly node: Node; readonly block: Block },
  address: string,
  timing: CheckTiming,
  { report, scripts }: Building,
): MiscCheck[] {
  const found = commandOf(block, 'misc_path')
  if (found === null) {
    report('error', 'value-missing', node, 'MISC_CHECK has no misc_path, it is not run', 'add misc_path "/path/to/it"')
    return []
  }
  const [user, group] = nodeOf(block, 'user')?.values ?? []
  const command = typeof user === 'string' ? { ...found, user, group: typeof group === 'string' ? group : null } : found
  const { file, line, column } = nodeOf(block, 'misc_path') ?? node
  scripts.push({ role: `MISC_CHECK of ${address}`, command, file, line, column })
  const timeout = isSet(block, 'misc_timeout') ? numberOf(block, 'misc_timeout') : timing.delayLoop
  return [{ type: 'MISC_CHECK', ...timing, command, timeout, dynamic: flagOf(block, 'misc_dynamic') }]
}
