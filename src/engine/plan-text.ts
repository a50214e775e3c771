import { type Impact, masked, type Step } from '../modules/step.ts'
import { type PlayPlan, stepsOf } from './plan.ts'

export interface PlanTextOptions {
  /** ANSI colours for + and - lines. */
  readonly color: boolean
  /** whole: every diff. changes: new files as a count of lines. short: only diffs of a few lines. */
  readonly detail: 'whole' | 'changes' | 'short'
  /** Also each step's id, the script that would run, secrets masked, and whether it can be taken back. */
  readonly explain?: boolean
}

/** Lines; a longer diff is left out of a short plan. */
const SHORT = 3

const IMPACT: Readonly<Record<Impact, string>> = {
  none: '',
  reload: '  [reload]',
  restart: '  [restart]',
  'vip-moves': '  [the VIP may move]',
}

/**
 * A plan as a person reads it: play by play, in the order in which it is applied; what both hosts do alike is said once;
 * what interrupts the service is said; at the end what it comes to for each host. '' when there is nothing to do.
 */
export function planText(plans: readonly PlayPlan[], options: PlanTextOptions): string {
  const plays = plans.flatMap(({ play, tasks }) => {
    const steps = tasks.flatMap((task) => task.steps)
    return steps.length === 0 ? [] : [`${play.name}\n${alike(steps, options).join('')}`]
  })
  return plays.length === 0 ? '' : `${plays.join('')}\n${planSummary(plans)}\n`
}

/** `m1: 14 changes (1 restart)  m2: 13 changes`; '' when there are none. */
export function planSummary(plans: readonly PlayPlan[]): string {
  const steps = stepsOf(plans)
  const hosts = [...new Set(steps.map(({ host }) => host))]
  return hosts.map((name) => `${name}: ${countOf(steps.filter(({ host }) => host === name))}`).join('  ')
}

function countOf(steps: readonly Step[]): string {
  const count = (impact: Impact) => steps.filter((step) => step.impact === impact).length
  const [restarts, reloads] = [count('restart'), count('reload')]
  const impacts = [
    ...(restarts === 0 ? [] : [restarts === 1 ? '1 restart' : `${restarts} restarts`]),
    ...(reloads === 0 ? [] : [reloads === 1 ? '1 reload' : `${reloads} reloads`]),
    ...(count('vip-moves') === 0 ? [] : ['the VIP may move']),
  ]
  const changes = steps.length === 1 ? '1 change' : `${steps.length} changes`
  return impacts.length === 0 ? changes : `${changes} (${impacts.join(', ')})`
}

/** One entry for each step, hosts beside each other; the same step of several hosts, with the same diff, is one. */
function alike(steps: readonly Step[], options: PlanTextOptions): string[] {
  return [...new Set(steps.map(({ id }) => id))].flatMap((id) => {
    const entries = new Map<string, string[]>()
    for (const step of steps.filter((one) => one.id === id)) {
      const text = stepText(step, options)
      entries.set(text, [...(entries.get(text) ?? []), step.host])
    }
    return [...entries].map(([text, hosts]) => `  ${hosts.join(', ')}: ${text}`)
  })
}

function stepText(step: Step, options: PlanTextOptions): string {
  const lines = shownLines(step.diff, options).map((line) => `      ${line}\n`)
  const after = step.notify.length === 0 ? '' : `      then, if needed: ${step.notify.join(', ')}\n`
  const more = options.explain === true ? explained(step).map((line) => `      ${line}\n`) : []
  return `${step.title}${IMPACT[step.impact]}\n${lines.join('')}${after}${more.join('')}`
}

/** What exactly would happen on the host. */
function explained({ id, payload, run, undo }: Step): string[] {
  const sent = payload === undefined ? [] : [`sends ${payload.file} (${payload.size} bytes) to ${payload.to}`]
  const back = 'none' in undo ? [`can't be taken back: ${undo.none}`] : []
  const script = masked(run).trimEnd().split('\n')
  return [`step ${id}`, ...sent, 'runs as root', ...script.map((line) => `  | ${line}`.trimEnd()), ...back]
}

function shownLines(diff: string, options: PlanTextOptions): string[] {
  if (diff === '') return []
  const lines = diff.trimEnd().split('\n')
  const added = diff.startsWith('--- /dev/null') ? lines.filter((line) => /^\+(?!\+\+ )/.test(line)).length : 0
  const short = options.detail === 'short' && lines.length > SHORT
  if (added > SHORT && options.detail !== 'whole') return [`+ ${added} lines`]
  if (short) return [`~ ${lines.length} lines`]
  return lines.map((line) => colored(line, options))
}

function colored(line: string, { color }: PlanTextOptions): string {
  if (!color) return line
  if (line.startsWith('+')) return `\u001b[32m${line}\u001b[39m`
  if (line.startsWith('-')) return `\u001b[31m${line}\u001b[39m`
  return line.startsWith('@@') ? `\u001b[36m${line}\u001b[39m` : line
}
