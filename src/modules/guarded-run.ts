import { z } from 'zod'
import { absolutePath } from './file.ts'
import type { PlanContext } from './module.ts'
import { type Impact, type Script, type Step, sh, shellQuote } from './step.ts'

/** What a task runs, and how its host shows that it was done. */
export interface GuardParams {
  /** Done where this is there. */
  readonly creates: string | null
  /** Done where this sh ends with 0; it only looks. */
  readonly unless: string | null
  /** sh that takes it back. */
  readonly undo: string | null
  readonly impact: Impact
  /** s */
  readonly timeout: number
}

export const shellText = z
  .string()
  .regex(/[^\s]/, 'must not be empty')
  .regex(/^[^\0]*$/, 'text')

export const guardParams = {
  creates: absolutePath.nullable().default(null),
  unless: shellText.nullable().default(null),
  undo: shellText.nullable().default(null),
  impact: z.enum(['none', 'reload', 'restart', 'vip-moves']).default('none'),
  timeout: z.int().min(1).max(86_400).default(300),
}

/** Read-only sh that prints `was_done yes` where there is nothing to do. Needs `fact`. */
export function guardProbe({ creates, unless }: GuardParams): string {
  const there = creates === null ? '' : `[ ! -e ${shellQuote(creates)} ] || fact was_done yes\n`
  // What it prints is no fact of ours.
  return unless === null
    ? there
    : `${there}if ${bounded(unless, LOOK)} </dev/null >/dev/null 2>&1; then fact was_done yes; fi\n`
}

/** s that a look may take. */
export const LOOK = 30

/** sh text as one command that is ended after so many seconds (status 124). */
export function bounded(text: string, seconds: number): string {
  return `timeout ${seconds} /bin/sh -euc ${shellQuote(text)}`
}

/** The step that runs `what`, bounded; `shown` is its text for the plan. */
export function guardedStep(
  what: Script,
  shown: string,
  { creates, unless, undo, impact, timeout }: GuardParams,
  { taskId, taskName, host }: PlanContext<unknown>,
): Step {
  const open = creates === null && unless === null
  const lines = shown.trimEnd().split('\n')
  return {
    id: taskId,
    host: host.name,
    title: `${taskName}: run ${lines[0] ?? ''}${lines.length > 1 ? ' …' : ''}`,
    diff: [
      ...lines.map((line) => `+ ${line}`),
      ...(open ? ['~ runs every time: neither creates nor unless says that it was done'] : []),
    ].join('\n'),
    run: sh`mmha_rc=0
${what} || mmha_rc=$?
[ $mmha_rc != 124 ] || echo 'not finished after ${timeout} s'
exit $mmha_rc
`,
    undo: undo === null ? { none: 'it has no undo' } : sh`${bounded(undo, timeout)}\n`,
    ...(undo === null ? {} : { undoImpact: impact }),
    impact,
    notify: [],
    ...(open ? { repeats: true } : {}),
  }
}
