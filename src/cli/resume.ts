import { resolve } from 'node:path'
import { type RunPlan, readRunPlan, runDrift } from '../engine/unfinished.ts'
import { EXIT, MmhaError } from '../events/error.ts'
import { together } from '../events/together.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { HostRun } from '../modules/run-records.ts'
import { hostRuns } from './host-runs.ts'

/** A run that is to be gone on with. */
export interface Resumed {
  readonly id: string
  readonly plan: RunPlan
  /** For a person: which one, and how far it came. */
  readonly about: string
}

/** What the hosts keep of one run. */
type OnHosts = readonly { readonly host: string; readonly run: HostRun }[]

/**
 * The newest run of a pair, when it did not come to its end.
 * @param asked the command, and the playbook that it names, if any
 * @returns text when there is nothing to go on with
 * @throws MmhaError RESUME_OTHER (exit 4) when it was of another command, RUN_DRIFT (exit 5) when its files were changed since
 */
export async function unfinishedRun(
  { masters }: Inventory,
  asked: { readonly command: string; readonly playbook: string | null },
): Promise<Resumed | string> {
  const look = async (from: string | null) => {
    const found = await Promise.allSettled(
      masters.map(async (host) => (await hostRuns(host, from)).map((run) => ({ host: host.name, run }))),
    )
    const errors = found.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []))
    if (errors.length > 0) throw together(errors)
    return found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  }
  const ids = (await look(null)).map(({ run }) => run.id)
  const id = ids.sort().at(-1)
  if (id === undefined) return 'nothing to resume: mmha has changed nothing on these hosts, as far as they remember'
  // Once more, closely: its plan, and whether its files are as it left them.
  return resumable(
    id,
    (await look(id)).filter(({ run }) => run.id === id),
    asked,
  )
}

/** Pure: what is to be said of the newest run. */
export function resumable(
  id: string,
  on: OnHosts,
  asked: { readonly command: string; readonly playbook: string | null },
): Resumed | string {
  const [first] = on
  const header = first?.run
  if (header === undefined) return `nothing to resume: ${id} is gone`
  if (on.some(({ run }) => run.rolledBack)) return `nothing to resume: the newest run, ${id}, was rolled back`
  const plan = on.map(({ run }) => (run.plan === null ? null : readRunPlan(run.plan))).find((one) => one !== null)
  const playbook = asked.playbook === null ? null : resolve(asked.playbook)
  if (plan === undefined || header.command !== asked.command || plan.source.playbook !== playbook) {
    const what = plan?.source.playbook == null ? header.command : `${header.command} ${plan.source.playbook}`
    throw new MmhaError(`the newest run, ${id}, is of \`mmha ${what}\``, {
      code: 'RESUME_OTHER',
      source: 'user',
      exit: EXIT.invalid,
      hint:
        plan === undefined
          ? 'run that command again: it finds what is missing by itself'
          : 'resume that one, or run this command without --resume: it finds what is missing by itself',
    })
  }
  const ended = new Set(
    on.flatMap(({ host, run }) => run.steps.filter(({ status }) => status === 0).map((step) => `${host} ${step.id}`)),
  )
  const left = plan.steps.filter(({ host, id }) => !ended.has(`${host} ${id}`))
  if (left.length === 0) return `nothing to resume: the newest run, ${id}, was done`
  const changed = on.flatMap(({ host, run }) =>
    changedSince(run).map((path) => `${host}: ${path} was changed by somebody`),
  )
  if (changed.length > 0) throw runDrift(id, changed)
  const of = `${header.by}, ${header.started.slice(0, 19).replace('T', ' ')} UTC`
  return {
    id,
    plan,
    about: `going on with ${id} (${of}): ${ended.size} steps were done, ${left.length} of its plan are left`,
  }
}

/** Files of steps that ended well and that are other now; the last step of the run that wrote one knows how it left it. */
function changedSince({ steps }: HostRun): string[] {
  const last = new Map(steps.flatMap((step) => step.files.map((path) => [path, step] as const)))
  return [...last].flatMap(([path, { status, changed }]) => (status === 0 && changed.includes(path) ? [path] : []))
}
