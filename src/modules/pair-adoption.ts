import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import type { ServerFacts } from '../hosts/host-facts.ts'
import type { Dialect, Flavour } from '../mysql/dialect.ts'
import { contains, formatGtidSet, type GtidSet, isEmpty, ofOrigin, parseGtidSet, subtract } from '../mysql/gtid-set.ts'
import { databaseProbe } from './database-probe.ts'
import { FactLines } from './fact-lines.ts'
import type { Module, PlanContext } from './module.ts'
import { parseReplication, type ReplicationFacts } from './mysql-replication-facts.ts'
import { serverDialect } from './server-dialect.ts'

/** A server and whom it follows already, before mmha has touched it. */
export interface AdoptionFacts extends ReplicationFacts {
  /** `SHOW VARIABLES`, under the server's own names. */
  readonly variables: Readonly<Record<string, string>>
}

/** Its channel comes from that server: by the number that its source tells, not by a name. */
export function comesFrom(mine: ReplicationFacts, source: ReplicationFacts): boolean {
  const id = mine.channel?.Source_Server_Id ?? mine.channel?.Master_Server_Id
  return id !== undefined && source.serverId !== '' && id === source.serverId
}

function runningThreads({ channel }: ReplicationFacts): number {
  const names = ['Replica_IO_Running', 'Replica_SQL_Running', 'Slave_IO_Running', 'Slave_SQL_Running']
  return names.filter((name) => channel?.[name] === 'Yes').length
}

/** Does a server replicate from another one now? */
export function follows(mine: ReplicationFacts, source: ReplicationFacts): boolean {
  return comesFrom(mine, source) && runningThreads(mine) === 2
}

/** A pair that somebody made by hand: one follows the other, and no holder of ours has ever been. */
export function isHandmade(mine: ReplicationFacts, theirs: ReplicationFacts): boolean {
  return mine.epochs === 0 && theirs.epochs === 0 && (follows(mine, theirs) || follows(theirs, mine))
}

/** Stopped without an error, as by a restart of its server: it goes on where it was. */
function isResumable({ channel }: ReplicationFacts): boolean {
  return ['Last_IO_Errno', 'Last_SQL_Errno', 'Last_Errno'].every((name) => ['0', undefined].includes(channel?.[name]))
}

/** Is what one has, and the other has not got yet, on its way there? */
function arrives(flavour: Flavour, from: ReplicationFacts, to: ReplicationFacts): boolean {
  if (follows(to, from)) return true
  const [has, got] = [parseGtidSet(flavour, from.gtids), parseGtidSet(flavour, to.gtids)]
  if (isEmpty(ofOrigin(flavour, subtract(has, got), from.uuid || from.serverId))) return true
  return comesFrom(to, from) && isResumable(to) && contains(has, got)
}

/** The two keep each other equal already: what one has not got yet is under way. */
export function keepEqual(flavour: Flavour, mine: ReplicationFacts, theirs: ReplicationFacts): boolean {
  if (!isHandmade(mine, theirs)) return false
  return arrives(flavour, mine, theirs) && arrives(flavour, theirs, mine)
}

/**
 * By position a channel brings what stands behind its beginning and nothing of before, whatever the GTIDs say. By GTID it
 * would fetch that, too: accounts that were made on each host before, for one, on which it would stop.
 */
function neverComes(from: ReplicationFacts, to: ReplicationFacts): GtidSet {
  const { channel } = to
  if (!follows(to, from) || channel?.Auto_Position !== '0') return new Map()
  const got = parseGtidSet('mysql', to.gtids)
  const missing = subtract(parseGtidSet('mysql', from.gtids), got)
  const hasReadAll =
    /^Waiting for \w+ to send event/.test(channel.Replica_IO_State ?? channel.Slave_IO_State ?? '') &&
    /has read all relay log/.test(channel.Replica_SQL_Running_State ?? channel.Slave_SQL_Running_State ?? '')
  return new Map(
    [...missing].flatMap(([origin, intervals]) => {
      // What is applied in order has passed over what lies before it.
      const last = got.get(origin)?.at(-1)?.last ?? (hasReadAll ? Number.POSITIVE_INFINITY : 0)
      const passed = intervals.filter((interval) => interval.last < last)
      return passed.length === 0 ? [] : [[origin, passed] as const]
    }),
  )
}

interface Obstacle {
  readonly what: string
  readonly todo: string
}

const BOTH_STEPS =
  'on both, and each step on both before the next: SET GLOBAL enforce_gtid_consistency=ON; SET GLOBAL gtid_mode=OFF_PERMISSIVE; SET GLOBAL gtid_mode=ON_PERMISSIVE; when Ongoing_anonymous_transaction_count is 0 on both and neither lags: SET GLOBAL gtid_mode=ON'

/** Why GTIDs do not tell all of what these two have of each other; null: they do. */
function obstacle(dialect: Dialect, context: PlanContext<AdoptionFacts>): Obstacle | null {
  const { mine, theirs, host, peer } = context
  if (dialect.can('gtidMode')) {
    if ([mine, theirs].some(({ variables }) => variables.gtid_mode !== 'ON')) {
      return { what: 'gtid_mode is not ON', todo: BOTH_STEPS }
    }
    const passed = [
      { at: host.name, gtids: neverComes(theirs, mine) },
      { at: peer.name, gtids: neverComes(mine, theirs) },
    ]
      .filter(({ gtids }) => !isEmpty(gtids))
      .map(({ at, gtids }) => ({ at, text: formatGtidSet('mysql', gtids) }))
    if (passed.length === 0) return null
    const say = ({ at, text }: { at: string; text: string }) =>
      dialect.can('persistVariables')
        ? `on ${at}: SET GLOBAL gtid_purged='+${text}'`
        : `on ${at}, for each of ${text}: SET GTID_NEXT='…'; BEGIN; COMMIT`
    return {
      what: `channels by position have passed over transactions: ${passed.map(({ at, text }) => `${at} never gets ${text}`).join('; ')}`,
      todo: `if what they did is on both all the same (such as accounts that were made on each; mysqlbinlog shows it), say so: ${passed.map(say).join('; ')}; docs/existing-data.md`,
    }
  }
  return null
}

function refuse(context: PlanContext<AdoptionFacts>, { what, todo }: Obstacle): MmhaError {
  const { host, peer, taskName } = context
  const message = `${host.name} and ${peer.name} replicate already, by hand-made settings, but ${what}: their histories could not be compared after a crash`
  return new MmhaError(message, {
    code: 'HISTORY_UNTOLD',
    source: 'user',
    exit: EXIT.refused,
    host: host.name,
    where: taskName,
    hint: `${todo}, then run this again`,
  })
}

function answersAsServer(server: ServerFacts | null): server is ServerFacts {
  return server !== null && server.expected !== true
}

/**
 * Two servers that somebody has made a pair of by hand are taken over as they are, provided that GTIDs tell what each
 * has: what a MariaDB server wrote as a replica without logging it, or a MySQL server without GTIDs, nobody could compare
 * later, and the one that returns would count as diverged. Changes nothing.
 */
export const pairAdoption: Module<Record<string, never>, AdoptionFacts> = {
  name: 'pair_adoption',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,
  shared: (context) => [databaseProbe(context)],
  probe: () => ':\n',
  parse: (stdout) => ({ ...parseReplication(stdout), variables: new FactLines(stdout).record('variable') }),

  plan: (_params, context) => {
    const { facts, peerFacts, mine, theirs } = context
    if (!answersAsServer(facts.server) || !answersAsServer(peerFacts.server) || !mine.up || !theirs.up) return []
    if (!isHandmade(mine, theirs)) return []
    const found = obstacle(serverDialect(facts.server, mine), context)
    if (found !== null) throw refuse(context, found)
    return []
  },
}
