import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { differingTables, type TableChecksums, userTables } from '../mysql/table-checksums.ts'
import { databaseProbe, OWN_SCHEMAS } from './database-probe.ts'
import { FactLines } from './fact-lines.ts'
import type { Module, PlanContext } from './module.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'
import { parseReplication, type ReplicationFacts } from './mysql-replication-facts.ts'
import { restsOnGtids } from './pair-data.ts'
import { serverDialect } from './server-dialect.ts'
import { type Script, sh } from './step.ts'

/** What a host's tables summed up to, and at which GTIDs. Goes when the pair is joined. */
export const CONTENTS_FILE = '/var/lib/mmha/contents'

interface ContentsFacts extends ReplicationFacts {
  /** null: not read yet, or written to since. */
  readonly sums: TableChecksums | null
}

interface ContentsParams {
  /** read: sums every table, where only GTIDs say that both hold the same; compare: refuses what differs. */
  readonly stage: 'read' | 'compare'
}

/** Tables that a refusal names. */
const NAMED = 8

/** Each table's statement is made by the server: names may hold anything. A table that is altered meanwhile ends it. */
function readEveryTable({ family }: Dialect): Script {
  const gtids = `SELECT 'contents_gtids', REPLACE(${family.executed}, CHAR(10), '')`
  const quoted = (name: string) => `REPLACE(${name}, '\`', '\`\`')`
  return sh`${SQL_FUNCTIONS}
mkdir -p ${CONTENTS_FILE.replace(/\/[^/]*$/, '')}
gtids() { sql <<'MMHA_END_OF_SQL'
${gtids}
MMHA_END_OF_SQL
}
statements() { sql --raw <<'MMHA_END_OF_SQL'
SELECT CONCAT('CHECKSUM TABLE \`', ${quoted('s')}, '\`.\`', ${quoted('t')}, '\`;') FROM (${userTables(OWN_SCHEMAS)}) AS tables
MMHA_END_OF_SQL
}
before=$(gtids)
statements > ${CONTENTS_FILE}.new
sums=$(sql < ${CONTENTS_FILE}.new)
if [ "$before" != "$(gtids)" ]; then
  rm -f ${CONTENTS_FILE}.new
  echo 'this server is written to, and does not replicate from its peer: nobody can say whether both hold the same' >&2
  exit 1
fi
{
  printf '%s\\n' "$before"
  [ -z "$sums" ] || printf '%s\\n' "$sums" | sed 's/^/sum	/'
} > ${CONTENTS_FILE}.new
mv ${CONTENTS_FILE}.new ${CONTENTS_FILE}
`
}

function refuseWhereTheyDiffer({ mine, theirs, host, peer, taskName }: PlanContext<ContentsFacts>): void {
  if (mine.sums === null || theirs.sums === null) return
  const differing = differingTables(mine.sums, theirs.sums)
  if (differing.length === 0) return
  const names = `${differing.slice(0, NAMED).join(', ')}${differing.length > NAMED ? ', …' : ''}`
  throw new MmhaError(
    `${host.name} and ${peer.name} have equal GTIDs and different rows: ${differing.length} of ${mine.sums.size} tables differ (${names})`,
    {
      code: 'DATA_DIFFERS',
      source: 'user',
      exit: EXIT.refused,
      host: host.name,
      where: taskName,
      hint: `look at these tables on both, and decide whose rows stay; the other host gets a copy (mmha provision … --seed-from ${host.name} --overwrite ${peer.name}, or the other way round)`,
    },
  )
}

/**
 * Two servers with data that never were a pair, and of which GTIDs say that they hold the same: a restored copy, a cloned
 * disk. GTIDs count transactions, not rows; before the two are joined every table is read on both.
 */
export const pairContents: Module<ContentsParams, ContentsFacts> = {
  name: 'pair_contents',
  params: z.strictObject({ stage: z.enum(['read', 'compare']) }),
  shared: (context) => [databaseProbe(context)],
  probe: () => `cat ${CONTENTS_FILE} 2>/dev/null || :\n`,

  parse: (stdout) => {
    const found = parseReplication(stdout)
    const facts = new FactLines(stdout)
    const sums = new Map(
      facts.rows('sum').map(([table = '', sum = 'NULL']) => [table, sum === 'NULL' ? null : sum] as const),
    )
    return { ...found, sums: facts.text('contents_gtids') === found.gtids ? sums : null }
  },

  plan: ({ stage }, context) => {
    const { inventory, facts, host, mine, theirs, taskId, taskName } = context
    if (facts.server === null || inventory.overwritten !== undefined || !mine.up || !theirs.up) return []
    const dialect = serverDialect(facts.server, mine)
    const joined = mine.channel !== null || theirs.channel !== null
    if (joined || !restsOnGtids(dialect.flavour, mine, theirs)) return []
    if (stage === 'compare') {
      refuseWhereTheyDiffer(context)
      return []
    }
    if (mine.sums !== null) return []
    return [
      {
        id: taskId,
        host: host.name,
        title: taskName,
        diff: `~ equal GTIDs on both hosts; every table of ${mine.schemas.join(', ')} is read, to compare the rows`,
        run: readEveryTable(dialect),
        undo: sh`rm -f ${CONTENTS_FILE} ${CONTENTS_FILE}.new\n`,
        impact: 'none',
        notify: [],
      },
    ]
  },
}
