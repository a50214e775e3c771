import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { FactLines } from './fact-lines.ts'
import { RUNS, takeBack } from './host-journal.ts'
import type { Module, PlanContext } from './module.ts'
import { type HostRun, parseRuns, type RunStep, runsProbe } from './run-records.ts'
import { type Script, type Step, sh } from './step.ts'

export interface RunUndoParams {
  /** Id of a run. */
  readonly run: string
  /** All runs after it, too, the newest first. */
  readonly later: boolean
}

type Context = PlanContext<readonly HostRun[]>

/** A run that wrote this command took others back: it is nothing to take back itself. */
export const ROLLBACK = 'rollback'

/** Takes a run back on a host, step by step, the last one first; says what stays. */
export const runUndo: Module<RunUndoParams, readonly HostRun[]> = {
  name: 'run_undo',
  params: z.strictObject({
    run: z.string().regex(/^[0-9A-Za-z-]+$/, 'not the id of a run: see `mmha runs`'),
    later: z.boolean().default(false),
  }),

  probe: ({ run }) => runsProbe(run),
  parse: (stdout) => parseRuns(new FactLines(stdout)),

  plan: ({ run, later }, context) => {
    const { mine, theirs } = context
    checkKnown(run, [...mine, ...theirs], context)
    const open = mine.filter(({ id, command, rolledBack }) => id >= run && command !== ROLLBACK && !rolledBack)
    const newer = open.filter(({ id }) => id !== run)
    if (newer.length > 0 && !later) {
      const hint = `take those back first (the newest first), or all at once with --later`
      throw refuse(
        context,
        'RUNS_AFTER',
        `after ${run} came ${newer.map(({ id }) => id).join(', ')}`,
        hint,
        EXIT.refused,
      )
    }
    return [...open].reverse().flatMap((one) => stepsFor(one, context))
  },
}

function checkKnown(run: string, known: readonly HostRun[], context: Context): void {
  const found = known.find(({ id }) => id === run)
  const hint = 'see `mmha runs INVENTORY`'
  if (found === undefined)
    throw refuse(context, 'RUN_UNKNOWN', `neither host knows of a run ${run}`, hint, EXIT.invalid)
  if (found.command !== ROLLBACK) return
  throw refuse(context, 'RUN_IS_ROLLBACK', `${run} is a rollback itself`, 'provision again instead', EXIT.invalid)
}

function refuse(
  context: Context,
  code: string,
  message: string,
  hint: string,
  exit: typeof EXIT.refused | typeof EXIT.invalid,
): MmhaError {
  return new MmhaError(message, { code, source: 'user', exit, host: context.host.name, hint })
}

function stepsFor(run: HostRun, context: Context): Step[] {
  const backwards = [...run.steps].reverse()
  const undo = backwards
    .filter((step) => step.undo && !step.undone)
    .map((step) =>
      made(
        context,
        `${run.id}/${step.number}`,
        `take back: ${step.title}`,
        diffOf(step),
        takeBack(run.id, step.number),
        step,
      ),
    )
  const last = backwards.filter((step) => step.last !== null && !step.lastDone)
  const scripts = [...new Set(last.map((step) => step.last ?? ''))]
  const after = scripts.map((script, i) => {
    const those = last.filter((step) => step.last === script)
    const marks = those.map(({ number }) => `: >${RUNS}/${run.id}/${number}/last-done\n`).join('')
    const [first] = those
    return made(
      context,
      `${run.id}/last-${i + 1}`,
      `after it: ${those.map(({ title }) => title).join(', ')}`,
      '',
      sh`${script}${marks}`,
      { impact: first?.impact ?? 'none', files: [] },
    )
  })
  const stays = run.steps
    .filter(({ none }) => none !== null && none !== '')
    .map(({ title, none }) => `! stays: ${title}: ${none}`)
  const mark = made(
    context,
    `${run.id}/mark`,
    `${run.id} counts as rolled back`,
    stays.join('\n'),
    sh`: >${RUNS}/${run.id}/rolled-back\n`,
    { impact: 'none', files: [] },
  )
  return [...undo, ...after, mark]
}

function diffOf({ files, changed }: RunStep): string {
  return files
    .map((path) =>
      changed.includes(path) ? `! ${path} was changed since: that, too, goes (and is kept with this run)` : `~ ${path}`,
    )
    .join('\n')
}

function made(
  { taskId, host }: Context,
  part: string,
  title: string,
  diff: string,
  run: Script,
  { impact, files }: Pick<RunStep, 'impact' | 'files'>,
): Step {
  const undo = { none: 'provision again instead' }
  return { id: `${taskId}/${part}`, host: host.name, title, diff, run, undo, impact, notify: [], writes: files }
}
