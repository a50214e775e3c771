import { join, resolve } from 'node:path'
import type { Interrupt } from '../engine/interruption.ts'
import { Journal } from '../engine/journal.ts'
import { type PlayPlan, stepsOf } from '../engine/plan.ts'
import { type PlanTextOptions, planText } from '../engine/plan-text.ts'
import type { Play } from '../engine/play.ts'
import { deviationLines, type RunResult, summaryLine } from '../engine/result.ts'
import { run } from '../engine/run.ts'
import { checkDrift, type PlanSource, savePlan } from '../engine/saved-plan.ts'
import { checkStepNames, select } from '../engine/selection.ts'
import { checkResumable, writeRunPlan } from '../engine/unfinished.ts'
import { language } from '../events/language.ts'
import { frame } from '../events/messages/frame.ts'
import { parseSource } from '../inventory/document.ts'
import { type Inventory, pairWords } from '../inventory/inventory.ts'
import { installationRoot } from '../modules/installation-root.ts'
import { modules } from '../modules/registry.ts'
import { masked } from '../modules/step.ts'
import { checkPlays } from '../playbook/check.ts'
import { loadPlaybook, playbookFrom } from '../playbook/load.ts'
import { checkServers } from '../playbook/needs-server.ts'
import { interruptible } from './interruptible.ts'
import { ownOutput, type PairOutput } from './pair-output.ts'
import type { PairFlags, PairRun } from './pair-run.ts'
import { writePlan } from './plan-file.ts'
import { errorText, newRun, RunLog, sayLog } from './run-log.ts'

/** Runs a playbook on a pair, shows it on the way, prints what came of it. */
export async function runPlaybook(inventory: Inventory, asked: PairRun, given?: PairOutput): Promise<RunResult> {
  const { command, flags, allowRestart, lockWait, approve, ask, out, saved, resumed } = asked
  const dry = command === 'plan' || asked.dry === true
  const own = language()
  const output = given ?? (await ownOutput(flags))
  const { renderer, fleet } = output
  const interrupted = fleet === null ? interruptible : heard(fleet.interrupt)
  const source = saved?.source ?? resumed?.plan.source ?? sourceOf(flags)
  const file = source.playbook ?? join(installationRoot(), 'playbooks', 'provision.yml')
  const options = { modules, tags: source.tags, vars: source.vars ?? {} }
  const all =
    asked.playbook === undefined
      ? loadedOnce(file, options)
      : playbookFrom(parseSource(asked.playbook, `mmha ${command}`), options)
  checkPlays(all, inventory)
  const plays = select(all, source, inventory)
  const header = newRun(command, new Date())
  const journal = new Journal(header)
  const whole = { ...source, playbook: source.playbook === null ? null : resolve(source.playbook) }
  const log = new RunLog(header.id, `mmha ${command} ${pairWords(inventory)}, ${header.by}, ${header.started}`)
  try {
    const result = await interrupted((interrupt) =>
      run({
        inventory,
        plays,
        sink: log.through(renderer.sink),
        mode: dry ? 'plan' : 'apply',
        check: (plan, found) => {
          const now = { steps: stepsOf(plan), facts: found.facts, inventory, source }
          if (resumed !== undefined) checkResumable(resumed.id, resumed.plan, now)
          checkStepNames(all, source, inventory, found)
          checkServers(plays, inventory, found)
          if (saved !== undefined) checkDrift(saved, now)
        },
        ...(ask === undefined ? {} : { ask: (steps) => ask(steps, renderer, interrupt.stop) }),
        approve: (request) => approve(request, renderer, interrupt.stop),
        allowRestart,
        ...(lockWait === undefined ? {} : { lockWait }),
        interrupt,
        // A playbook that is no file is made by its command anew.
        approved: (steps, { facts }) => {
          if (asked.playbook === undefined) journal.plan = writeRunPlan({ steps, facts, inventory, source: whole })
        },
        journal,
      }),
    )
    if (out !== undefined) {
      writePlan(out, savePlan({ ...result, inventory, source: whole }, new Date()))
    }
    await renderer.idle()
    const written = log.end('done')
    const did = written === null ? {} : { run: header.id, log: written }
    if (flags.json === true) output.print(JSON.stringify({ ...document(command, inventory, result), ...did }))
    else {
      if (dry && result.steps.length > 0)
        output.print(shownPlan(result.plan, { detail: 'whole', explain: flags.explain === true }, process.stdout))
      else if (dry && fleet === null) output.print(frame('plan.nothing')[own])
      if (!dry && result.steps.length > 0 && result.steps.every(({ waits }) => waits === true))
        output.print(frame('recap.only-waited')[own])
      for (const line of deviationLines(result.deviations, own)) output.print(line)
      if (fleet === null) for (const host of result.hosts) output.print(summaryLine(host, result.ms, own))
      if (written !== null) output.print(frame('recap.run', { id: header.id, file: written })[own])
    }
    return result
  } catch (error) {
    const written = log.end(`ended with an error: ${errorText(error)}`)
    await renderer.idle()
    sayLog(written, output.note)
    throw error
  } finally {
    await renderer.idle()
  }
}

/** By file and options. Compiling it is a sixth of what a pair with nothing to change computes, and the same for all pairs. */
const loaded = new Map<string, readonly Play[]>()

function loadedOnce(file: string, options: Parameters<typeof loadPlaybook>[1]): readonly Play[] {
  const key = JSON.stringify([file, options.tags, options.vars])
  const known = loaded.get(key) ?? loadPlaybook(file, options)
  loaded.set(key, known)
  return known
}

/** Signals are heard once for all pairs. */
function heard(interrupt: Interrupt) {
  return <T>(work: (interrupt: Interrupt) => Promise<T>): Promise<T> => work(interrupt)
}

/** A plan as text for this stream: coloured on a terminal that wants it. */
export function shownPlan(
  plan: readonly PlayPlan[],
  options: Omit<PlanTextOptions, 'color'>,
  output: { readonly isTTY?: boolean },
): string {
  return planText(plan, {
    color: output.isTTY === true && (process.env.NO_COLOR ?? '') === '',
    language: language(),
    ...options,
  })
}

function sourceOf({ playbook, var: vars, tags, limit, from, only, skip }: PairFlags): PlanSource {
  return {
    playbook: playbook ?? null,
    tags: list(tags),
    ...(vars === undefined ? {} : { vars }),
    limit: list(limit),
    from: from ?? null,
    only: list(only),
    skip: list(skip),
  }
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

function document(command: string, inventory: Inventory, result: RunResult): object {
  const steps = result.steps.map(({ id, host, title, diff, impact, notify, run }) => ({
    id,
    host,
    title,
    diff,
    impact,
    notify,
    script: masked(run),
  }))
  return {
    type: 'result',
    version: 1,
    command,
    pair: inventory.name,
    ms: Math.round(result.ms),
    hosts: result.hosts,
    steps,
    ...result.deviations,
  }
}
