import type { VrrpInstance } from '../config/config.ts'
import type { Tracked } from '../config/tracked.ts'

/** Priorities with weights: 1..254, as keepalived cuts them. */
const LOWEST = 1
const HIGHEST = 254
const OWNER = 255

const cut = (priority: number) => Math.min(HIGHEST, Math.max(LOWEST, priority))

/** A tracker whose failure lowers the priority. */
export interface Lowering {
  readonly name: string
  /** Priority while everything is up. */
  readonly from: number
  /** Priority while this one alone is down. */
  readonly to: number
  readonly weight: number
}

/** Trackers that only count as up or down; a file has a number, which nobody knows beforehand. */
function weighted(instance: VrrpInstance): Tracked[] {
  const all = [...instance.trackScripts, ...instance.trackInterfaces, ...instance.trackProcesses]
  return all.filter(({ weight, reverse }) => weight !== 0 && !reverse)
}

/** Priority before it is cut, while everything is up: a positive weight is added then, a negative one is not. */
function whileUp(instance: VrrpInstance): number {
  return weighted(instance).reduce((sum, { weight }) => sum + Math.max(0, weight), instance.priority)
}

/** The priority that the peers see while everything is up. */
export function effectivePriority(instance: VrrpInstance): number {
  return instance.priority === OWNER ? OWNER : cut(whileUp(instance))
}

/** What each weighted tracker does to the priority. Empty for the owner of the address, whose priority never changes. */
export function lowerings(instance: VrrpInstance): Lowering[] {
  if (instance.priority === OWNER) return []
  const up = whileUp(instance)
  return weighted(instance).map(({ name, weight }) => ({ name, weight, from: cut(up), to: cut(up - Math.abs(weight)) }))
}
