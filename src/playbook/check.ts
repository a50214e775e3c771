import { hostsOf, type Play } from '../engine/play.ts'
import { viewOf } from '../engine/survey.ts'
import { MmhaError } from '../events/error.ts'
import { invalid } from '../inventory/document.ts'
import type { Inventory } from '../inventory/inventory.ts'

/**
 * Fills in all parameters that need no facts, and looks up what conditions name, for each host, before anybody is connected to.
 * @throws MmhaError PLAYBOOK_INVALID (exit 4) with every problem, one line each.
 */
export function checkPlays(plays: readonly Play[], inventory: Inventory): void {
  const lines = plays.flatMap((play) =>
    hostsOf(play, inventory).flatMap((host) =>
      [...play.tasks, ...play.handlers].flatMap((task) => {
        const view = viewOf(inventory, host, null)
        const unknown = task.unknown?.(view) ?? []
        if (task.needsFacts) return unknown
        try {
          task.params(view)
          return unknown
        } catch (error) {
          if (error instanceof MmhaError && error.code === 'PLAYBOOK_INVALID')
            return [...unknown, ...error.message.split('\n')]
          throw error
        }
      }),
    ),
  )
  // What is wrong on both hosts is said once.
  if (lines.length > 0)
    throw invalid('PLAYBOOK_INVALID', [...new Set(lines)], 'correct the playbook and run the same command again')
}
