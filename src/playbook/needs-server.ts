import { hostsOf, type Play } from '../engine/play.ts'
import { type Survey, viewOf } from '../engine/survey.ts'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Inventory } from '../inventory/inventory.ts'

/** Modules after which a host may have a server that it has not yet, or one that runs. */
const MAY_BRING_ONE = ['mysql_server', 'package', 'command', 'script']
const MAY_START_IT = [...MAY_BRING_ONE, 'mysql_config', 'service']

/** Modules that find nothing to do where the server does not answer. */
const ASK_IT = ['mysql_accounts', 'mysql_fresh_pair', 'mysql_replication']

/**
 * A part of a playbook on a host whose database server is not there, or does not run, would find nothing to do, and say
 * that all is well.
 * @throws MmhaError NO_SERVER, SERVER_STOPPED (exit 5)
 */
export function checkServers(plays: readonly Play[], inventory: Inventory, { facts }: Survey): void {
  const brought = new Set<string>()
  const started = new Set<string>()
  for (const play of plays) {
    for (const host of hostsOf(play, inventory)) {
      for (const task of [...play.tasks, ...play.handlers]) {
        const { name } = task.module
        if (MAY_BRING_ONE.includes(name)) brought.add(host.name)
        if (MAY_START_IT.includes(name)) started.add(host.name)
        const server = facts.get(host.name)?.server
        const missing = server === null && name.startsWith('mysql_') && !brought.has(host.name)
        const stopped = server?.running === false && ASK_IT.includes(name) && !started.has(host.name)
        if (!(missing || stopped) || !task.when(viewOf(inventory, host, facts))) continue
        const what = missing
          ? `${host.name} has no database server: ${task.name} needs it`
          : `${host.name} has a database server that does not run: ${task.name} needs it`
        throw new MmhaError(what, {
          code: missing ? 'NO_SERVER' : 'SERVER_STOPPED',
          source: 'user',
          exit: EXIT.refused,
          host: host.name,
          where: task.id,
          hint: missing
            ? 'let the play that installs it run, too: `mmha provision` without --only, --from, --skip and --tags'
            : 'start it, or run `mmha provision` without --only, --from, --skip and --tags',
        })
      }
    }
  }
}
