import { EXIT, MmhaError } from '../events/error.ts'
import { plans } from '../events/messages/plans.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Step } from '../modules/step.ts'
import { holdsVip } from './play.ts'
import type { Survey } from './survey.ts'

/**
 * What must not happen by accident: a restart, or a move of the VIP, on the host that holds it. A fresh pair has no
 * holder, so that its first provisioning needs no leave. `applied`: steps that this run has done before.
 * @throws MmhaError RESTART_ON_HOLDER (exit 5).
 */
export function checkGate(
  steps: readonly Step[],
  inventory: Inventory,
  found: Survey,
  { allowRestart, applied }: { readonly allowRestart: boolean; readonly applied: number },
): void {
  if (allowRestart) return
  const blocked = steps.filter(({ impact, host }) => {
    const facts = found.facts.get(host)
    return (impact === 'restart' || impact === 'vip-moves') && facts !== undefined && holdsVip(facts, inventory)
  })
  const first = blocked[0]
  if (first === undefined) return
  throw new MmhaError(
    `${first.host} holds the VIP and would be restarted: ${blocked.map(({ title }) => title).join('; ')}`,
    {
      code: 'RESTART_ON_HOLDER',
      source: 'user',
      exit: EXIT.refused,
      host: first.host,
      where: first.id,
      hint: applied === 0 ? plans('gate.holder.do') : plans('gate.holder.do-rest', { count: applied }),
    },
  )
}
