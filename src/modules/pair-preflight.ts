import { z } from 'zod'
import { databaseProbe } from './database-probe.ts'
import type { Module, PlanContext } from './module.ts'
import { type PreflightFacts, parsePreflight } from './preflight/facts.ts'
import { type Finding, refusalOf } from './preflight/finding.ts'
import { hostFindings } from './preflight/host-findings.ts'
import { pairFindings } from './preflight/pair-findings.ts'
import { preflightProbe } from './preflight/probe.ts'
import { replicationFindings } from './preflight/replication-findings.ts'
import { serverFindings } from './preflight/server-findings.ts'
import { UNIT_PROBE } from './unit-probe.ts'

interface PreflightParams {
  /** Also look closely at a host that belongs to a pair already. */
  readonly close: boolean
}

/** All that is to be said of this host, and, on the first master, of the pair. */
function findings(_params: PreflightParams, context: PlanContext<PreflightFacts>): readonly Finding[] {
  return [
    ...hostFindings(context),
    ...serverFindings(context),
    ...replicationFindings(context),
    ...(context.host.index === 0 ? pairFindings(context) : []),
  ]
}

/** Looks before anything is touched, and changes nothing. What it finds is said; what blocks, ends the run. */
export const pairPreflight: Module<PreflightParams, PreflightFacts> = {
  name: 'pair_preflight',
  params: z.strictObject({ close: z.boolean().default(false) }),
  shared: (context) => [UNIT_PROBE, databaseProbe(context)],
  probe: ({ close }, context) => preflightProbe(context, close),
  parse: parsePreflight,
  findings,

  plan: (params, context) => {
    const refusal = refusalOf(findings(params, context), context.taskName)
    if (refusal !== null) throw refusal
    return []
  },
}
