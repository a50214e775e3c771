import { z } from 'zod'
import { PACKAGE_LIST } from './keepalived-install.ts'
import type { Module } from './module.ts'
import { waitUntilWhole } from './pair-wait.ts'
import { type ServiceFacts, type ServiceParams, service } from './service.ts'
import { sh } from './step.ts'

export interface KeepalivedServiceParams {
  /** s that the pair may take to be whole again after a restart or reload. */
  readonly timeout: number
}

const UNIT: ServiceParams = {
  unit: 'mmha-keepalived.service',
  enabled: true,
  state: 'started',
  restartedAfter: [PACKAGE_LIST],
  reloadedAfter: ['/etc/keepalived/keepalived.conf'],
}

/**
 * The daemon runs, with the package and the configuration that are there. A restart or reload ends when the pair is
 * whole again, so that in a serial play the holder is not touched before its standby may take over.
 */
export const keepalivedService: Module<KeepalivedServiceParams, ServiceFacts> = {
  name: 'keepalived_service',
  params: z.strictObject({ timeout: z.number().int().positive().default(60) }),
  probe: (_params, context) => service.probe(UNIT, context),
  parse: service.parse,
  plan: ({ timeout }, context) =>
    service.plan(UNIT, context).map((step) => {
      if (!/\/(restarted|reloaded)$/.test(step.id)) return step
      const wait = waitUntilWhole(context.inventory, context.facts.server, timeout)
      const after = step.undoLast === undefined ? {} : { undoLast: sh`${step.undoLast}${wait}` }
      return { ...step, run: sh`${step.run}${wait}`, ...after }
    }),
}
