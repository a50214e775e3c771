import type { LabHost } from '../../../src/lab/state.ts'
import { must } from '../role/pair.ts'

/** Prints what a run, however it ended, must not leave on a host. */
const LOOK = `
for lock in lock steps; do [ ! -e /run/mmha/$lock ] || flock -n /run/mmha/$lock true || echo "locked: /run/mmha/$lock"; done
find /etc /opt /usr /root /var/lib /var/cache -xdev \\( -name '*.mmha-new' -o -name '*.mmha-old.*' -o -name '*.part' \\) -print
find /etc/mmha /etc/keepalived /etc/mysql -xdev -type f -size 0 -print 2>/dev/null
ls -d /run/mmha/stop /run/mmha/guard/* /var/lib/mmha/seeding* 2>/dev/null
dpkg --audit
systemctl list-units --failed --plain --no-legend
grep -Ls . /var/lib/mmha/runs/*/run.json
`

/** [] when nothing is left: no lock, no half-written file, no package or unit half-way. */
export async function leftBehind(host: LabHost): Promise<readonly string[]> {
  const said = await must(host, ['sh', '-c', `${LOOK}\ntrue`])
  return said.split('\n').filter(Boolean)
}
