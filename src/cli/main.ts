import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { EXIT } from '../events/error.ts'
import { installationRoot } from '../modules/shipped-template.ts'
import { describeFailure } from './failure.ts'

type Register = (program: Command) => void

/** Commands in the order of the help. Each is loaded when it is asked for: the start is most of a run with nothing to do. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  init: async () => (await import('./init.ts')).registerInit,
  plan: async () => (await import('./plan.ts')).registerPlan,
  provision: async () => (await import('./provision.ts')).registerProvision,
  verify: async () => (await import('./verify.ts')).registerVerify,
  lab: async () => (await import('./lab.ts')).registerLab,
  demo: async () => (await import('./demo.ts')).registerDemo,
  schema: async () => (await import('./schema.ts')).registerSchema,
}

async function main(words: readonly string[]): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(installationRoot(), 'package.json'), 'utf8')) as { version: string }
  const program = new Command('mmha')
    .description('One MySQL address that survives the loss of either of two servers')
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText('after', EXAMPLES)
  const asked = words.find((word) => !word.startsWith('-')) ?? ''
  const known = Object.hasOwn(COMMANDS, asked)
  const names = known ? [asked] : Object.keys(COMMANDS)
  for (const name of names) (await COMMANDS[name]?.())?.(program)
  sayWhereHelpIs(program, 'mmha')
  // Options of exitOverride are inherited only by commands made after it, which all of ours are.
  await program.parseAsync([...words], { from: 'user' })
}

const EXAMPLES = `
Examples:
  mmha init                              asks, looks at both hosts, writes the inventory
  mmha plan inventory.yml                what would change
  mmha provision inventory.yml           does it, after asking
  mmha verify inventory.yml              breaks the pair on purpose, and measures
  mmha COMMAND --help                    options and an example of each

Exit codes: 0 done, 1 failed, 2 changes pending (plan --detailed-exitcode), 3 unreachable, 4 invalid input,
5 refused by a safety gate, 6 drill failed, 75 locked, 130 cancelled
`

/** Under each wrong use. */
function sayWhereHelpIs(command: Command, words: string): void {
  command.showHelpAfterError(`  do: see \`${words} --help\``)
  for (const sub of command.commands) sayWhereHelpIs(sub, `${words} ${sub.name()}`)
}

// `mmha … | head`, a terminal that is closed: what nobody reads is dropped, and the work goes on to its end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (error instanceof CommanderError) {
    // commander has said what is wrong itself; help and version are no errors.
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.invalid
  } else {
    const failure = describeFailure(error, (process.env.MMHA_DEBUG ?? '') !== '')
    if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(failure.document)}\n`)
    process.stderr.write(`${failure.text}\n`)
    process.exitCode = failure.exit
  }
}
