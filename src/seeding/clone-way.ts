import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { EXIT, MmhaError } from '../events/error.ts'
import { Secret } from '../inventory/secret.ts'
import { SQL_FUNCTIONS } from '../modules/mysql-client.ts'
import { type Script, sh, shellQuote } from '../modules/step.ts'
import {
  CLONE_PROGRESS,
  CLONE_SESSIONS,
  CLONE_STATUS,
  type CloneLogin,
  cloneAccount,
  cloneInstance,
  whyNoClone,
} from '../mysql/clone.ts'
import { revealedSql, sqlScript } from '../mysql/sql-text.ts'
import { endCloneOf, installClone, watchClone } from './clone-guest.ts'
import { flowText } from './flow.ts'
import { whileWritable } from './history.ts'
import { requireSame } from './preconditions.ts'
import { asRootOn, rowsOf, seedFailed, sqlOn } from './remote.ts'
import { requireRoom } from './room.ts'
import type { Copied, Site, Way } from './way.ts'

/** MySQL's own: InnoDB's files from server to server, not through here. The fastest, where it is to be had. */
export const cloneWay: Way = {
  takes: 'a clone',
  bringsAccounts: true,
  privileges: ['BACKUP_ADMIN', 'CLONE_ADMIN'],
  requireFit: async (site) => {
    const why = whyNoClone(site.dialect, site.targetDialect)
    if (why !== null)
      throw new MmhaError(why, {
        code: 'NO_CLONE',
        source: 'user',
        exit: EXIT.refused,
        host: site.target.name,
        hint: 'nothing was touched; take another way: dump',
      })
    await requireSame(site, ['innodb_page_size', 'lower_case_table_names', 'innodb_data_file_path'])
    await requireRoom(site, 'replaced')
  },
  copy: async (site) => {
    const login = await loginOf(site)
    await installClone(site.target, site.dialect)
    const watch = await watchClone(site.source)
    try {
      await installClone(site.source, site.dialect)
      await endLeftovers(site)
      await whileWritable(site, 'make the account for the clone', cloneAccount(login))
      const done = await clone(site, login)
      await watch.end()
      // Came with the clone: the source's own channel, who was let in for it, the plugin.
      await sqlOn(site.target, 'take out the channel of the other', [site.dialect.statement.resetReplicaAll])
      await endCloneOf(site.target, site.dialect)
      return done
    } catch (error) {
      // What stopped it is said; what is left over is ended by the watch once more, or by the next run.
      await watch.end().catch(() => {})
      throw error
    }
  },
}

const LEFTOVERS_END_WITHIN_MS = 30_000

async function endLeftovers({ source }: Site): Promise<void> {
  const doing = 'end the clone of a run that was cut'
  const deadline = performance.now() + LEFTOVERS_END_WITHIN_MS
  for (;;) {
    const sessions = await sqlOn(source, doing, [CLONE_SESSIONS])
    if (sessions.length === 0) return
    if (performance.now() > deadline) throw seedFailed(source.name, doing, 'it does not end')
    // One that has ended by itself meanwhile is as well.
    for (const [id = ''] of sessions) await sqlOn(source, doing, [`KILL ${Number(id)}`]).catch(() => {})
    await delay(500)
  }
}

async function loginOf({ source, target, inventory, dialect }: Site): Promise<CloneLogin> {
  const [donor, recipient] = [source, target].map(({ name }) => inventory.masters.find((one) => one.name === name))
  if (donor === undefined || recipient === undefined) throw new Error('both are masters')
  const [row] = await sqlOn(source, 'look for its certificate', [`SELECT ${dialect.seeding.hasCertificate}`])
  return {
    from: recipient.replicationAddress,
    host: donor.replicationAddress,
    port: inventory.server.port,
    // All four kinds of characters, for a server that demands them.
    password: new Secret(`${randomBytes(24).toString('hex')}-Aa1`),
    tls: row?.[0] === '1',
  }
}

async function clone({ target, server, dialect, throttle, sink }: Site, login: CloneLogin): Promise<Copied> {
  const { stopReplica, resetBinaryLogs } = dialect.statement
  await sqlOn(target, 'forget its history', [stopReplica, resetBinaryLogs])
  const began = performance.now()
  let bytes = 0
  const onLine = (line: string): void => {
    const progress = /^@@progress\t(\d+)\t(\d+)$/.exec(line)
    if (progress === null) return
    bytes = Number(progress[1])
    if (bytes === 0) return
    const rate = bytes / ((performance.now() - began) / 1000)
    const remaining = Math.max(0, Number(progress[2]) - bytes) / rate
    const state = { bytes, rate, remaining }
    sink({ code: 'seed.progress', level: 'info', host: target.name, message: flowText(state), data: state })
  }
  const script = cloneScript(`${server.unit}.service`, login, throttle)
  const output = await asRootOn(target, 'clone', script, onLine)
  const seconds = (performance.now() - began) / 1000
  const [state = '', error = '', executed = ''] = rowsOf(output).at(-1) ?? []
  if (state === 'Died') throw seedFailed(target.name, 'clone', 'its server went away meanwhile')
  if (state !== 'Completed') throw seedFailed(target.name, 'clone', error || `its state is ${state || 'unknown'}`)
  const [row] = await sqlOn(target, 'ask how much came', [CLONE_PROGRESS])
  return { executed, position: '', bytes: Number(row?.[0] ?? bytes), seconds }
}

/** s; a restart applies what the source wrote meanwhile. */
const RESTART_PATIENCE = 1800
/** s; what it would write down is void. */
const STOP_PATIENCE = 20

/**
 * Nobody may listen any more: the clone then ends with its server, whose data is void by then. Ends with the row of
 * CLONE_STATUS. The server restarts itself where systemd lets it (3707: not so), and the client loses it (2013).
 */
export function cloneScript(unit: string, login: CloneLogin, throttle: number | null): Script {
  const statements = revealedSql(sqlScript(['SET SESSION sql_log_off=1', ...cloneInstance(login, throttle)]))
  return sh`${SQL_FUNCTIONS}trap '' PIPE
said=$(mktemp)
sql >"$said" 2>&1 <<'MMHA_END_OF_SQL' &
${new Secret(statements)}MMHA_END_OF_SQL
client=$!
while kill -0 $client 2>/dev/null; do
  sleep 1
  now=$(sql --execute=${shellQuote(CLONE_PROGRESS)} 2>/dev/null) || continue
  printf '@@progress\\t%s\\n' "$now" 2>/dev/null && continue
  # A run that came later has restarted the server: it is not ours any more.
  kill -0 $client 2>/dev/null || break
  # MySQL may turn round and round in a shutdown while its clone waits for a source out of reach.
  timeout ${STOP_PATIENCE} systemctl stop ${shellQuote(unit)} || systemctl kill --signal=KILL ${shellQuote(unit)}
  rm -f "$said"
  exit 1
done
wait $client || :
error=$(cat "$said")
rm -f "$said"
case $error in
'' | *'ERROR 3707'* | *'ERROR 2013'* | *'ERROR 2006'*) ;;
*)
  printf '%s\\n' "$error"
  exit 1
  ;;
esac
deadline=$(($(date +%s) + ${String(RESTART_PATIENCE)}))
until status=$(sql --execute=${shellQuote(CLONE_STATUS)} 2>/dev/null) && [ "\${status%%	*}" != 'In Progress' ]; do
  [ "$(date +%s)" -lt $deadline ] || { echo 'its server does not come back'; exit 1; }
  systemctl start ${shellQuote(unit)} || :
  sleep 1
done
printf '%s\\n' "$status"
`
}
