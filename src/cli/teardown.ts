import { type Command, Option } from 'commander'
import { EXIT, MmhaError } from '../events/error.ts'
import { loadInventory } from '../inventory/load.ts'
import { labSshDefaults } from '../lab/inside.ts'
import { approve, untilCancelled } from './approve.ts'
import { runPair } from './pair-run.ts'

interface TeardownFlags {
  readonly standby: 'replica' | 'alone'
  readonly holder?: string
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly explain?: boolean
  readonly json?: boolean
  readonly verbose?: boolean
}

const HELP = `
Examples:
  mmha teardown inventory.yml --dry-run           what would go, and what stays
  mmha teardown inventory.yml                     the standby goes on following, read-only
  mmha teardown inventory.yml --standby alone     two servers that know nothing of each other
The address goes: clients have to use the holder's own. No data is removed.
`

/** `mmha teardown INVENTORY`: takes mmha off a pair, and leaves working servers. */
export function registerTeardown(program: Command): void {
  program
    .command('teardown')
    .description('take mmha off a pair and leave working servers; their data stays')
    .argument('<inventory>', 'YAML file, as `mmha init` writes it')
    .addOption(
      new Option('--standby <as>', 'what the standby becomes: replica follows on, read-only; alone is writable')
        .choices(['replica', 'alone'])
        .default('replica'),
    )
    .option('--holder <host>', 'which host is to take the writes, where neither holds the VIP')
    .option('--dry-run', 'only show what would be done')
    .option('-y, --yes', 'do it without asking')
    .option('--explain', 'also show the exact script of each step')
    .option('--json', 'events and the result as one JSON document a line, on stdout')
    .option('-v, --verbose', 'show what the steps print')
    .addHelpText('after', HELP)
    .action((file: string, flags: TeardownFlags) => untilCancelled(() => teardown(file, flags)))
}

async function teardown(file: string, flags: TeardownFlags): Promise<unknown> {
  const names = loadInventory(file, { sshDefaults: labSshDefaults }).masters.map(({ name }) => name)
  if (flags.holder !== undefined && !names.includes(flags.holder)) {
    throw new MmhaError(`${flags.holder} is no master of ${file}`, {
      code: 'NO_SUCH_HOST',
      source: 'user',
      exit: EXIT.invalid,
      hint: `its masters: ${names.join(', ')}`,
    })
  }
  return runPair({
    command: 'teardown',
    file,
    flags,
    playbook: playbookFor(flags),
    dry: flags.dryRun === true,
    // It is what was asked for: the plan says it before.
    allowRestart: true,
    approve: (request, renderer, signal) => approve(request, renderer, flags, signal),
  })
}

/** What each server is to be stands in its option file first: a run that is cut goes on from there. */
function playbookFor(flags: TeardownFlags): string {
  const { standby } = flags
  const holder = flags.holder ?? null
  const play = (name: string, part: string, serial: boolean, more = '') =>
    `- name: ${name}
  hosts: masters
  serial: ${serial}
  tasks:
    - { name: ${name}, pair_teardown: ${JSON.stringify({ part, standby, holder })} }
${more}`
  const firewall = `    - name: firewall
      firewall:
        accept:
          - { protocol: tcp, port: "{{inventory.server.port}}", from: "{{peer.replicationAddress}}" }
          - { protocol: tcp, port: "{{inventory.server.port}}", from: "{{inventory.clients}}" }
`
  return [
    play('settings', 'settings', false),
    play('daemon', 'daemon', true),
    play('replication', 'replication', false),
    play('remains', 'remains', false, firewall),
  ].join('')
}
