import { randomBytes } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { Journal } from '../engine/journal.ts'
import { type PlayPlan, stepsOf } from '../engine/plan.ts'
import { type PlanTextOptions, planText } from '../engine/plan-text.ts'
import { deviationLines, type RunResult, summaryLine } from '../engine/result.ts'
import { run } from '../engine/run.ts'
import { checkDrift, type PlanSource, savePlan } from '../engine/saved-plan.ts'
import { checkStepNames, select } from '../engine/selection.ts'
import { chooseRenderer } from '../events/renderer.ts'
import { parseSource } from '../inventory/document.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { type RunHeader, runId } from '../modules/host-journal.ts'
import { installationRoot } from '../modules/installation-root.ts'
import { modules } from '../modules/registry.ts'
import { masked } from '../modules/step.ts'
import { loadPlaybook, playbookFrom } from '../playbook/load.ts'
import { interruptible } from './interruptible.ts'
import type { PairFlags, PairRun } from './pair-run.ts'
import { writePlan } from './plan-file.ts'
import { RunLog } from './run-log.ts'

/** Runs a playbook on a pair, shows it on the way, prints what came of it. */
export async function runPlaybook(inventory: Inventory, asked: PairRun): Promise<RunResult> {
  const { command, flags, allowRestart, lockWait, approve, ask, out, saved } = asked
  const dry = command === 'plan' || asked.dry === true
  const { stdout, stderr, env } = process
  const renderer = await chooseRenderer({
    json: flags.json === true,
    verbose: flags.verbose === true,
    stdout,
    stderr,
    env,
  })
  const source = saved?.source ?? sourceOf(flags)
  const file = source.playbook ?? join(installationRoot(), 'playbooks', 'provision.yml')
  const options = { modules, tags: source.tags }
  const all =
    asked.playbook === undefined
      ? loadPlaybook(file, options)
      : playbookFrom(parseSource(asked.playbook, `mmha ${command}`), options)
  const plays = select(all, source, inventory)
  const header = newRun(command, new Date())
  const log = new RunLog(header.id, `mmha ${command} ${inventory.file}, ${header.by}, ${header.started}`)
  try {
    const result = await interruptible((interrupt) =>
      run({
        inventory,
        plays,
        sink: log.through(renderer.sink),
        mode: dry ? 'plan' : 'apply',
        check: (plan, found) => {
          checkStepNames(all, source, inventory, found)
          if (saved !== undefined) checkDrift(saved, { steps: stepsOf(plan), facts: found.facts, inventory, source })
        },
        ...(ask === undefined ? {} : { ask: (steps) => ask(steps, renderer, interrupt.stop) }),
        approve: (request) => approve(request, renderer, interrupt.stop),
        allowRestart,
        ...(lockWait === undefined ? {} : { lockWait }),
        interrupt,
        journal: new Journal(header),
      }),
    )
    if (out !== undefined) {
      const whole = { ...source, playbook: source.playbook === null ? null : resolve(source.playbook) }
      writePlan(out, savePlan({ ...result, inventory, source: whole }, new Date()))
    }
    await renderer.idle()
    const written = log.end('done')
    const did = written === null ? {} : { run: header.id, log: written }
    if (flags.json === true) stdout.write(`${JSON.stringify({ ...document(command, inventory, result), ...did })}\n`)
    else {
      if (dry)
        stdout.write(
          result.steps.length === 0
            ? 'nothing to change\n'
            : `${shownPlan(result.plan, { detail: 'whole', explain: flags.explain === true }, stdout)}\n`,
        )
      for (const line of deviationLines(result.deviations)) stdout.write(`${line}\n`)
      for (const host of result.hosts) stdout.write(`${summaryLine(host, result.ms)}\n`)
      if (written !== null) stdout.write(`run ${header.id}, log: ${written}\n`)
    }
    return result
  } catch (error) {
    const written = log.end(`ended with an error: ${error instanceof Error ? error.message : String(error)}`)
    await renderer.idle()
    if (written !== null) stderr.write(`log: ${written}\n`)
    throw error
  } finally {
    await renderer.idle()
  }
}

/** A plan as text for this stream: coloured on a terminal that wants it. */
export function shownPlan(
  plan: readonly PlayPlan[],
  options: Omit<PlanTextOptions, 'color'>,
  output: { readonly isTTY?: boolean },
): string {
  return planText(plan, { color: output.isTTY === true && (process.env.NO_COLOR ?? '') === '', ...options })
}

/** A run of this command that begins now. */
export function newRun(command: string, now: Date): RunHeader {
  const by = `${userInfo().username}@${hostname()}`
  return { id: runId(now, randomBytes(2)), command, by, started: now.toISOString() }
}

function sourceOf({ playbook, tags, limit, from, only, skip }: PairFlags): PlanSource {
  return {
    playbook: playbook ?? null,
    tags: list(tags),
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
