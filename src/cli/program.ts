import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { type Language, language } from '../events/language.ts'
import { installationRoot } from '../modules/installation-root.ts'
import { takeLanguage } from './language-option.ts'
import { translateHelp } from './translated-help.ts'
import { takeVaultPassword } from './vault-password-option.ts'

type Register = (program: Command) => void

/** Commands in the order of the help. Each is loaded when it is asked for: the start is most of a run with nothing to do. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  init: async () => (await import('./init.ts')).registerInit,
  preflight: async () => (await import('./preflight.ts')).registerPreflight,
  plan: async () => (await import('./plan.ts')).registerPlan,
  provision: async () => (await import('./provision.ts')).registerProvision,
  playbook: async () => (await import('./playbook.ts')).registerPlaybook,
  verify: async () => (await import('./verify.ts')).registerVerify,
  status: async () => (await import('./status.ts')).registerStatus,
  runs: async () => (await import('./runs.ts')).registerRuns,
  rollback: async () => (await import('./rollback.ts')).registerRollback,
  teardown: async () => (await import('./teardown.ts')).registerTeardown,
  switchover: async () => (await import('./switchover.ts')).registerSwitchover,
  'rotate-secrets': async () => (await import('./rotate-secrets.ts')).registerRotateSecrets,
  promote: async () => (await import('./promote.ts')).registerPromote,
  rejoin: async () => (await import('./rejoin.ts')).registerRejoin,
  lab: async () => (await import('./lab.ts')).registerLab,
  demo: async () => (await import('./demo.ts')).registerDemo,
  lint: async () => (await import('./lint.ts')).registerLint,
  genhash: async () => (await import('./genhash.ts')).registerGenhash,
  vault: async () => (await import('./vault.ts')).registerVault,
  schema: async () => (await import('./schema.ts')).registerSchema,
}

const EXAMPLES = `
Examples:
  mmha init                              asks, looks at both hosts, writes the inventory
  mmha preflight inventory.yml           is anything in the way? what to do about it
  mmha plan inventory.yml                what would change
  mmha provision inventory.yml           does it, after asking
  mmha verify inventory.yml              breaks the pair on purpose, and measures
  mmha status inventory.yml              who holds the address, what is wrong, what to do
  mmha switchover inventory.yml          moves the address to the other host, in order
  mmha runs inventory.yml                what was done there, by whom; mmha rollback takes a run back
  mmha rejoin inventory.yml m1 --reseed dump
                                         copies the holder's data onto a quarantined host
  mmha COMMAND --help                    options and an example of each

Exit codes: 0 done, 1 failed, 2 changes pending (plan --detailed-exitcode), 3 unreachable, 4 invalid input,
5 refused by a safety gate, 6 drill failed, 75 locked, 130 cancelled
`

/**
 * The command line as data, with the commands that `words` may mean; nothing has run yet. Wrong use is a CommanderError.
 */
export async function programFor(words: readonly string[], own: Language = language()): Promise<Command> {
  const { version } = JSON.parse(readFileSync(join(installationRoot(), 'package.json'), 'utf8')) as { version: string }
  const program = new Command('mmha')
    .description('One MySQL address that survives the loss of either of two servers')
    .version(version)
    .enablePositionalOptions()
    // Inherited only by commands made after it, which all of ours are.
    .exitOverride()
    .addHelpText('after', EXAMPLES)
  const asked = words.find((word) => !word.startsWith('-')) ?? ''
  const names = Object.hasOwn(COMMANDS, asked) ? [asked] : Object.keys(COMMANDS)
  for (const name of names) (await COMMANDS[name]?.())?.(program)
  takeVaultPassword(program)
  takeLanguage(program)
  sayWhereHelpIs(program, 'mmha')
  translateHelp(program, 'mmha', own)
  return program
}

/** Under each wrong use. */
function sayWhereHelpIs(command: Command, words: string): void {
  command.showHelpAfterError(`  do: see \`${words} --help\``)
  for (const sub of command.commands) sayWhereHelpIs(sub, `${words} ${sub.name()}`)
}
