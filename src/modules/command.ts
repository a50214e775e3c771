import { z } from 'zod'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { bounded, type GuardParams, guardedStep, guardParams, guardProbe, LOOK, shellText } from './guarded-run.ts'
import type { Module } from './module.ts'
import { sh } from './step.ts'

export interface CommandParams extends GuardParams {
  readonly run: string
  /** It only looks: it runs with every look, and its result is what it said. */
  readonly reads: boolean
}

export interface CommandFacts {
  readonly done: boolean
  /** Of a command that reads: its status and the first 64 kB of what it said. */
  readonly status: number
  readonly stdout: string
}

/** sh as root. What says that it was done (creates, unless) makes it a step that is missing or not; else it runs every time. */
export const command: Module<CommandParams, CommandFacts> = {
  name: 'command',
  params: z
    .strictObject({ ...guardParams, run: shellText, reads: z.boolean().default(false) })
    .refine(({ reads, creates, unless, undo }) => !reads || (creates === null && unless === null && undo === null), {
      error: 'a command that only reads is never done, and has nothing to take back',
      path: ['reads'],
    }),

  probe: (params) =>
    params.reads
      ? `${FACT_FUNCTIONS}
status=0
said=$(${bounded(params.run, LOOK)} </dev/null 2>/dev/null) || status=$?
fact status "$status"
fact stdout "$(printf '%s' "$said" | head -c 65536 | base64 -w0)"
`
      : `${FACT_FUNCTIONS}${guardProbe(params)}:\n`,

  parse: (stdout) => {
    const facts = new FactLines(stdout)
    return {
      done: facts.flag('was_done'),
      status: Number(facts.text('status') ?? 0),
      stdout: Buffer.from(facts.text('stdout') ?? '', 'base64').toString('utf8'),
    }
  },

  plan: (params, context) => {
    if (params.reads || context.mine.done) return []
    return [guardedStep(sh`${bounded(params.run, params.timeout)}`, params.run, params, context)]
  },

  result: ({ status, stdout }) => ({ status, stdout }),
}
