import { type Command, Option } from 'commander'
import { EXIT, MmhaError } from '../events/error.ts'
import { chooseRenderer, plain } from '../events/renderer.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load.ts'
import { ensureInLab, labSshDefaults } from '../lab/inside.ts'
import { checkTailFile, fetchTail } from '../seeding/fetch-tail.ts'
import { PairLines } from './ask-pair.ts'
import { holdersOf, problemsOf } from './pair-status.ts'

interface RejoinFlags {
  readonly reseed: string
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

  mmha rejoin inventory.yml m1 --reseed dump --keep-tail-as m1-tail.sql

What only the host has is saved on it before anything is dropped. A run that was cut leaves the host closed and marked;
the same command begins afresh.
Exit codes: 0 whole again, 1 failed, 3 a host can't be reached, 4 no such host, 5 refused: not safe, or not confirmed
`

/** `mmha rejoin INVENTORY HOST`: makes a host that was set aside, or has lost its data, a copy of the holder. */
export function registerRejoin(program: Command): void {
  program
    .command('rejoin')
    .argument('<inventory>', 'YAML file, as `mmha init` writes it')
    .argument('<host>', 'name of the master whose data is to be replaced')
    .description("replace a quarantined host's data by a copy of the holder's, and let it stand by again")
    .requiredOption('--reseed <way>', 'how the copy is made: dump')
    .option('--yes <host>', "its name once more: don't ask")
    .option('--throttle <MB/s>', 'copy at most so fast')
    .addOption(
      new Option('--keep-tail-as <file>', 'also bring what only this host has, as SQL, into this file').conflicts(
        'discardTail',
      ),
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
  const inventory = loadInventory(file, { sshDefaults: labSshDefaults })
  const throttle = checkWords(inventory, host, flags)
  const addresses = inventory.masters.map(({ address }) => address)
  const inside = await ensureInLab(addresses, plain(process.stderr, false).sink)
  if (inside !== null) return inside
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
    const from = await sourceFor(lines, file, host)
    await confirm(host, from, flags)
    const { flowed, seedPair } = await import('./seed-pair.ts')
    const done = await seedPair(inventory, {
      from,
      onto: host,
      throttle,
      tail: flags.discardTail === true ? 'discard' : 'save',
      members: 'reseed',
      sink: renderer.sink,
    })
    if (done === null) throw new Error('not seeded')
    await renderer.idle()
    const kept = await keepTail(lines, host, done.tail, flags.keepTailAs)
    const copied = flowed(done)
    const { untilWhole } = await import('./until-whole.ts')
    await untilWhole(lines, {
      file,
      fits: (holders) => holders.join() === from,
      after: `${host} holds a copy of ${from} (${copied})`,
    })
    if (json)
      process.stdout.write(
        `${JSON.stringify({ type: 'result', version: 1, command: 'rejoin', host, from, ...done })}\n`,
      )
    else
      process.stdout.write(
        `${host} is the standby of ${from} again: ${copied}; ${kept}whole: either host may be lost\n`,
      )
    return EXIT.done
  } finally {
    await lines.close()
  }
}

/** @returns bytes a second, or null. @throws MmhaError (exit 4) */
function checkWords({ masters, file }: Inventory, host: string, flags: RejoinFlags): number | null {
  const invalid = (code: string, message: string, hint: string) =>
    new MmhaError(message, { code, source: 'user', exit: EXIT.invalid, hint })
  const names = masters.map(({ name }) => name)
  if (!names.includes(host))
    throw invalid('NO_SUCH_HOST', `${host} is no master of ${file}`, `its masters: ${names.join(', ')}`)
  if (flags.reseed !== 'dump') throw invalid('NO_SUCH_WAY', `no way to copy: ${flags.reseed}`, 'give --reseed dump')
  if (flags.yes !== undefined && flags.yes !== host)
    throw invalid('OTHER_HOST', `--yes names ${flags.yes}, the host to be overwritten is ${host}`, `--yes ${host}`)
  if (flags.keepTailAs !== undefined) checkTailFile(flags.keepTailAs)
  if (flags.throttle === undefined) return null
  const rate = Number(flags.throttle)
  if (!(rate > 0)) throw invalid('BAD_RATE', `no rate: ${flags.throttle}`, 'give MB/s, such as --throttle 20')
  return rate * 1e6
}

/** @returns a phrase for the last line */
async function keepTail(
  lines: PairLines,
  host: string,
  saved: string | null,
  file: string | undefined,
): Promise<string> {
  if (file === undefined) return ''
  if (saved === null) return 'it had no transactions of its own; '
  await fetchTail(lines.connection(host), saved, file)
  return `its own transactions are in ${file}; `
}

/** The holder, when it may be copied onto the host. @throws MmhaError (exit 5, or 3) */
async function sourceFor(lines: PairLines, file: string, host: string): Promise<string> {
  const nodes = await lines.ask()
  const refuse = (message: string, hint: string) =>
    new MmhaError(message, { code: 'REJOIN_REFUSED', source: 'user', exit: EXIT.refused, host, hint })
  const away = nodes.find(({ problem }) => problem?.kind === 'unreachable')
  if (away?.problem != null)
    throw new MmhaError(away.problem.text, {
      code: 'SSH_UNREACHABLE',
      source: 'user',
      exit: EXIT.unreachable,
      host: away.host,
      hint: 'both hosts are needed for it',
    })
  const holders = holdersOf(nodes)
  if (holders.includes(host))
    throw refuse(`${host} holds the address: its data is the pair's`, `to copy onto it: mmha switchover ${file} first`)
  const [from] = holders
  if (from === undefined) {
    const [problem] = problemsOf(nodes, file).filter((one) => one.host !== host)
    throw refuse(
      `nobody holds the address, so there is nothing to copy from${problem === undefined ? '' : ` (${problem.text})`}`,
      problem?.hint ?? `mmha status ${file}`,
    )
  }
  return from
}

/** @throws MmhaError (exit 5) when the name was not given */
async function confirm(host: string, from: string, flags: RejoinFlags): Promise<void> {
  if (flags.yes === host) return
  const no = (message: string) =>
    new MmhaError(message, {
      code: 'NO_APPROVAL',
      source: 'user',
      exit: EXIT.refused,
      host,
      hint: `nothing was changed; --yes ${host} says it without a question`,
    })
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw no(
      `everything on ${host} would be replaced by a copy of ${from}, and nobody can be asked: this is no terminal`,
    )
  const { input } = await import('@inquirer/prompts')
  const message = `Everything on ${host} is dropped and replaced by a copy of ${from}. Type its name to go on:`
  const answer = await input({ message }, { output: process.stderr }).catch(() => '')
  if (answer.trim() !== host) throw no('not confirmed')
}
