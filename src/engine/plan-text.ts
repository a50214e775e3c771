import type { Language } from '../events/language.ts'
import { inLanguage, joined, type Message, type Text } from '../events/message.ts'
import { frame } from '../events/messages/frame.ts'
import { title } from '../events/messages/titles.ts'
import { spoken } from '../events/spoken.ts'
import { type Impact, masked, type Step } from '../modules/step.ts'
import { type PlayPlan, stepsOf } from './plan.ts'

export interface PlanTextOptions {
  /** ANSI colours for + and - lines. */
  readonly color: boolean
  /** whole: every diff. changes: new files as a count of lines. short: only diffs of a few lines. */
  readonly detail: 'whole' | 'changes' | 'short'
  /** Also each step's id, the script that would run, secrets masked, and whether it can be taken back. */
  readonly explain?: boolean
  /** Default: English. What is compared with files and statements (diffs, scripts) is the same in all. */
  readonly language?: Language
}

/** Lines; a longer diff is left out of a short plan. */
const SHORT = 3

const MARK: Readonly<Record<Impact, Text>> = {
  none: '',
  reload: frame('plan.mark.reload'),
  restart: frame('plan.mark.restart'),
  'vip-moves': frame('plan.mark.vip-moves'),
}

/**
 * A plan as a person reads it: play by play, in the order in which it is applied; what both hosts do alike is said once;
 * what interrupts the service is said; at the end what it comes to for each host. '' when there is nothing to do.
 */
export function planText(plans: readonly PlayPlan[], options: PlanTextOptions): string {
  const plays = plans.flatMap(({ play, tasks }) => {
    const steps = tasks.flatMap((task) => task.steps)
    return steps.length === 0
      ? []
      : [`${inLanguage(title(play.name), own(options))}\n${alike(steps, options).join('')}`]
  })
  return plays.length === 0 ? '' : `${plays.join('')}\n${inLanguage(planSummary(plans), own(options))}\n`
}

function own({ language = 'en' }: PlanTextOptions): Language {
  return language
}

/** `m1: 14 changes (1 restart)  m2: 13 changes`; '' when there are none. */
export function planSummary(plans: readonly PlayPlan[]): Text {
  const steps = stepsOf(plans)
  const hosts = [...new Set(steps.map(({ host }) => host))]
  const counts = hosts.map((host) =>
    frame('plan.host', { host, count: countOf(steps.filter((step) => step.host === host)) }),
  )
  return joined(
    counts.flatMap((count, at) => (at === 0 ? [count] : ['  ', count])),
    'nothing',
  )
}

function countOf(steps: readonly Step[]): Message {
  const count = (impact: Impact) => steps.filter((step) => step.impact === impact).length
  const [restarts, reloads] = [count('restart'), count('reload')]
  const impacts = [
    ...(restarts === 0 ? [] : [frame('plan.restarts', { count: restarts })]),
    ...(reloads === 0 ? [] : [frame('plan.reloads', { count: reloads })]),
    ...(count('vip-moves') === 0 ? [] : [frame('plan.vip-moves')]),
  ]
  const changes = frame('plan.changes', { count: steps.length })
  return impacts.length === 0 ? changes : frame('plan.changes-with', { changes, impacts: joined(impacts, 'comma') })
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
  const shown = (text: Text) => inLanguage(typeof text === 'string' ? title(text) : text, own(options))
  const lines = shownLines(step.diff, options).map((line) => `      ${line}\n`)
  const after = step.notify.length === 0 ? '' : `      ${thenText(step.notify)[own(options)]}\n`
  const more = options.explain === true ? explained(step, own(options)).map((line) => `      ${line}\n`) : []
  return `${shown(step.title)}${shown(MARK[step.impact])}\n${lines.join('')}${after}${more.join('')}`
}

function thenText(handlers: readonly string[]): Message {
  return frame('plan.then', { handlers: joined(handlers.map(title), 'comma') })
}

/** What exactly would happen on the host. */
function explained({ id, payload, run, undo, guarded }: Step, language: Language): string[] {
  const sent =
    payload === undefined
      ? []
      : [frame('plan.explain.sends', { file: payload.file, bytes: payload.size, to: payload.to })[language]]
  const back = 'none' in undo ? [frame('plan.explain.no-undo', { why: spoken(undo.none) })[language]] : []
  const guard = guarded === true ? [frame('plan.explain.guarded')[language]] : []
  const script = masked(run).trimEnd().split('\n')
  const [head, root] = [frame('plan.explain.step', { id })[language], frame('plan.explain.root')[language]]
  return [head, ...sent, root, ...script.map((line) => `  | ${line}`.trimEnd()), ...guard, ...back]
}

function shownLines(diff: string, options: PlanTextOptions): string[] {
  if (diff === '') return []
  const lines = diff.trimEnd().split('\n')
  const added = diff.startsWith('--- /dev/null') ? lines.filter((line) => /^\+(?!\+\+ )/.test(line)).length : 0
  const short = options.detail === 'short' && lines.length > SHORT
  if (added > SHORT && options.detail !== 'whole') return [frame('plan.lines-added', { count: added })[own(options)]]
  if (short) return [frame('plan.lines-changed', { count: lines.length })[own(options)]]
  return lines.map((line) => colored(line, options))
}

function colored(line: string, { color }: PlanTextOptions): string {
  if (!color) return line
  if (line.startsWith('+')) return `\u001b[32m${line}\u001b[39m`
  if (line.startsWith('-')) return `\u001b[31m${line}\u001b[39m`
  return line.startsWith('@@') ? `\u001b[36m${line}\u001b[39m` : line
}
