import { EXIT, MmhaError } from '../events/error.ts'
import { type Inventory, pairWords } from '../inventory/inventory.ts'
import type { DrilledPair } from './drilled-pair.ts'
import type { DrillOptions } from './options.ts'
import { foreignSessions } from './pair/sessions.ts'
import type { Pair } from './pair/whole.ts'

/** ms for a pair that has just been provisioned to become whole. */
const PATIENCE = 20_000

/**
 * A drill hurts: it starts only on a pair that can survive it, and not under other people's feet.
 * @throws MmhaError DRILL_NOT_WHOLE, DRILL_FOREIGN_SESSIONS (exit 5)
 */
export async function checkPreconditions(
  pair: DrilledPair,
  inventory: Inventory,
  { iKnow, signal, sink }: DrillOptions,
): Promise<Pair> {
  const now = await pair.whole(0, signal)
  if ('problems' in now) {
    const message = `the pair is not whole: ${now.problems.join('; ')}; waiting ${PATIENCE / 1000} s for it`
    sink({ code: 'drill.waiting', level: 'warn', message })
  }
  const state = 'problems' in now ? await pair.whole(PATIENCE, signal) : now
  if ('problems' in state) {
    const daemon = inventory.keepalived.engine === 'bundled' ? 'mmha-keepalived' : 'keepalived -t mmha-role'
    throw new MmhaError(`the pair is not fit for a drill: ${state.problems.join('; ')}`, {
      code: 'DRILL_NOT_WHOLE',
      source: 'user',
      exit: EXIT.refused,
      hint: `run \`mmha provision ${pairWords(inventory)}\` and see \`journalctl -u ${daemon}\` on the hosts`,
    })
  }
  if (iKnow) return state.pair
  const sessions = await Promise.all(
    pair.masters.map((host) => foreignSessions(host.name, pair.sampler(host), inventory.replication.user)),
  )
  const foreign = sessions.flat().map(({ host, user, from }) => `${user} from ${from} on ${host}`)
  if (foreign.length === 0) return state.pair
  const shown = foreign.slice(0, 5).join('; ')
  throw new MmhaError(`${foreign.length} client sessions use this pair, the drill would break them: ${shown}`, {
    code: 'DRILL_FOREIGN_SESSIONS',
    source: 'user',
    exit: EXIT.refused,
    hint: 'stop those applications, or give --i-know when they may lose their connections',
  })
}
