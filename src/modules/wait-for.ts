import { z } from 'zod'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { absolutePath } from './file.ts'
import type { Module, PlanContext } from './module.ts'
import { type Step, sh, shellQuote } from './step.ts'

export interface WaitForParams {
  readonly port: number | null
  readonly host: string
  readonly path: string | null
  readonly state: 'present' | 'absent'
  /** s */
  readonly timeout: number
}

export const waitTimeout = z.int().min(1).max(3600).default(60)

/** Waits, never for ever, until a port answers or a file is there (or no longer). */
export const waitFor: Module<WaitForParams, { readonly holds: boolean }> = {
  name: 'wait_for',
  params: z
    .strictObject({
      port: z.int().min(1).max(65_535).nullable().default(null),
      host: z
        .string()
        .regex(/^[\w.:-]+$/, 'an address or a name')
        .default('127.0.0.1'),
      path: absolutePath.nullable().default(null),
      state: z.enum(['present', 'absent']).default('present'),
      timeout: waitTimeout,
    })
    .refine(({ port, path }) => (port === null) !== (path === null), {
      error: 'give either port or path',
      path: ['port'],
    }),

  probe: (params) => `${FACT_FUNCTIONS}if ${condition(params)}; then fact holds yes; fi\n`,
  parse: (stdout) => ({ holds: new FactLines(stdout).flag('holds') }),

  plan: (params, context) => {
    if (context.mine.holds) return []
    const { path, host, port, state } = params
    const what = path ?? `${host} port ${port}`
    const until =
      path === null ? (state === 'present' ? 'answers' : 'is closed') : `is ${state === 'present' ? 'there' : 'gone'}`
    return [waitStep(`until ${what} ${until}`, condition(params), params.timeout, context)]
  },
}

/** sh that ends with 0 when what is waited for is so. */
function condition({ port, host, path, state }: WaitForParams): string {
  const not = state === 'present' ? '' : '! '
  if (path !== null) return `[ ${not}-e ${shellQuote(path)} ]`
  return `${not}timeout 5 bash -c ${shellQuote(`exec 3<>/dev/tcp/${host}/${port}`)} 2>/dev/null`
}

/** A step that only waits: looks twice a second, until the time (s) is up. */
export function waitStep(
  title: string,
  condition: string,
  timeout: number,
  { taskId, taskName, host }: PlanContext<unknown>,
): Step {
  return {
    id: taskId,
    host: host.name,
    title: `${taskName}: wait ${title}`,
    diff: `~ waits at most ${timeout} s ${title}`,
    run: sh`deadline=$(( $(date +%s) + ${timeout} ))
until ${condition}; do
  [ "$(date +%s)" -lt "$deadline" ] || { echo ${shellQuote(`waited ${timeout} s ${title}: not so`)}; exit 1; }
  sleep 0.5
done
`,
    undo: { none: '' },
    impact: 'none',
    notify: [],
    waits: true,
  }
}
