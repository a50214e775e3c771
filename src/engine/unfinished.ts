import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { comparable, factDrift, inventoryMark, type Planned, type SavedPlan, source } from './saved-plan.ts'

/** What a run had been asked for and was going to do, as its hosts keep it: what `--resume` goes on with. */
const runPlan = z.strictObject({
  inventory: z.string(),
  source,
  facts: z.record(z.string(), z.record(z.string(), z.string())),
  steps: z.array(z.strictObject({ host: z.string(), id: z.string(), title: z.string() })),
})

export type RunPlan = z.infer<typeof runPlan>

/** One line, no secret in it. */
export function writeRunPlan(planned: Planned): string {
  const plan: RunPlan = {
    inventory: inventoryMark(planned.inventory, randomBytes(16).toString('hex')),
    source: planned.source,
    facts: comparable(planned),
    steps: planned.steps.map(({ host, id, title }) => ({ host, id, title })),
  }
  return JSON.stringify(plan)
}

/** null: of a version that we don't know, or damaged. */
export function readRunPlan(text: string): RunPlan | null {
  try {
    return runPlan.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

/** @throws MmhaError RUN_DRIFT (exit 5) when a run can't be gone on with as it was asked for; says what is other now */
export function checkResumable(run: string, plan: RunPlan, now: Planned): void {
  const [salt = ''] = plan.inventory.split(':')
  const inventory = inventoryMark(now.inventory, salt) === plan.inventory ? [] : ['the inventory was changed']
  const found = [...inventory, ...factDrift(lasting(plan.facts, plan.facts), lasting(comparable(now), plan.facts))]
  if (found.length > 0) throw runDrift(run, found)
}

/** @param found what is other than that run left it, one line each */
export function runDrift(run: string, found: readonly string[]): MmhaError {
  return new MmhaError(`since ${run} ended:\n${found.map((line) => `    ${line}`).join('\n')}`, {
    code: 'RUN_DRIFT',
    source: 'user',
    exit: EXIT.refused,
    hint: 'look at what is different, then run the command without --resume: it plans anew, and shows all that it would do',
  })
}

/** What the run itself, or the loss of a host in its middle, does not change. */
function lasting(facts: SavedPlan['facts'], before: SavedPlan['facts']): SavedPlan['facts'] {
  return Object.fromEntries(
    Object.entries(facts).map(([host, { VIP: _, database = '', ...rest }]) => {
      const had = before[host]?.database ?? 'none'
      return [host, had === 'none' ? rest : { ...rest, database: database.replace(/ (running|stopped)$/, '') }]
    }),
  )
}
