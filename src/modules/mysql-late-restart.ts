import { z } from 'zod'
import { leaveFirst } from './holder-restart.ts'
import type { Module } from './module.ts'
import { changes, type MysqlConfigFacts, mustWait, mysqlConfig } from './mysql-config.ts'
import { waitUntilWhole } from './pair-wait.ts'
import { sh } from './step.ts'

export interface LateRestartParams {
  /** s that the pair may take to find its roles. */
  readonly timeout: number
}

/**
 * The restart that `mysql_config` put off because clients write there: now the daemons run, and stopping the server is a
 * planned handover. Nothing is stopped before the other server follows and may take over.
 */
export const mysqlLateRestart: Module<LateRestartParams, MysqlConfigFacts> = {
  name: 'mysql_late_restart',
  params: z.strictObject({ timeout: z.number().int().positive().default(60) }),
  shared: (context) => mysqlConfig.shared?.(context) ?? [],
  probe: (_params, context) => mysqlConfig.probe({}, context),
  parse: mysqlConfig.parse,

  plan: ({ timeout }, context) => {
    const { restart } = changes(context)
    // In a plan that is only shown, another server's restart stands in its own place.
    if (restart?.impact !== 'restart' || !(mustWait(context) || context.written === undefined)) return []
    const { inventory } = context
    const wait = waitUntilWhole(inventory, timeout, 'unasked')
    return [{ ...restart, run: sh`(\n${wait})\n${leaveFirst(inventory)}${restart.run}` }]
  },
}
