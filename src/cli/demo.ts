import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { EXIT, MmhaError } from '../events/error.ts'

interface DemoOptions {
  readonly server: string
  readonly keep: boolean
}

/** One command of the demo: what it shows, and the words a user would type after `mmha`. */
interface Act {
  readonly title: string
  readonly words: readonly string[]
}

const INVENTORY = 'inventories/lab.yml'

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
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1] ?? '', ...words], {
      stdio: 'inherit',
      // Several labs may be up, with the same addresses: all of the demo is about its own.
      env: { ...process.env, MMHA_LAB: process.env.MMHA_LAB ?? 'lab' },
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? EXIT.cancelled : 1)))
  })
}

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
      throw new MmhaError(`the demo stopped: \`mmha ${words.join(' ')}\` ended with exit code ${code}`, {
        code: 'DEMO_STOPPED',
        source: 'user',
        exit: 1,
        hint: 'Read its message above; look around with `mmha lab ssh m1`, clean up with `mmha lab down`.',
      })
    }
  }
  process.stderr.write(`\n━━ Done in ${Math.round((Date.now() - started) / 1000)} s\n`)
  if (options.keep) {
    process.stderr.write(`   look around   bin/mmha lab ssh m1        bin/mmha lab exec c1 -- mmha-keepalived ctl status
   once more     bin/mmha verify ${INVENTORY}
   clean up      bin/mmha lab down\n`)
  } else {
    process.exitCode = await runMmha(['lab', 'down'])
  }
}

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('the whole way on this machine: lab, provision, failover test, report')
    .option('--server <name>', 'mysql-9.7, mariadb-10.11 or mariadb-11.8', 'mysql-9.7')
    .option('--no-keep', 'take the lab down at the end')
    .action(demo)
}
