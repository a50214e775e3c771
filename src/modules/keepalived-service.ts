import { z } from 'zod'
import type { Engine } from '../inventory/inventory.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { CONFIG, otherUnit, unitOf } from './keepalived-engine.ts'
import { PACKAGE_LIST } from './keepalived-install.ts'
import { BUILT_UNIT, DROP_IN } from './keepalived-role.ts'
import type { Module } from './module.ts'
import { waitUntilWhole, wholeAsBefore } from './pair-wait.ts'
import { type ServiceFacts, type ServiceParams, service } from './service.ts'
import { type Script, type Step, sh } from './step.ts'

export interface KeepalivedServiceParams {
  /** s that the pair may take to be whole again after a restart or reload. */
  readonly timeout: number
}

export interface KeepalivedServiceFacts extends ServiceFacts {
  /** The daemon that is not wanted would come with the next boot. */
  readonly otherEnabled: boolean
}

function unitFor(engine: Engine): ServiceParams {
  return {
    unit: unitOf(engine),
    enabled: true,
    state: 'started',
    restartedAfter: engine === 'bundled' ? [PACKAGE_LIST] : [DROP_IN, ...(engine === 'source' ? [BUILT_UNIT] : [])],
    reloadedAfter: [CONFIG],
  }
}

/**
 * The daemon runs, with the package and the configuration that are there, and the other one never will. A restart or
 * reload of a pair that serves ends when it is whole again, so that in a serial play the holder is not touched before its
 * standby may take over.
 */
export const keepalivedService: Module<KeepalivedServiceParams, KeepalivedServiceFacts> = {
  name: 'keepalived_service',
  params: z.strictObject({ timeout: z.number().int().positive().default(60) }),

  probe: (_params, context) => {
    const { engine } = context.inventory.keepalived
    const other = `${FACT_FUNCTIONS}
case $(systemctl is-enabled ${otherUnit(engine)} 2>/dev/null) in enabled) fact other_enabled yes ;; esac
`
    return `${other}${service.probe(unitFor(engine), context)}`
  },

  parse: (stdout) => ({ ...service.parse(stdout), otherEnabled: new FactLines(stdout).flag('other_enabled') }),

  plan: ({ timeout }, context) => {
    const { inventory, mine, host, taskId } = context
    const { engine } = inventory.keepalived
    const other = otherUnit(engine)
    const disable: Step = {
      id: `${taskId}/other`,
      host: host.name,
      title: `disable ${other}`,
      diff: '- enabled\n+ disabled',
      run: sh`systemctl disable ${other}\n`,
      undo: sh`systemctl enable ${other}\n`,
      impact: 'none',
      notify: [],
    }
    const steps = service.plan(unitFor(engine), context).map((step) => {
      if (!/\/(restarted|reloaded)$/.test(step.id)) return step
      const wait = waitUntilWhole(inventory, timeout)
      const whole = (change: Script) => wholeAsBefore(inventory, change, wait)
      const after = step.undoLast === undefined ? {} : { undoLast: whole(step.undoLast) }
      return { ...step, run: whole(step.run), ...after }
    })
    return mine.otherEnabled ? [disable, ...steps] : steps
  },
}
