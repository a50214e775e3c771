import { join, relative } from 'node:path'
import { type Command, Option } from 'commander'
import { EXIT } from '../events/error.ts'
import { FLAVOURS } from '../lab/flavour.ts'
import { LAB_VARIABLE, runHere } from '../lab/inside.ts'
import { installationRoot } from '../modules/installation-root.ts'

interface DemoOptions {
  readonly server: string
  readonly keep: boolean
}

/** One command of the demo: what it shows, and the words a user would type after `mmha`. */
interface Act {
  readonly title: string
  readonly words: readonly string[]
}

/** Shipped with mmha; as a path that works from where the user is. */
const INVENTORY = relative('', join(installationRoot(), 'inventories/lab.yml'))

/** The demo is the user's own commands, one after the other; nothing in it that they could not type. */
export function demoActs(server: string): readonly Act[] {
  return [
    {
      title: 'Two fresh database hosts and a client, on this machine',
      words: ['lab', 'up', INVENTORY, '--server', server, '--fallback'],
    },
    { title: 'What provisioning would do', words: ['plan', INVENTORY] },
    { title: 'Provision the pair', words: ['provision', INVENTORY, '--yes'] },
    { title: 'Again: nothing to change', words: ['provision', INVENTORY, '--yes'] },
    { title: 'The failover test', words: ['verify', INVENTORY] },
  ]
}

/** Runs `mmha …words` with our terminal; resolves to its exit code. */
function runMmha(words: readonly string[]): Promise<number> {
  // Several labs may be up, with the same addresses: all of the demo is about its own.
  const env = { [LAB_VARIABLE]: process.env[LAB_VARIABLE] || 'lab' }
  return runHere([process.execPath, ...process.execArgv, process.argv[1] ?? '', ...words], env)
}

const NEXT = `   look around   bin/mmha lab ssh m1        bin/mmha lab logs m1 -u mmha-keepalived
   who is who    bin/mmha lab exec m1 -- mmha-keepalived ctl status
   once more     bin/mmha verify ${INVENTORY}
   clean up      bin/mmha lab down
`

async function demo(options: DemoOptions): Promise<void> {
  const started = Date.now()
  for (const { title, words } of demoActs(options.server)) {
    process.stderr.write(`\n━━ ${title}\n   $ mmha ${words.join(' ')}\n\n`)
    const code = await runMmha(words)
    if (code === EXIT.cancelled) {
      process.exitCode = code
      return
    }
    if (code !== 0) {
      process.exitCode = code
      // Without a lab there is nothing to look at: its own message says it all.
      if (words[0] === 'lab') return
      process.stderr.write(`\n━━ The demo ends here: \`mmha ${words.join(' ')}\` ended with exit code ${code}\n${NEXT}`)
      return
    }
  }
  process.stderr.write(`\n━━ Done in ${Math.round((Date.now() - started) / 1000)} s\n`)
  if (options.keep) {
    process.stderr.write(NEXT)
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
