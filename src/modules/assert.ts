import { z } from 'zod'
import type { Module } from './module.ts'
import { sh, shellQuote } from './step.ts'

export interface AssertParams {
  readonly that: readonly { readonly text: string; readonly holds: boolean }[]
  /** What to do when it does not hold. */
  readonly message: string | null
  /** Only when the task's turn has come; else before anything is touched. */
  readonly late: boolean
}

/** What must hold, or nothing is done. */
export const assertion: Module<AssertParams, null> = {
  name: 'assert',
  expressions: ['that'],
  params: z.strictObject({
    that: z.array(z.object({ text: z.string(), holds: z.boolean() })).min(1, 'expected an expression'),
    message: z.string().nullable().default(null),
    late: z.boolean().default(false),
  }),

  probe: () => ':\n',
  parse: () => null,

  findings: ({ that, message, late }, { host, taskName }) =>
    late
      ? []
      : that
          .filter(({ holds }) => !holds)
          .map(({ text }) => ({
            code: 'ASSERTION',
            severity: 'blocks',
            host: host.name,
            what: `${taskName}: not so: ${text}`,
            todo: message ?? 'make it so, or change the playbook',
          })),

  plan: ({ that, message, late }, { host, taskId, taskName }) => {
    const not = that.filter(({ holds }) => !holds).map(({ text }) => text)
    if (!late || not.length === 0) return []
    const said = [...not.map((text) => `not so: ${text}`), ...(message === null ? [] : [message])]
    return [
      {
        id: taskId,
        host: host.name,
        title: `${taskName}: must be so by then`,
        diff: not.map((text) => `! ${text}`).join('\n'),
        run: sh`printf '%s\\n' ${said.map(shellQuote).join(' ')}\nexit 1\n`,
        undo: { none: '' },
        impact: 'none',
        notify: [],
        waits: true,
      },
    ]
  },
}
