import { basename } from 'node:path'
import { z } from 'zod'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { type GuardParams, guardedStep, guardParams, guardProbe } from './guarded-run.ts'
import { checkStaged, localFile, stagedAt } from './local-file.ts'
import type { Module } from './module.ts'
import { sh, shellQuote } from './step.ts'

export interface ScriptParams extends GuardParams {
  /** A program of this machine. */
  readonly src: string
  readonly args: readonly string[]
}

/** A script of this machine, run on the host as root and removed from it again. */
export const script: Module<ScriptParams, { readonly done: boolean }> = {
  name: 'script',
  localFiles: ['src'],
  params: z.strictObject({
    ...guardParams,
    src: z.string().min(1),
    args: z.array(z.union([z.string().regex(/^[^\0]*$/, 'text'), z.number().transform(String)])).default([]),
  }),

  probe: (params) => `${FACT_FUNCTIONS}${guardProbe(params)}:\n`,
  parse: (stdout) => ({ done: new FactLines(stdout).flag('was_done') }),

  plan: (params, context) => {
    if (context.mine.done) return []
    const local = localFile(params.src)
    const to = stagedAt(local)
    const own = `${to}.$$`
    const words = params.args.map((word) => ` ${word === '' ? "''" : shellQuote(word)}`).join('')
    // A copy of its own: the same script may be another task's, too.
    const run = sh`{ timeout ${params.timeout} "$mmha_script"${words}; }`
    const step = guardedStep(
      run,
      `${basename(local.path)}${words} (sha256 ${local.sha256.slice(0, 12)})`,
      params,
      context,
    )
    return [
      {
        ...step,
        payload: { file: local.path, size: local.size, to },
        run: sh`${checkStaged(local)}
mmha_script=${own}
trap 'rm -f "$mmha_script"' EXIT
mv -f ${to} "$mmha_script"
chmod 700 "$mmha_script"
${step.run}`,
      },
    ]
  },
}
