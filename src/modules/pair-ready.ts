import { z } from 'zod'
import { hasAddress } from '../hosts/host-facts.ts'
import type { Engine } from '../inventory/inventory.ts'
import { databaseProbe } from './database-probe.ts'
import { FactLines } from './fact-lines.ts'
import { unitOf } from './keepalived-engine.ts'
import type { Module, PlanContext } from './module.ts'
import { waitUntilWhole } from './pair-wait.ts'
import { UNIT_PROBE } from './unit-probe.ts'

export interface PairReadyFacts {
  readonly daemonRuns: boolean
  readonly keepalivedRuns: boolean
  /** null: the server does not answer. */
  readonly readOnly: boolean | null
  /** Both threads of the channel from the peer. */
  readonly channelRuns: boolean
  /** Rpl_semi_sync_source_status (or master), …replica_status (or slave). */
  readonly semiSyncSource: boolean
  readonly semiSyncReplica: boolean
}

export interface PairReadyParams {
  /** s that the pair may take to find its roles. */
  readonly timeout: number
}

type Context = PlanContext<PairReadyFacts>

/** What keeps one host of a whole pair from its role. */
export function missingOn(engine: Engine, name: string, facts: PairReadyFacts, holder: boolean): string[] {
  const missing: string[] = []
  const own = engine === 'bundled'
  if (!(own ? facts.daemonRuns : facts.keepalivedRuns))
    missing.push(`${name}: ${unitOf(engine).replace('.service', '')} does not run`)
  if (facts.readOnly === null) missing.push(`${name}: the server does not answer`)
  else if (holder && facts.readOnly) missing.push(`${name}: holds the VIP and is read-only`)
  else if (!holder && !facts.readOnly) missing.push(`${name}: does not hold the VIP and is writable`)
  // Where keepalived itself runs, the holder fetches from nobody.
  if (!facts.channelRuns && (own || !holder)) missing.push(`${name}: does not replicate from its peer`)
  if (holder && !facts.semiSyncSource) missing.push(`${name}: semi-sync is off on the holder`)
  if (!holder && !facts.semiSyncReplica) missing.push(`${name}: semi-sync is off on the standby`)
  return missing
}

/** Said of a pair that is still to be made, where everything is missing. */
const WHOLE = 'the VIP on one host, that one writable, the other read-only, both replicate, semi-sync on'

/** What keeps the pair from being whole; [] when it is. */
export function missingForReady(context: Context): readonly string[] {
  const { address } = context.inventory.vip
  const { engine } = context.inventory.keepalived
  const [here, there] = [hasAddress(context.facts, address), hasAddress(context.peerFacts, address)]
  const vip = here === there ? [here ? 'both hosts hold the VIP' : 'no host holds the VIP'] : []
  return [
    ...vip,
    ...missingOn(engine, context.host.name, context.mine, here),
    ...missingOn(engine, context.peer.name, context.theirs, there),
  ]
}

/** The end of provisioning: waits until one host holds the VIP and is writable, the other follows, both channels run. */
export const pairReady: Module<PairReadyParams, PairReadyFacts> = {
  name: 'pair_ready',
  params: z.strictObject({ timeout: z.number().int().positive().default(60) }),

  shared: (context) => [UNIT_PROBE, databaseProbe(context)],
  probe: () => ':\n',

  parse: (stdout) => {
    const facts = new FactLines(stdout)
    const readOnly = facts.text('read_only')
    const isOn = (name: RegExp) => facts.sequence().some(([key, value]) => name.test(key) && value === 'ON')
    return {
      daemonRuns: facts.flag('daemon'),
      keepalivedRuns: facts.flag('keepalived'),
      readOnly: readOnly === null ? null : readOnly !== '0' && readOnly !== 'OFF',
      channelRuns: facts.text('channel_threads') === '2',
      semiSyncSource: isOn(/^Rpl_semi_sync_(source|master)_status$/),
      semiSyncReplica: isOn(/^Rpl_semi_sync_(replica|slave)_status$/),
    }
  },

  plan: ({ timeout }, context) => {
    const missing = missingForReady(context)
    const both = [context.facts, context.peerFacts]
    // What an earlier task of the plan makes or restarts tells nothing yet.
    const later = both.some(({ server, unsettled }) => server?.expected === true || unsettled === true)
    if (missing.length === 0 && !later) return []
    return [
      {
        id: context.taskId,
        host: context.host.name,
        title: context.taskName,
        diff: later ? `~ ${WHOLE}` : missing.map((what) => `- ${what}`).join('\n'),
        run: waitUntilWhole(context.inventory, timeout),
        undo: { none: '' },
        impact: 'none',
        notify: [],
        waits: true,
      },
    ]
  },
}
