import { type Command, Option } from 'commander'
import { EXIT, MmhaError } from '../events/error.ts'
import { language } from '../events/language.ts'
import { english, type Text } from '../events/message.ts'
import { status as say } from '../events/messages/status.ts'
import { chooseRenderer, plain } from '../events/renderer.ts'
import { type Inventory, pairWords } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load.ts'
import { ensureInLab } from '../lab/inside.ts'
import { binlogBeside, checkTailFile, fetchTail } from '../seeding/fetch-tail.ts'
import type { Seeded } from '../seeding/seed.ts'
import type { WayName } from '../seeding/way-names.ts'
import { answersOf, PairLines } from './ask-pair.ts'
import { checkThrottle, checkWay, WAYS_TEXT } from './copy-flags.ts'
import { checkNamed, confirmNamed } from './named-host.ts'
import { holdersOf, problemsOf } from './pair-status.ts'
import { acceptNewOption, pairOption, reachOptions } from './reach-options.ts'
import { type RunLog, withLog } from './run-log.ts'
import type { SeedPair } from './seed-pair.ts'

interface RejoinFlags {
  readonly reseed: string
  readonly pair?: string
  readonly acceptNew?: boolean
  readonly yes?: string
  readonly throttle?: string
  readonly discardTail?: boolean
  readonly keepTailAs?: string
  readonly json?: boolean
  readonly verbose?: boolean
}

const HELP = `
Examples:
  mmha rejoin inventory.yml m1 --reseed dump                  asks for the host's name first
  mmha rejoin inventory.yml m1 --reseed dump --yes m1         for scripts
  mmha rejoin inventory.yml m1 --reseed dump --throttle 20    at most 20 MB/s
  mmha rejoin inventory.yml m1 --reseed clone                 MySQL 8.0.17 and later: the fastest there
  mmha rejoin inventory.yml m1 --reseed backup                MariaDB, with mariadb-backup on both

  mmha rejoin inventory.yml m1 --reseed dump --keep-tail-as m1-tail.sql

What only the host has is saved on it before anything is dropped. A run that was cut leaves the host closed and marked;
the same command begins afresh.
Exit codes: 0 whole again, 1 failed, 3 a host can't be reached, 4 no such host, 5 refused: not safe, or not confirmed
`

/** `mmha rejoin INVENTORY HOST`: makes a host that was set aside, or has lost its data, a copy of the holder. */
export function registerRejoin(program: Command): void {
  program
    .command('rejoin')
    .argument('<inventory>', 'YAML file, as `mmha init` writes it, or an Ansible inventory')
    .addOption(pairOption())
    .addOption(acceptNewOption())
    .argument('<host>', 'name of the master whose data is to be replaced')
    .description("replace a quarantined host's data by a copy of the holder's, and let it stand by again")
    .requiredOption('--reseed <way>', `how the copy is made: ${WAYS_TEXT}`)
    .option('--yes <host>', "its name once more: don't ask")
    .option('--throttle <MB/s>', 'copy at most so fast')
    .addOption(
      new Option(
        '--keep-tail-as <file>',
        'also bring what only this host has: as SQL into this file, as a binlog beside it',
      ).conflicts('discardTail'),
    )
    .option('--discard-tail', 'give up what only this host has, where it can not be saved')
    .option('--json', 'events and the result as one JSON document a line, on stdout')
    .option('-v, --verbose', 'show more on the way')
    .addHelpText('after', HELP)
    .action(async (file: string, host: string, flags: RejoinFlags) => {
      process.exitCode = await rejoin(file, host, flags)
    })
}

async function rejoin(file: string, host: string, flags: RejoinFlags): Promise<number> {
  const inventory = loadInventory(file, reachOptions(flags))
  const { way, throttle } = checkWords(inventory, host, flags)
  const addresses = inventory.masters.map(({ address }) => address)
  const inside = await ensureInLab(addresses, plain(process.stderr, false).sink)
  if (inside !== null) return inside
  const asked = { host, way, throttle, flags }
  return withLog('rejoin', `${pairWords(inventory)} ${host} --reseed ${way}`, (log) => reseed(inventory, asked, log))
}

async function reseed(
  inventory: Inventory,
  {
    host,
    way,
    throttle,
    flags,
  }: Pick<SeedPair, 'way' | 'throttle'> & { readonly host: string; readonly flags: RejoinFlags },
  log: RunLog,
): Promise<number> {
  const { json, verbose } = { json: flags.json === true, verbose: flags.verbose === true }
  const renderer = await chooseRenderer({
    json,
    verbose,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
  })
  const lines = await PairLines.open(inventory)
  try {
    const from = await sourceFor(lines, pairWords(inventory), host)
    await confirmNamed(
      { host, yes: flags.yes },
      {
        would: say('rejoin.would', { host, from }),
        does: say('rejoin.does', { host, from }),
        flags: `--yes ${host}`,
      },
    )
    log.note(answersOf(await lines.ask()))
    log.begin()
    const { flowed, seedPair } = await import('./seed-pair.ts')
    const done = await seedPair(inventory, {
      from,
      onto: host,
      way,
      throttle,
      tail: flags.discardTail === true ? 'discard' : 'save',
      members: 'reseed',
      sink: log.through(renderer.sink),
    })
    if (done === null) throw new Error('not seeded')
    await renderer.idle()
    const kept = await keepTail(lines, host, done, flags.keepTailAs)
    const copied = flowed(done)
    log.note(english(copied))
    const { untilWhole } = await import('./until-whole.ts')
    await untilWhole(lines, {
      file: pairWords(inventory),
      fits: (holders) => holders.join() === from,
      after: say('rejoin.copied', { host, from, copied }),
    })
    if (json)
      process.stdout.write(
        `${JSON.stringify({ type: 'result', version: 1, command: 'rejoin', host, from, ...done, log: log.path })}\n`,
      )
    else
      process.stdout.write(
        `${say('rejoin.done', { host, from, copied, kept, whole: say('status.whole') })[language()]}\n`,
      )
    return EXIT.done
  } finally {
    await renderer.idle()
    await lines.close()
  }
}

/** @throws MmhaError (exit 4) */
function checkWords(
  inventory: Inventory,
  host: string,
  flags: RejoinFlags,
): { readonly way: WayName; readonly throttle: number | null } {
  checkNamed(inventory, { host, yes: flags.yes }, say('named.to-overwrite'))
  const way = checkWay('--reseed', flags.reseed)
  if (flags.keepTailAs !== undefined) checkTailFile(flags.keepTailAs)
  return { way, throttle: checkThrottle(flags.throttle) }
}

/** @returns a phrase for the last line */
async function keepTail(
  lines: PairLines,
  host: string,
  { tail, tailBinlog }: Seeded,
  file: string | undefined,
): Promise<Text> {
  if (file === undefined) return ''
  if (tail === null) return say('rejoin.no-tail')
  await fetchTail(lines.connection(host), tail, file)
  if (tailBinlog === null) return say('rejoin.tail', { file })
  await fetchTail(lines.connection(host), tailBinlog, binlogBeside(file))
  return say('rejoin.tail', { file: `${file}, ${binlogBeside(file)}` })
}

/** The holder, when it may be copied onto the host. @throws MmhaError (exit 5, or 3) */
async function sourceFor(lines: PairLines, file: string, host: string): Promise<string> {
  const nodes = await lines.ask()
  const refuse = (message: Text, hint: Text) =>
    new MmhaError(message, { code: 'REJOIN_REFUSED', source: 'user', exit: EXIT.refused, host, hint })
  const away = nodes.find(({ problem }) => problem?.kind === 'unreachable')
  if (away?.problem != null)
    throw new MmhaError(away.problem.text, {
      code: 'SSH_UNREACHABLE',
      source: 'user',
      exit: EXIT.unreachable,
      host: away.host,
      hint: say('rejoin.both.do'),
    })
  const holders = holdersOf(nodes)
  if (holders.includes(host)) throw refuse(say('rejoin.holds', { host }), say('rejoin.holds.do', { file }))
  const [from] = holders
  if (from === undefined) {
    const [problem] = problemsOf(nodes, file).filter((one) => one.host !== host)
    throw refuse(
      say('rejoin.nobody', { problem: problem === undefined ? '' : say('pair.bracketed', { text: problem.text }) }),
      problem?.hint ?? say('rejoin.status.do', { file }),
    )
  }
  return from
}
