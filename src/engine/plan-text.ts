import type { Step } from '../modules/step.ts'

export interface PlanTextOptions {
  /** ANSI colours for + and - lines. */
  readonly color: boolean
}

/** Steps as a person reads them: by host, with diffs; what interrupts the service is said. '' when there are none. */
export function planText(steps: readonly Step[], options: PlanTextOptions): string {
  const hosts = [...new Set(steps.map(({ host }) => host))]
  return hosts
    .map((host) => {
      const own = steps.filter((step) => step.host === host)
      return `${host}: ${own.length} ${own.length === 1 ? 'step' : 'steps'}\n${own.map((step) => stepText(step, options)).join('')}`
    })
    .join('\n')
}

function stepText(step: Step, options: PlanTextOptions): string {
  const impact = step.impact === 'none' ? '' : `  [${step.impact === 'vip-moves' ? 'the VIP moves' : step.impact}]`
  const after = step.notify.length === 0 ? '' : `\n      then, if needed: ${step.notify.join(', ')}`
  const diff =
    step.diff === ''
      ? ''
      : `\n${step.diff
          .trimEnd()
          .split('\n')
          .map((line) => `      ${colored(line, options)}`)
          .join('\n')}`
  return `  * ${step.title}${impact}${diff}${after}\n`
}

function colored(line: string, { color }: PlanTextOptions): string {
  if (!color) return line
  if (line.startsWith('+')) return `\u001b[32m${line}\u001b[39m`
  if (line.startsWith('-')) return `\u001b[31m${line}\u001b[39m`
  return line.startsWith('@@') ? `\u001b[36m${line}\u001b[39m` : line
}
