import { type Command, Option } from 'commander'
import { EXIT, MmhaError } from '../events/error.ts'
import { language } from '../events/language.ts'
import { inLanguage } from '../events/message.ts'
import { frame } from '../events/messages/frame.ts'
import { wizard } from '../events/messages/wizard.ts'
import { plain } from '../events/renderer.ts'
import { sshConfigDefaults } from '../hosts/ssh-config/defaults.ts'
import { entered, LAB_VARIABLE, labSshDefaults, reexecInside, runHere } from '../lab/inside.ts'
import { isInside } from '../lab/network.ts'
import { type LabState, readState } from '../lab/state.ts'
import { init } from '../wizard/init.ts'
import { Cancelled } from '../wizard/question.ts'

interface Flags {
  readonly lab?: string | true
  readonly output?: string
  readonly answers?: string
  readonly schema?: string
}

/** `mmha init`: the wizard. */
export function registerInit(program: Command): void {
  program
    .command('init')
    .description('ask for the two hosts, look at them over SSH, write an inventory')
    .addOption(new Option('-o, --output <file>', 'where to write the inventory (asked when not given)'))
    .addOption(new Option('--answers <file>', 'take the answers from a YAML file instead of the terminal'))
    .addOption(
      new Option('--schema <file>', 'write the JSON Schema there too, and name it in the inventory, for editors'),
    )
    .addOption(new Option('--lab [name]', 'the hosts are those of a lab: run in its network, log in with its key'))
    .addHelpText('after', ANSWERS_HELP)
    .action(runInit)
}

async function runInit(flags: Flags): Promise<void> {
  if (flags.answers === undefined && !(process.stdin.isTTY && process.stderr.isTTY)) throw noTerminal()
  const lab = flags.lab === undefined ? null : labNamed(flags.lab)
  if (lab !== null && !isInside(lab.namespace)) {
    plain(process.stderr, false).sink(entered(lab))
    process.exitCode = await reexecInside(lab)
    return
  }
  const own = language()
  const leaving = new AbortController()
  const leave = () => leaving.abort()
  process.on('SIGINT', leave)
  try {
    const { file, next } = await init({
      file: flags.output ?? null,
      answers: flags.answers ?? null,
      schema: flags.schema ?? null,
      terminal: { input: process.stdin, output: process.stderr, signal: leaving.signal, language: own },
      say: (line) => process.stderr.write(`${inLanguage(line, own)}\n`),
      sshDefaults: lab === null ? sshConfigDefaults() : labSshDefaults,
    })
    process.stdout.write(`${wizard('wizard.wrote', { file })[own]}\n`)
    process.off('SIGINT', leave)
    if (next === 'nothing') process.stderr.write(`${wizard('wizard.next-command', { file })[own]}\n`)
    else
      process.exitCode = await runHere([
        process.execPath,
        ...process.execArgv,
        process.argv[1] ?? '',
        next,
        file,
        '--lang',
        own,
      ])
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error
    process.stderr.write(`${frame('cancelled.nothing-written')[own]}\n`)
    process.exitCode = EXIT.cancelled
  } finally {
    process.off('SIGINT', leave)
  }
}

function labNamed(flag: string | true): LabState {
  const name = flag === true ? process.env[LAB_VARIABLE] || 'lab' : flag
  const lab = readState(name)
  if (lab?.phase === 'up') return lab
  throw new MmhaError(`the lab ${name} is not up`, {
    code: 'LAB_DOWN',
    source: 'user',
    exit: EXIT.invalid,
    hint: `bring it up: \`mmha lab up --name ${name}\``,
  })
}

function noTerminal(): MmhaError {
  return new MmhaError(wizard('wizard.no-terminal'), {
    code: 'NO_TERMINAL',
    source: 'user',
    exit: EXIT.invalid,
    hint: wizard('wizard.no-terminal.do'),
  })
}

const ANSWERS_HELP = `
Examples:
  mmha init --output inventory.yml
  mmha init --answers answers.yml
An answers file says only what differs from the defaults:
  masters:
    - { host: 10.0.0.11, user: root, port: 22, key: ~/.ssh/id_ed25519 }
    - { host: 10.0.0.12 }             # as the first, unless sameLogin: false
  vip: 10.0.0.100
  nic: eth0                           # default: the best one that both have
  server: mysql                       # or mariadb, auto
  file: inventory.yml                 # overwrite: true replaces it
  next: nothing                       # or plan, provision
A host that known_hosts does not know needs its fingerprint: 'SHA256:…' beside its host.
`
