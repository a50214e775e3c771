import { isOn } from '../../../src/lab/machine.ts'
import type { LabHost } from '../../../src/lab/state.ts'
import { must } from '../role/pair.ts'

const DAEMON = 'mmha-keepalived'
/** Cut short in CI's list of failures: what tells most comes first. */
const STATUS = `${DAEMON} ctl status | tr -d '\\n' | sed 's/.*"databases"//; s/  */ /g'`

/** What each host says of itself, a line each, and then the last lines of the daemons' journals. */
export async function lastWords(hosts: readonly LabHost[]): Promise<string> {
  const ask = (script: string) =>
    Promise.all(
      hosts.map(async (host) => {
        if (!isOn(host)) return `${host.name}: off`
        const said = must(host, ['sh', '-c', script]).then(
          (text) => text.trim(),
          (error: Error) => error.message,
        )
        return `${host.name}: ${await said}`
      }),
    )
  const states = await ask(`uptime -p; systemctl is-active ${DAEMON} mysql mariadb | tr '\\n' ' '; ${STATUS}`)
  const journals = await ask(
    `journalctl -u ${DAEMON} -o short-precise --no-pager -p warning -n 6; journalctl -u ${DAEMON} -o short-precise --no-pager -n 25`,
  )
  return [...states.map((line) => line.replaceAll('\n', ' ')), ...journals].join('\n')
}
