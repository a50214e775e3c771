import type { Host } from '../inventory/inventory.ts'
import type { Impact, Step } from '../modules/step.ts'
import { type PlayPlan, stepsOf } from './plan.ts'
import type { Play, Task } from './play.ts'

/** A step as it stands in a result. */
export type StepName = Pick<Step, 'host' | 'id' | 'title' | 'waits'>

/** How what was applied differs from the plan that was approved. */
export interface Deviations {
  /** Applied, and only found when its play's turn came. */
  readonly unplanned: readonly StepName[]
  /** Approved, and already as it should be when its play's turn came. */
  readonly notNeeded: readonly StepName[]
  /** Not applied: a person said no, before this very step. */
  readonly declined: readonly StepName[]
}

export const NO_DEVIATIONS: Deviations = { unplanned: [], notNeeded: [], declined: [] }

export function sameStep(a: Pick<Step, 'host' | 'id'>, b: Pick<Step, 'host' | 'id'>): boolean {
  return a.host === b.host && a.id === b.id
}

const RANK: Readonly<Record<Impact, number>> = { none: 0, reload: 1, restart: 2, 'vip-moves': 3 }

/**
 * What a person has said yes to. A step belongs to it when it stood there under the same id on the same host with no
 * less an impact, when it is of a handler that a step there notifies, or when it changes nothing.
 */
export class Approval {
  readonly #planned: readonly Step[]
  readonly #later: Step[] = []

  constructor(plans: readonly PlayPlan[]) {
    this.#planned = stepsOf(plans)
  }

  /** Steps of this play that nobody has said yes to, as a plan of their own; null when there are none. */
  missing(plan: PlayPlan): PlayPlan | null {
    const tasks = plan.tasks.map((task) => ({
      ...task,
      steps: task.steps.filter((step) => !this.#covers(step, plan.play, task.task, task.host)),
    }))
    return tasks.some(({ steps }) => steps.length > 0) ? { play: plan.play, tasks } : null
  }

  /** These, too, were approved or needed no approval. */
  add(plan: PlayPlan): void {
    this.#later.push(...stepsOf([plan]))
  }

  /** After a whole run: `applied` are all steps that it applied. */
  deviations(applied: readonly Step[], declined: readonly Step[] = []): Deviations {
    const key = ({ host, id }: Step) => `${host} ${id}`
    const [planned, done] = [new Set(this.#planned.map(key)), new Set([...applied, ...declined].map(key))]
    return {
      unplanned: applied.filter((step) => !planned.has(key(step))).map(nameOf),
      notNeeded: this.#planned.filter((step) => !done.has(key(step))).map(nameOf),
      declined: declined.map(nameOf),
    }
  }

  #covers(step: Step, play: Play, task: Task, host: Host): boolean {
    if (step.waits === true) return true
    const approved = [...this.#planned, ...this.#later].filter((one) => one.host === host.name)
    if (approved.some(({ id, impact }) => id === step.id && RANK[step.impact] <= RANK[impact])) return true
    return play.handlers.includes(task) && approved.some(({ notify }) => notify.includes(task.name))
  }
}

function nameOf({ host, id, title, waits }: Step): StepName {
  return { host, id, title, ...(waits === true ? { waits } : {}) }
}
