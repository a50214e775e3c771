import { shellQuote } from '../modules/step.ts'
import { dumpOf, gtidsAt, momentOf } from '../mysql/dump.ts'
import { sqlIdentifier, sqlString } from '../mysql/quote.ts'
import { Flow, flowText } from './flow.ts'
import { executedBy, historyOf } from './history.ts'
import { sqlOn } from './remote.ts'
import { schemasOf } from './schemas.ts'
import { StatementCut } from './statement-cut.ts'
import { transfer } from './transfer.ts'
import type { Pair } from './verify.ts'
import type { Copied, Site, Way } from './way.ts'

/** The server's own dump program, through here into the other server: between any two versions, and the slowest. */
export const dumpWay: Way = {
  takes: 'a dump',
  bringsAccounts: false,
  privileges: [],
  requireFit: async () => {},
  copy: async (site) => {
    await empty(site)
    return copy(site)
  },
}

/** Bytes; with less a disk counts as full. */
const FULL = 16 * 1024 * 1024

/** MariaDB's server may end itself on a full disk: the client says no more than that it is gone. */
const LOAD = `directory=$(sql --execute='SELECT @@GLOBAL.datadir' </dev/null)
status=0
"$mysql_client" --protocol=socket --user=root --batch --max-allowed-packet=1G \
  --default-character-set=utf8mb4 --init-command='SET SESSION sql_log_bin=0, sql_log_off=1' || status=$?
if [ $status != 0 ] && [ -n "$directory" ] && [ "$(df --output=avail -B1 "$directory" | tail -n 1)" -lt ${FULL} ]; then
  echo "No space left in $directory" >&2
fi
exit $status`

async function empty({ target, dialect }: Pair): Promise<void> {
  const drops = (await schemasOf(target)).map((name) => `DROP DATABASE ${sqlIdentifier(name)}`)
  const { stopReplica, resetBinaryLogs } = dialect.statement
  await sqlOn(target, 'drop what it holds', [
    stopReplica,
    'SET SESSION foreign_key_checks=0',
    ...drops,
    resetBinaryLogs,
  ])
}

async function copy({ source, target, throttle, sink, dialect }: Site): Promise<Copied> {
  const schemas = await schemasOf(source)
  const before = await historyOf({ source, target, dialect })
  const size = await sqlOn(source, 'ask its size', [
    `SELECT COALESCE(SUM(DATA_LENGTH), 0) FROM information_schema.TABLES WHERE TABLE_SCHEMA IN (${schemas.map(sqlString).join(', ')})`,
  ])
  const { command, marker } = dumpOf(dialect, schemas)
  const [program = '', ...words] = command
  const flow = new Flow({
    throttle,
    expected: Number(size[0]?.[0] ?? 0),
    tell: (state) =>
      sink({ code: 'seed.progress', level: 'info', host: target.name, message: flowText(state), data: { ...state } }),
  })
  const cut = new StatementCut(marker)
  const began = performance.now()
  await transfer(
    {
      connection: source,
      doing: 'dump its data',
      script: `exec ${program} --protocol=socket --user=root ${words.map(shellQuote).join(' ')} </dev/null`,
    },
    {
      connection: target,
      doing: 'load the dump',
      script: LOAD,
    },
    [cut, flow],
  )
  const seconds = (performance.now() - began) / 1000
  const moment = momentOf(cut.found ?? '')
  if (moment === null) throw new Error(`the dump of ${source.name} does not say which moment it is of`)
  if (moment.kind === 'gtids') return { ...flow.state, seconds, executed: moment.executed, position: '' }
  const [at] = await sqlOn(source, 'read the place of the dump', [gtidsAt(moment)])
  const position = at?.[0] ?? ''
  const executed = executedBy({ dialect }, before, position)
  return { ...flow.state, seconds, executed, position }
}
