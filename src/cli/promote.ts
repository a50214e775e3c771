import type { Command } from 'commander'
import { EXIT, MmhaError } from '../events/error.ts'
import { language } from '../events/language.ts'
import { english, inLanguage, type Text } from '../events/message.ts'
import { status as say } from '../events/messages/status.ts'
import { plain } from '../events/renderer.ts'
import { type Inventory, pairWords } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load.ts'
import type { DatabaseStatus } from '../keepalived/process/status.ts'
import { ensureInLab } from '../lab/inside.ts'
import { answersOf, PairLines } from './ask-pair.ts'
import { checkNamed, confirmNamed } from './named-host.ts'
import { holdersOf, type NodeStatus } from './pair-status.ts'
import { promotionRisk } from './promotion-risk.ts'
import { acceptNewOption, pairOption, reachOptions } from './reach-options.ts'
import { type RunLog, withLog } from './run-log.ts'

interface PromoteFlags {
  readonly force: true
  readonly yes?: string
  readonly acceptLoss?: boolean
  readonly pair?: string
  readonly acceptNew?: boolean
}

const HELP = `
Examples:
  mmha promote inventory.yml m2 --force                          says what may be lost, asks for the host's name
  mmha promote inventory.yml m2 --force --yes m2 --accept-loss   for scripts

For the night when one server is left and its daemon will not take the address: quarantined, not everything applied, or
policy consistency. Make sure that the other host is off, or can't be reached by clients.
Exit codes: 0 it holds the address, 1 its daemon does not answer, 3 it can't be reached, 4 no such host,
5 refused: the other holds the address, not confirmed, or the daemon says why it could not
`

/** `mmha promote INVENTORY HOST --force`: the one that is left takes the address, whatever it may lack. */
export function registerPromote(program: Command): void {
  program
    .command('promote')
    .argument('<inventory>', 'YAML file, as `mmha init` writes it, or an Ansible inventory')
    .addOption(pairOption())
    .addOption(acceptNewOption())
    .argument('<host>', 'name of the master that is to hold the address')
    .description('the only server that is left takes the address, though something may be lost; says what')
    .requiredOption('--force', 'yes, although its daemon refuses; a planned move is `mmha switchover`')
    .option('--yes <host>', "its name once more: don't ask; wants --accept-loss, too")
    .option('--accept-loss', 'with --yes: what it says may be lost, may be lost')
    .addHelpText('after', HELP)
    .action(async (file: string, host: string, flags: PromoteFlags) => {
      process.exitCode = await promote(file, host, flags)
    })
}

async function promote(file: string, host: string, flags: PromoteFlags): Promise<number> {
  const inventory = loadInventory(file, reachOptions(flags))
  const peer = checkWords(inventory, host, flags)
  const addresses = inventory.masters.map(({ address }) => address)
  const inside = await ensureInLab(addresses, plain(process.stderr, false).sink)
  if (inside !== null) return inside
  return withLog('promote', `${pairWords(inventory)} ${host}`, (log) => take(inventory, { host, peer, flags }, log))
}

async function take(
  inventory: Inventory,
  { host, peer, flags }: { readonly host: string; readonly peer: string; readonly flags: PromoteFlags },
  log: RunLog,
): Promise<number> {
  const lines = await PairLines.open(inventory)
  try {
    const nodes = await lines.ask()
    if (holdersOf(nodes).includes(host)) {
      process.stdout.write(`${say('pair.holds-already', { host, vip: inventory.vip.address })[language()]}\n`)
      return EXIT.done
    }
    const database = checkNodes(nodes, { file: pairWords(inventory), host, peer })
    const risk = promotionRisk(host, peer, database, Math.round(Date.now() / 1000))
    const away = nodes.find((node) => node.host === peer)?.problem?.text ?? say('promote.answers')
    process.stderr.write(`${say('promote.is-to', { host, vip: inventory.vip.address, peer, away })[language()]}\n`)
    if (nodes.some((one) => one.host === peer && one.status === null))
      process.stderr.write(`${say('promote.switch-off', { peer })[language()]}\n`)
    for (const line of risk) process.stderr.write(`  ${inLanguage(line, language())}\n`)
    await confirmNamed(
      { host, yes: flags.yes },
      {
        would: say('promote.would', { host }),
        does: say('promote.does', { host }),
        flags: `--yes ${host} --accept-loss`,
      },
    )
    log.note([answersOf(nodes), ...risk.map(english)].join('\n'))
    log.begin()
    const refused = await lines.ctl(host, 'promote force')
    log.note(`${host}: promote force: ${refused === '' ? 'done' : refused}`)
    if (refused !== '') throw refusal(host, refused, say('promote.refused.do', { file: pairWords(inventory), host }))
    process.stdout.write(
      `${say('promote.done', { host, vip: inventory.vip.address, peer, file: pairWords(inventory) })[language()]}\n`,
    )
    return EXIT.done
  } finally {
    await lines.close()
  }
}

/** @returns the other master. @throws MmhaError (exit 4) */
function checkWords(inventory: Inventory, host: string, { yes, acceptLoss }: PromoteFlags): string {
  checkNamed(inventory, { host, yes }, say('named.to-promote'))
  if ((yes !== undefined) !== (acceptLoss === true))
    throw new MmhaError(say('promote.half'), {
      code: 'HALF_A_WORD',
      source: 'user',
      exit: EXIT.invalid,
      hint: say('promote.half.do', { host }),
    })
  const [first, second] = inventory.masters
  return first.name === host ? second.name : first.name
}

/** What the host's daemon knows of its database. @throws MmhaError (exit 1, 3 or 5) when it can't or must not be promoted */
function checkNodes(
  nodes: readonly NodeStatus[],
  { file, host, peer }: { readonly file: string; readonly host: string; readonly peer: string },
): DatabaseStatus {
  const node = (name: string) => nodes.find((one) => one.host === name)
  const problem = node(host)?.problem ?? null
  if (problem !== null)
    throw new MmhaError(problem.text, {
      code: problem.kind === 'unreachable' ? 'SSH_UNREACHABLE' : 'NO_DAEMON',
      source: 'user',
      exit: problem.kind === 'unreachable' ? EXIT.unreachable : EXIT.failed,
      host,
      hint: say('promote.no-daemon.do'),
    })
  if (holdersOf(nodes).includes(peer))
    throw refusal(peer, say('promote.peer-holds', { peer }), say('promote.peer-holds.do', { file, host }))
  const open = node(peer)?.status?.databases.some(({ writable }) => writable === true) === true
  if (open) throw refusal(peer, say('promote.peer-open', { peer }), say('promote.peer-open.do'))
  const database = node(host)?.status?.databases[0]
  if (database?.up !== true) throw refusal(host, say('promote.down', { host }), say('promote.down.do', { host }))
  return database
}

function refusal(host: string, message: Text, hint: Text): MmhaError {
  return new MmhaError(message, { code: 'PROMOTE_REFUSED', source: 'user', exit: EXIT.refused, host, hint })
}
