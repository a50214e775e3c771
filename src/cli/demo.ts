import { join, relative } from 'node:path'
import { type Command, Option } from 'commander'
import { EXIT } from '../events/error.ts'
import { language } from '../events/language.ts'
import type { Message } from '../events/message.ts'
import { lab as say } from '../events/messages/lab.ts'
import { columns, padColumns } from '../events/width.ts'
import { FLAVOURS } from '../lab/flavour.ts'
import { LAB_VARIABLE, runHere } from '../lab/inside.ts'
import { installationRoot } from '../modules/installation-root.ts'

interface DemoOptions {
  readonly server: string
  readonly keep: boolean
}

/** One command of the demo: what it shows, and the words a user would type after `mmha`. */
interface Act {
  readonly title: Message
  readonly words: readonly string[]
}

/** Shipped with mmha; as a path that works from where the user is. */
const INVENTORY = relative('', join(installationRoot(), 'inventories/lab.yml'))

/** The demo is the user's own commands, one after the other; nothing in it that they could not type. */
export function demoActs(server: string): readonly Act[] {
  return [
    {
      title: say('demo.up'),
      words: ['lab', 'up', INVENTORY, '--server', server, '--fallback'],
    },
    { title: say('demo.plan'), words: ['plan', INVENTORY] },
    { title: say('demo.provision'), words: ['provision', INVENTORY, '--yes'] },
    { title: say('demo.again'), words: ['provision', INVENTORY, '--yes'] },
    { title: say('demo.verify'), words: ['verify', INVENTORY] },
  ]
}

/** Runs `mmha …words` with our terminal; resolves to its exit code. */
function runMmha(words: readonly string[]): Promise<number> {
  // Several labs may be up, with the same addresses: all of the demo is about its own.
  const env = { [LAB_VARIABLE]: process.env[LAB_VARIABLE] || 'lab' }
  return runHere([process.execPath, ...process.execArgv, process.argv[1] ?? '', ...words, '--lang', language()], env)
}

const NEXT = [
  ['demo.look', 'bin/mmha lab ssh m1        bin/mmha lab logs m1 -u mmha-keepalived'],
  ['demo.who', 'bin/mmha lab exec m1 -- mmha-keepalived ctl status'],
  ['demo.more', `bin/mmha verify ${INVENTORY}`],
  ['demo.clean', 'bin/mmha lab down'],
] as const

/** What one may do next: a phrase, and the command. */
function next(): string {
  const names = NEXT.map(([code]) => say(code)[language()])
  const wide = Math.max(...names.map(columns))
  return NEXT.map(([, command], i) => `   ${padColumns(names[i] ?? '', wide)}   ${command}\n`).join('')
}

function heading(title: Message): string {
  return `\n━━ ${title[language()]}\n`
}

async function demo(options: DemoOptions): Promise<void> {
  const started = Date.now()
  for (const { title, words } of demoActs(options.server)) {
    process.stderr.write(`${heading(title)}   $ mmha ${words.join(' ')}\n\n`)
    const code = await runMmha(words)
    if (code === EXIT.cancelled) {
      process.exitCode = code
      return
    }
    if (code !== 0) {
      process.exitCode = code
      // Without a lab there is nothing to look at: its own message says it all.
      if (words[0] === 'lab') return
      process.stderr.write(`${heading(say('demo.ends', { command: words.join(' '), code }))}${next()}`)
      return
    }
  }
  process.stderr.write(heading(say('demo.done', { seconds: Math.round((Date.now() - started) / 1000) })))
  if (options.keep) {
    process.stderr.write(next())
  } else {
    process.exitCode = await runMmha(['lab', 'down'])
  }
}

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('the whole way on this machine: lab, provision, failover test, report')
    .addOption(
      new Option('--server <name>', 'which database server').choices(Object.keys(FLAVOURS)).default('mysql-9.7'),
    )
    .option('--no-keep', 'take the lab down at the end')
    .addHelpText(
      'after',
      '\nExample:\n  mmha demo --server mariadb-11.8\nNeeds root and Debian 12 or newer; docs/lab.md.\n',
    )
    .action(demo)
}
