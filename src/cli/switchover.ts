import type { Command } from 'commander'
import { EXIT, MmhaError } from '../events/error.ts'
import { language } from '../events/language.ts'
import { joined, type Text } from '../events/message.ts'
import { status as say } from '../events/messages/status.ts'
import { plain } from '../events/renderer.ts'
import { type Inventory, pairWords } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load.ts'
import { ensureInLab } from '../lab/inside.ts'
import { answersOf, PairLines } from './ask-pair.ts'
import { holdersOf, type Problem, problemsOf } from './pair-status.ts'
import { acceptNewOption, pairOption, reachOptions } from './reach-options.ts'
import { type RunLog, withLog } from './run-log.ts'
import { untilWhole } from './until-whole.ts'

interface SwitchoverOptions {
  readonly to?: string
  readonly dryRun?: boolean
  readonly pair?: string
  readonly acceptNew?: boolean
}

const HELP = `
Examples:
  mmha switchover inventory.yml             to the other host
  mmha switchover inventory.yml --to m2     there, or nothing when it is there
  mmha switchover inventory.yml --dry-run   would it be done?

Exit codes: 0 done, 1 moved, but not whole again in time, 3 a host can't be reached, 5 refused: not safe now
`

/** `mmha switchover`: a planned move of the address. Nothing acknowledged is lost, or it is refused. */
export function registerSwitchover(program: Command): void {
  program
    .command('switchover')
    .argument('<inventory>', 'YAML file, as `mmha init` writes it, or an Ansible inventory')
    .addOption(pairOption())
    .addOption(acceptNewOption())
    .description('move the address to the other host, in order; refused when that is not safe')
    .option('--to <host>', 'name of the master that is to hold it')
    .option('--dry-run', 'only say whether it would be done')
    .addHelpText('after', HELP)
    .action(async (file: string, options: SwitchoverOptions) => {
      process.exitCode = await switchover(file, options)
    })
}

async function switchover(file: string, options: SwitchoverOptions): Promise<number> {
  const inventory = loadInventory(file, reachOptions(options))
  const names = inventory.masters.map(({ name }) => name)
  if (options.to !== undefined && !names.includes(options.to)) {
    throw new MmhaError(say('pair.no-such-host', { host: options.to, file }), {
      code: 'NO_SUCH_HOST',
      source: 'user',
      exit: EXIT.invalid,
      hint: say('pair.no-such-host.do', { names: names.join(', ') }),
    })
  }
  const addresses = inventory.masters.map(({ address }) => address)
  const inside = await ensureInLab(addresses, plain(process.stderr, false).sink)
  if (inside !== null) return inside
  return withLog('switchover', pairWords(inventory), (log) => move(inventory, options, log))
}

async function move(inventory: Inventory, options: SwitchoverOptions, log: RunLog): Promise<number> {
  const names = inventory.masters.map(({ name }) => name)
  const lines = await PairLines.open(inventory)
  try {
    const nodes = await lines.ask()
    const [holder, second] = holdersOf(nodes)
    const to = options.to ?? names.find((name) => name !== holder)
    if (holder !== undefined && second === undefined && holder === to) {
      process.stdout.write(`${say('pair.holds-already', { host: to, vip: inventory.vip.address })[language()]}\n`)
      return EXIT.done
    }
    const problems = problemsOf(nodes, pairWords(inventory))
    if (holder === undefined || problems.length > 0)
      throw refusal(
        problems,
        nodes.some(({ problem }) => problem?.kind === 'unreachable'),
      )
    if (options.dryRun === true) {
      process.stdout.write(
        `${say('switchover.would', { vip: inventory.vip.address, from: holder, to: to ?? '' })[language()]}\n`,
      )
      return EXIT.done
    }
    log.note(`from ${holder} to ${to}\n${answersOf(nodes)}`)
    log.begin()
    const refused = await lines.ctl(holder, 'switch')
    log.note(`${holder}: switch: ${refused === '' ? 'done' : refused}`)
    if (refused !== '') throw refusal([{ host: holder, text: refused, hint: say('switchover.stayed.do') }], false)
    await untilWhole(lines, {
      file: pairWords(inventory),
      fits: (holders) => holders.join() === to,
      after: say('switchover.let-go'),
    })
    process.stdout.write(
      `${say('switchover.done', { to: to ?? '', vip: inventory.vip.address, whole: say('status.whole') })[language()]}\n`,
    )
    return EXIT.done
  } finally {
    await lines.close()
  }
}

function refusal(problems: readonly Problem[], unreachable: boolean): MmhaError {
  const said = problems.map(({ host, text }): Text => (host === null ? text : joined([`${host} `, text], 'nothing')))
  const all = said.length === 0 ? say('problem.nobody') : joined(said, 'semicolon')
  return new MmhaError(say('switchover.refused', { problems: all }), {
    code: 'SWITCHOVER_REFUSED',
    source: 'user',
    exit: unreachable ? EXIT.unreachable : EXIT.refused,
    hint: problems[0]?.hint ?? say('switchover.refused.do'),
  })
}
