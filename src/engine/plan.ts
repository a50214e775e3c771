import { EXIT, MmhaError } from '../events/error.ts'
import type { HostFacts } from '../hosts/host-facts.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import type { Step } from '../modules/step.ts'
import { type Context, contextOf } from './context.ts'
import { hostsOf, type Play, type Task } from './play.ts'
import { Registered } from './registered.ts'
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

/** Plans tasks of a play on its hosts: facts in, steps out. `registered` learns what they find. */
export function planTasks(
  play: Play,
  tasks: readonly Task[],
  inventory: Inventory,
  found: Survey,
  registered = new Registered([play]),
): PlayPlan {
  const plans = hostsOf(play, inventory).flatMap((host) =>
    tasks.map((task) => {
      const context = contextOf(task, host, inventory, found)
      return { task, host, ...planTask(play, task, context, found, registered) }
    }),
  )
  checkIds(plans.flatMap(({ steps }) => steps))
  return { play, tasks: plans }
}

/**
 * All plays with their handlers, from one survey: what can be known before anything is changed. What a task will leave
 * behind (a server, files) is taken for granted by the tasks after it, so that a fresh pair's plan is whole.
 */
export function planAll(plays: readonly Play[], inventory: Inventory, found: Survey): PlayPlan[] {
  const facts = new Map(found.facts)
  const written = new Map<string, Set<string>>()
  const registered = new Registered(plays)
  return plays.map((play) => {
    const changes: [string, Partial<HostFacts>][] = []
    const past = new Map([...written].map(([name, files]) => [name, new Set(files)]))
    const tasks = hostsOf(play, inventory).flatMap((host) =>
      [...play.tasks, ...play.handlers].map((task): TaskPlan => {
        const files = written.get(host.name) ?? new Set<string>()
        written.set(host.name, files)
        const seen = { ...found, facts }
        const settled = play.handlers.includes(task) ? files : (past.get(host.name) ?? new Set<string>())
        const context = { ...contextOf(task, host, inventory, seen), written: files, settled }
        const { skipped, steps } = planTask(play, task, context, seen, registered)
        for (const { writes = [] } of steps) for (const path of writes) files.add(path)
        const change = skipped || steps.length === 0 ? null : expected(task, context, seen, registered)
        if (change !== null) changes.push([host.name, change])
        return { task, host, skipped, steps }
      }),
    )
    checkIds(tasks.flatMap(({ steps }) => steps))
    // A play ends before the next one looks.
    for (const [name, change] of changes) {
      const before = facts.get(name)
      if (before !== undefined) facts.set(name, { ...before, ...change })
    }
    return { play, tasks }
  })
}

export function stepsOf(plans: readonly PlayPlan[]): Step[] {
  return plans.flatMap(({ tasks }) => tasks.flatMap(({ steps }) => steps))
}

function planTask(
  play: Play,
  task: Task,
  context: Context,
  found: Survey,
  registered: Registered,
): Pick<TaskPlan, 'skipped' | 'steps'> {
  const { host, mine } = context
  const view = viewOf(context.inventory, host, found.facts, registered.of(host.name))
  if (!task.when(view)) {
    registered.note(task, host.name, mine, false)
    return { skipped: true, steps: [] }
  }
  const steps = task.module.plan(task.params(view), context).filter((step) => play.keeps?.(step) ?? true)
  registered.note(task, host.name, mine, steps.length > 0)
  return {
    skipped: false,
    steps: steps.map((step) => ({ ...step, notify: [...new Set([...step.notify, ...task.notify])] })),
  }
}

function expected(task: Task, context: Context, found: Survey, registered: Registered): Partial<HostFacts> | null {
  const { inventory, host } = context
  const params = task.params(viewOf(inventory, host, found.facts, registered.of(host.name)))
  return task.module.expect?.(params, context) ?? null
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
