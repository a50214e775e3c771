import { z } from 'zod'
import type { Module, PlanContext } from '../modules/module.ts'
import { slug } from './slug.ts'

/** One item of a loop: a task of its own in all but its name. */
export interface Round {
  /** Unique in the loop; the last part of the steps' ids. */
  readonly key: string
  /** As titles name it. */
  readonly label: string
  readonly params: unknown
  /** Its `when` holds. */
  readonly chosen: boolean
}

/** What was found for each item, by its key. */
type Found = ReadonlyMap<string, unknown>

/** Keys and labels for the items: their text, or the first that is said of them. */
export function named(items: readonly unknown[]): { readonly key: string; readonly label: string; item: unknown }[] {
  const used = new Map<string, number>()
  return items.map((item, i) => {
    const label = labelOf(item) ?? `item ${i + 1}`
    const base = slug(label) || `item-${i + 1}`
    const count = (used.get(base) ?? 0) + 1
    used.set(base, count)
    return { key: count === 1 ? base : `${base}-${count}`, label, item }
  })
}

function labelOf(item: unknown): string | null {
  if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean') return String(item)
  if (typeof item !== 'object' || item === null) return null
  const values = 'name' in item ? [item.name, ...Object.values(item)] : Object.values(item)
  return (
    values.map((value) => (typeof value === 'object' ? null : labelOf(value))).find((text) => text !== null) ?? null
  )
}

const MARK = 'mmha_item'

/** The same module for each item of a list: its probes one after the other, its steps in the order of the items. */
export function looped(module: Module<unknown, unknown>): Module<readonly Round[], Found> {
  const { shared } = module
  const each = (rounds: readonly Round[], context: PlanContext<Found>) =>
    rounds
      .filter(({ chosen }) => chosen)
      .map(({ key, label, params }) => {
        const facts = (found: Found) => found.get(key) ?? module.parse('')
        const own: PlanContext<unknown> = {
          ...context,
          mine: facts(context.mine),
          theirs: facts(context.theirs),
          taskId: `${context.taskId}/${key}`,
          taskName: `${context.taskName} (${label})`,
        }
        return { params, context: own }
      })
  return {
    name: module.name,
    params: z.custom<readonly Round[]>(),
    ...(shared === undefined ? {} : { shared: (context) => shared(context) }),
    probe: (rounds, context) =>
      rounds
        .map(({ key, params }) => `printf '${MARK}\\t${key}\\n'\n(\n${module.probe(params, context)}\n) || exit\n`)
        .join(''),
    parse: (stdout) => {
      const [before = '', ...parts] = stdout.split(new RegExp(`^${MARK}\\t`, 'm'))
      return new Map(
        parts.map((part) => {
          const end = part.indexOf('\n')
          return [part.slice(0, end), module.parse(before + part.slice(end + 1))] as const
        }),
      )
    },
    plan: (rounds, context) => each(rounds, context).flatMap((one) => module.plan(one.params, one.context)),
    findings: (rounds, context) =>
      each(rounds, context).flatMap((one) => module.findings?.(one.params, one.context) ?? []),
    expect: (rounds, context) => {
      const changes = each(rounds, context).flatMap((one) => module.expect?.(one.params, one.context) ?? [])
      return changes.length === 0 ? null : Object.assign({}, ...changes)
    },
  }
}
