import type { GlobalConfig } from '../config/config.ts'
import type { DaemonScript } from '../config/daemon-settings.ts'
import { describe } from '../notify/run-command.ts'
import { Scripts } from '../notify/scripts.ts'
import type { Log } from './log.ts'

/**
 * Runs startup_script or shutdown_script and waits for its end, or for its timeout, at which its process group is ended. The daemon
 * goes on however it ends, which is logged: an address without the script is better than no address.
 */
export async function runDaemonScript(
  name: 'startup_script' | 'shutdown_script',
  script: DaemonScript | null,
  global: GlobalConfig,
  configFile: string,
  log: Log,
): Promise<void> {
  if (script === null) return
  const scripts = new Scripts(global, configFile)
  const ready = await scripts.prepare(script.command)
  if (typeof ready === 'string') {
    log('error', `${name}: ${ready}`)
    return
  }
  const outcome = await scripts.start(ready, script.timeout * 1000).verdict
  const good = outcome.end === 'exit' && outcome.code === 0
  log(good ? 'info' : 'warn', `${name}: ${describe(outcome)}`)
}
