import { EXIT, MmhaError } from '../events/error.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import type { Step } from '../modules/step.ts'
import { hostsOf, type Play, peerOf, type Task } from './play.ts'
import { type Survey, viewOf } from './survey.ts'

/** What one task has to do on one host; no steps: it is as it should be. */
export interface TaskPlan {
  readonly task: Task
  readonly host: Host
  readonly skipped: boolean
  readonly steps: readonly Step[]
}

export interface PlayPlan {
  readonly play: Play
  readonly tasks: readonly TaskPlan[]
}

/** Plans tasks of a play on its hosts. Pure: facts in, steps out. */
export function planTasks(play: Play, tasks: readonly Task[], inventory: Inventory, found: Survey): PlayPlan {
  const plans = hostsOf(play, inventory).flatMap((host) => tasks.map((task) => planTask(task, host, inventory, found)))
  checkIds(plans.flatMap(({ steps }) => steps))
  return { play, tasks: plans }
}

/** All plays with their handlers, from one survey: what can be known before anything is changed. */
export function planAll(plays: readonly Play[], inventory: Inventory, found: Survey): PlayPlan[] {
  return plays.map((play) => planTasks(play, [...play.tasks, ...play.handlers], inventory, found))
}

export function stepsOf(plans: readonly PlayPlan[]): Step[] {
  return plans.flatMap(({ tasks }) => tasks.flatMap(({ steps }) => steps))
}

function planTask(task: Task, host: Host, inventory: Inventory, found: Survey): TaskPlan {
  const peer = peerOf(host, inventory)
  const facts = found.facts.get(host.name)
  const peerFacts = found.facts.get(peer.name)
  if (facts === undefined || peerFacts === undefined) throw new Error(`no facts of ${host.name}`)
  const view = viewOf(inventory, host, found.facts)
  if (!task.when(view)) return { task, host, skipped: true, steps: [] }
  const steps = task.module.plan(task.params(view), {
    inventory,
    host,
    peer,
    facts,
    peerFacts,
    mine: found.probed.get(host.name)?.get(task.id),
    theirs: found.probed.get(peer.name)?.get(task.id),
    taskId: task.id,
    taskName: task.name,
  })
  return {
    task,
    host,
    skipped: false,
    steps: steps.map((step) => ({ ...step, notify: [...new Set([...step.notify, ...task.notify])] })),
  }
}

function checkIds(steps: readonly Step[]): void {
  const seen = new Set<string>()
  for (const { id, host } of steps) {
    const key = `${host} ${id}`
    if (seen.has(key)) {
      throw new MmhaError(`two steps on ${host} have the id ${id}`, {
        code: 'STEP_ID',
        source: 'mmha',
        exit: EXIT.failed,
        host,
        where: id,
      })
    }
    seen.add(key)
  }
}
