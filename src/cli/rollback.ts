import type { Command } from 'commander'
import { EXIT, MmhaError } from '../events/error.ts'
import { language } from '../events/language.ts'
import { fleet as words } from '../events/messages/fleet.ts'
import type { FleetPair } from '../inventory/fleet.ts'
import { approve, untilCancelled } from './approve.ts'
import { eachPair, exitOfAll, fleetOf } from './fleet-run.ts'
import { runPair } from './pair-run.ts'
import { acceptNewOption, INVENTORIES, pairOption, verboseOption } from './reach-options.ts'

interface RollbackFlags {
  readonly later?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly allowRestart?: boolean
  readonly explain?: boolean
  readonly json?: boolean
  readonly verbose?: number
  readonly pair?: string
  readonly acceptNew?: boolean
}

const HELP = `
Examples:
  mmha rollback inventory.yml 20261121T120342Z-a1b2 --dry-run   what would be taken back, and what stays
  mmha rollback inventory.yml 20261121T120342Z-a1b2
  mmha rollback inventory.yml 20261121T120342Z-a1b2 --later     with all runs after it
\`mmha runs inventory.yml\` has the ids; of several pairs the one is taken that the run is of. A rollback that was interrupted is finished by the same command.
`

/** `mmha rollback INVENTORY RUN`: takes a run back, the last step first. */
export function registerRollback(program: Command): void {
  program
    .command('rollback')
    .description('take a run back: files, units, firewall rules, accounts, channels; say what stays')
    .argument('<inventory>', INVENTORIES)
    .addOption(pairOption())
    .addOption(acceptNewOption())
    .argument('<run>', 'its id, as `mmha runs` shows it')
    .option('--later', 'also all runs after it, the newest first')
    .option('--dry-run', 'only show what would be taken back')
    .option('-y, --yes', 'do it without asking')
    .option('--allow-restart', 'also stop or restart what runs on the host that holds the VIP')
    .option('--explain', 'also show the exact script of each step')
    .option('--json', 'events and the result as one JSON document a line, on stdout')
    .addOption(verboseOption('show what the steps print'))
    .addHelpText('after', HELP)
    .action((file: string, run: string, given: RollbackFlags) =>
      untilCancelled(async () => {
        const fleet = fleetOf(file, given)
        const found = fleet === null ? null : await pairOfRun(fleet, file, run, given)
        if (typeof found === 'number') {
          process.exitCode = found
          return
        }
        const flags = found === null ? given : { ...given, pair: found }
        return runPair({
          command: 'rollback',
          file,
          flags,
          playbook: playbookFor(run, flags.later === true),
          dry: flags.dryRun === true,
          allowRestart: flags.allowRestart === true || flags.dryRun === true,
          approve: (request, renderer, signal) => approve(request, renderer, flags, signal),
        })
      }),
    )
}

/**
 * A run is of one pair: the one whose hosts remember it. Pairs that can't be asked matter only when no other knows of it.
 * @returns its name; a number: handed on into a lab's network, or nobody knows of it and some could not be asked: the exit code
 * @throws MmhaError RUN_UNKNOWN (exit 4)
 */
async function pairOfRun(
  fleet: readonly FleetPair[],
  file: string,
  run: string,
  flags: RollbackFlags,
): Promise<string | number> {
  const { runsOf } = await import('./runs.ts')
  const done = await eachPair(fleet, flags, async ({ inventory }) => {
    const hosts = await runsOf(inventory)
    return { exit: 0, hosts: [], value: hosts.some(({ runs }) => runs.some(({ id }) => id === run)) }
  })
  if ('inside' in done) return done.inside
  const having = done.outcomes.filter(({ value }) => value === true).map(({ pair }) => pair)
  const [pair, other] = having
  const about = { code: 'RUN_UNKNOWN', source: 'user', exit: EXIT.invalid, where: file } as const
  if (other !== undefined)
    throw new MmhaError(words('fleet.two-runs', { run, pairs: having.join(', ') }), {
      ...about,
      hint: words('fleet.say-which', { pair: pair ?? '' }),
    })
  if (pair !== undefined) {
    if (flags.json !== true) process.stderr.write(`${words('fleet.run-of', { run, pair })[language()]}\n`)
    return pair
  }
  const worst = exitOfAll(done.outcomes)
  if (worst !== 0) {
    if (flags.json === true) {
      const pairs = done.outcomes.map(({ pair: name, exit, error }) => ({ pair: name, exit, error }))
      const document = { type: 'fleet', version: 1, command: 'rollback', exit: worst, ms: Math.round(done.ms), pairs }
      process.stdout.write(`${JSON.stringify(document)}\n`)
    }
    return worst
  }
  throw new MmhaError(words('fleet.no-run', { run }), { ...about, hint: words('fleet.no-run.do', { file }) })
}

/** The standby first: a daemon that is stopped there moves nothing. */
function playbookFor(run: string, later: boolean): string {
  const params = JSON.stringify({ run, later })
  return `[{ name: rollback, hosts: masters, serial: true, tasks: [{ name: take back, run_undo: ${params} }] }]`
}
