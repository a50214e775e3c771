import { EXIT, MmhaError } from '../events/error.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import { nearest } from '../inventory/nearest.ts'
import type { Step } from '../modules/step.ts'
import { type PlayPlan, planAll, stepsOf } from './plan.ts'
import { hostsOf, type Play, type Task } from './play.ts'
import type { Survey } from './survey.ts'

/** Which part of a playbook is to run. A name is a play, a task or a step, as `plan --explain` writes it. */
export interface Selection {
  /** Only these hosts are changed; []: all. */
  readonly limit: readonly string[]
  /** Nothing before this play or task; null: from the beginning. */
  readonly from: string | null
  /** Nothing but these; []: all. */
  readonly only: readonly string[]
  readonly skip: readonly string[]
}

/** The same plays with what is not selected left out. @throws MmhaError HOST_UNKNOWN, STEP_UNKNOWN, NOTHING_SELECTED (exit 4) */
export function select(plays: readonly Play[], selection: Selection, inventory: Inventory): Play[] {
  const hosts = [...inventory.masters, ...(inventory.client === null ? [] : [inventory.client])].map(({ name }) => name)
  for (const name of selection.limit)
    if (!hosts.includes(name)) throw unknown('HOST_UNKNOWN', `there is no host ${name}`, name, hosts)
  const names = new Names(plays)
  const [only, skip] = [selection.only.map((name) => names.find(name)), selection.skip.map((name) => names.find(name))]
  const late = selection.from === null ? null : names.from(selection.from)
  const chosen = (play: Play, task: Task, by: readonly string[]) =>
    by.some((name) => touches(name, task) || isNotified(play, task, name))
  const selects = (play: Play, task: Task) =>
    (late?.has(task.id) ?? true) &&
    (only.length === 0 || chosen(play, task, only)) &&
    !skip.some((name) => within(task.id, name))
  const [single, whole] = [only.filter((name) => names.isPart(name)), only.filter((name) => !names.isPart(name))]
  const keeps = (play: Play) => {
    const all = [...play.tasks, ...play.handlers].filter((task) => chosen(play, task, whole)).map(({ id }) => id)
    return ({ id }: Pick<Step, 'id'>) =>
      (only.length === 0 || [...single, ...all].some((name) => within(id, name))) &&
      !skip.some((name) => within(id, name))
  }
  const parts = [...only, ...skip].some((name) => names.isPart(name))
  const selected = plays.flatMap((play) => {
    const [tasks, handlers] = [play.tasks, play.handlers].map((list) => list.filter((task) => selects(play, task)))
    if (tasks === undefined || handlers === undefined || tasks.length + handlers.length === 0) return []
    const limit = selection.limit.length === 0 ? {} : { limit: selection.limit }
    return [{ ...play, tasks, handlers, ...limit, ...(parts ? { keeps: keeps(play) } : {}) }]
  })
  const given = words(selection)
  // It would look, find nothing missing, and say that all is well.
  if (given.length > 0 && selected.every((play) => hostsOf(play, inventory).length === 0))
    throw new MmhaError(`the options leave no task to run: ${given.join(' ')}`, {
      ...{ code: 'NOTHING_SELECTED', source: 'user', exit: EXIT.invalid, hint: 'leave one of them out' },
    })
  return selected
}

/** As they were written. */
function words({ limit, from, only, skip }: Selection): string[] {
  const lists = { limit, from: from === null ? [] : [from], only, skip }
  return Object.entries(lists).flatMap(([name, list]) => (list.length === 0 ? [] : [`--${name} ${list.join(',')}`]))
}

/**
 * Names of steps are only known once there is a plan: a wrong one would be a run that does nothing and says that all is
 * well, or one that does what was to be left out.
 * @throws MmhaError STEP_UNKNOWN (exit 4)
 */
export function checkStepNames(
  plays: readonly Play[],
  { only, skip }: Selection,
  inventory: Inventory,
  found: Survey,
): void {
  const names = new Names(plays)
  const parts = [...only, ...skip].filter((name) => names.isPart(name))
  if (parts.length === 0) return
  const whole = plays.map(({ keeps: _, ...play }) => play)
  const ids = stepsOf(planAll(whole, inventory, found)).map(({ id }) => id)
  for (const name of parts) {
    const beside = [...new Set(ids.filter((id) => names.taskOf(name) === names.taskOf(id)))]
    // A task that has nothing left to do has done this step, too.
    if (beside.length > 0 && !beside.some((id) => within(id, name)))
      throw unknown('STEP_UNKNOWN', `there is no step ${name}`, name, beside)
  }
}

/** @throws MmhaError HALF_A_CHANGE (exit 5) when a change that both hosts must make is selected on one only. */
export function checkTogether(plans: readonly PlayPlan[]): void {
  for (const { play, tasks } of plans) {
    const step = tasks.flatMap(({ steps }) => steps).find((one) => one.together === true)
    if (play.limit === undefined || play.limit.length > 1 || step === undefined) continue
    throw new MmhaError(`${step.title}: both hosts must change together, and --limit leaves one out`, {
      code: 'HALF_A_CHANGE',
      source: 'user',
      exit: EXIT.refused,
      host: step.host,
      where: step.id,
      hint: `run it without --limit, or leave it out with --skip ${step.id}`,
    })
  }
}

/** Steps to be asked about, in order: the same step of several hosts is one, unless it is one host's turn after the other. */
export function oneByOne(steps: readonly Step[], hosts: readonly Host[], serial: boolean): Step[][] {
  const turns = serial ? hosts.map(({ name }) => steps.filter(({ host }) => host === name)) : [steps]
  return turns.flatMap((turn) =>
    [...new Set(turn.map(({ id }) => id))].map((id) => turn.filter((step) => step.id === id)),
  )
}

/** What can be named in plays. */
class Names {
  readonly #plays: readonly Play[]
  readonly #tasks: readonly string[]

  constructor(plays: readonly Play[]) {
    this.#plays = plays
    this.#tasks = plays.flatMap(({ tasks, handlers }) => [...tasks, ...handlers].map(({ id }) => id))
  }

  /** Whole: of a task also its own name is enough where no other has it. */
  find(name: string): string {
    if (this.#tasks.some((id) => within(id, name) || within(name, id))) return name
    const own = this.#tasks.filter((id) => id.split('/').at(-1) === name)
    if (own.length === 1 && own[0] !== undefined) return own[0]
    throw unknown('STEP_UNKNOWN', `there is no play, task or step ${name}`, name, this.#known(), own)
  }

  /** Ids of the tasks from this one on, in order. */
  from(name: string): Set<string> {
    const found = this.find(name)
    const order = this.#plays.flatMap((play) => [...play.tasks, ...play.handlers])
    const at = order.findIndex(({ id }) => within(id, found))
    if (at < 0) throw unknown('STEP_UNKNOWN', `there is no play or task ${name}`, name, this.#known())
    return new Set(order.slice(at).map(({ id }) => id))
  }

  /** It names a step of a task. */
  isPart(name: string): boolean {
    return !this.#tasks.includes(name) && this.taskOf(name) !== null
  }

  taskOf(id: string): string | null {
    return this.#tasks.find((task) => within(id, task)) ?? null
  }

  #known(): string[] {
    const plays = this.#tasks.map((id) => id.split('/')[0] ?? '')
    return [...new Set(plays), ...this.#tasks]
  }
}

/** `a/b/c` is within `a/b`. */
function within(id: string, name: string): boolean {
  return id === name || id.startsWith(`${name}/`)
}

/** The task is in what is named, or what is named is in the task. */
function touches(name: string, task: Task): boolean {
  return within(task.id, name) || within(name, task.id)
}

function isNotified(play: Play, handler: Task, name: string): boolean {
  return play.tasks.some((task) => touches(name, task) && task.notify.includes(handler.name))
}

function unknown(
  code: string,
  message: string,
  name: string,
  known: readonly string[],
  meant: readonly string[] = [],
): MmhaError {
  const near = meant.length > 0 ? meant.join(' or ') : closest(name, known)
  const list = `there are: ${known.join(', ')}`
  return new MmhaError(message, {
    code,
    source: 'user',
    exit: EXIT.invalid,
    hint: near === null ? list : `did you mean ${near}? ${list}`,
  })
}

/** By the whole name, or by its last part. */
function closest(name: string, known: readonly string[]): string | null {
  const last = new Map(known.map((one) => [one.split('/').at(-1) ?? '', one]))
  return nearest(name, known) ?? last.get(nearest(name, [...last.keys()]) ?? '') ?? null
}
