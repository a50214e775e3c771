import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Config } from '../../../src/keepalived/config/config.ts'
import { Scripts } from '../../../src/keepalived/notify/scripts.ts'
import type { ToCheck } from '../../../src/keepalived/process/messages.ts'
import { trimBinlog } from '../../../src/keepalived/role/binlog-trim.ts'
import { type RoleOptions, startRole } from '../../../src/keepalived/role/role.ts'

/**
 * Runs inside a lab host in the place of the check worker: the real role, with VRRP's side spoken by the test over
 * stdin and stdout, one JSON message a line. `runner.mjs CONFIG trim` is what `mmha-keepalived binlog-trim` does.
 */
const [file = '', command = 'role'] = process.argv.slice(2)
const say = (message: unknown): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
const log: RoleOptions['log'] = (level, text) => say({ t: 'log', level, text })
const config = JSON.parse(readFileSync(file, 'utf8')) as Config
const [instance] = config.instances
const [server] = config.mysqlServers
if (instance === undefined || server === undefined) throw new Error(`${file}: needs an instance and a server`)

if (command === 'trim') {
  await trimBinlog(config, { log })
} else {
  const role = startRole({ instance, server, scripts: new Scripts(config.global, file), send: say, log })
  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => role.receive(JSON.parse(line) as ToCheck))
  lines.on('close', () => void role.stop().then(() => process.exit(0)))
}
