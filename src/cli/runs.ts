import type { Command } from 'commander'
import { plain } from '../events/renderer.ts'
import { together } from '../events/together.ts'
import { loadInventory } from '../inventory/load.ts'
import { ensureInLab, labSshDefaults } from '../lab/inside.ts'
import type { HostRun } from '../modules/run-records.ts'

interface RunsFlags {
  readonly json?: boolean
  readonly steps?: boolean
}

const HELP = `
Examples:
  mmha runs inventory.yml            newest first: when, who, what came of it
  mmha runs inventory.yml --steps    and each step
`

/** `mmha runs INVENTORY`: what mmha did to the pair, as the hosts remember it. */
export function registerRuns(program: Command): void {
  program
    .command('runs')
    .description('what mmha did to the pair: when, by whom, with what result')
    .argument('<inventory>', 'YAML file, as `mmha init` writes it')
    .option('--steps', 'also each step')
    .option('--json', 'as one JSON document')
    .addHelpText('after', HELP)
    .action(async (file: string, flags: RunsFlags) => {
      const { masters } = loadInventory(file, { sshDefaults: labSshDefaults })
      const inside = await ensureInLab(
        masters.map(({ address }) => address),
        plain(process.stderr, false).sink,
      )
      if (inside !== null) {
        process.exitCode = inside
        return
      }
      const { hostRuns } = await import('./host-runs.ts')
      const asked = await Promise.allSettled(
        masters.map(async (host) => ({ host: host.name, runs: await hostRuns(host) })),
      )
      const errors = asked.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []))
      if (errors.length > 0) throw together(errors)
      const found = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      if (flags.json === true) process.stdout.write(`${JSON.stringify({ type: 'runs', version: 1, hosts: found })}\n`)
      else for (const line of runLines(found, flags.steps === true)) process.stdout.write(`${line}\n`)
    })
}

export interface RunsOfHost {
  readonly host: string
  readonly runs: readonly HostRun[]
}

/** One paragraph a run, newest first. */
export function runLines(found: readonly RunsOfHost[], steps: boolean): string[] {
  const runs = found.flatMap(({ host, runs }) => runs.map((run) => ({ host, run })))
  const ids = [...new Set(runs.map(({ run }) => run.id))].sort().reverse()
  if (ids.length === 0) return ['mmha has changed nothing on these hosts, as far as they remember']
  return ids.flatMap((id) => {
    const on = runs.filter(({ run }) => run.id === id)
    const [first] = on
    if (first === undefined) return []
    const { command, by, started } = first.run
    const head = `${id}  ${command}  ${started.slice(0, 19).replace('T', ' ')} UTC  ${by}`
    return [head, ...on.flatMap(({ host, run }) => [`  ${host}: ${outcome(run)}`, ...(steps ? stepLines(run) : [])])]
  })
}

function outcome({ steps, rolledBack }: HostRun): string {
  const done = steps.filter(({ status }) => status === 0).length
  const counted = done === 1 ? '1 step' : `${done} steps`
  const failed = steps.filter(({ status }) => status !== null && status !== 0).map(({ title }) => `failed: ${title}`)
  const cut = steps.filter(({ status }) => status === null).map(({ title }) => `not ended: ${title}`)
  return [counted, ...failed, ...cut, ...(rolledBack ? ['rolled back'] : [])].join(', ')
}

function stepLines({ steps }: HostRun): string[] {
  return steps.map(({ title, none, status, undone }) => {
    const state = status === null ? 'not ended' : status === 0 ? 'done' : `failed with status ${status}`
    const back = undone ? ', taken back' : none !== null && none !== '' ? `, can't be taken back: ${none}` : ''
    return `    ${title}: ${state}${back}`
  })
}
