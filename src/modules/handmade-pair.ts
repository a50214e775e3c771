import type { Flavour } from '../mysql/dialect.ts'
import { contains, isEmpty, ofOrigin, parseGtidSet, subtract } from '../mysql/gtid-set.ts'
import { FactLines } from './fact-lines.ts'
import { parseReplication, type ReplicationFacts } from './mysql-replication-facts.ts'

/** A server and whom it follows already, before mmha has touched it. */
export interface AdoptionFacts extends ReplicationFacts {
  /** `SHOW VARIABLES`, under the server's own names. */
  readonly variables: Readonly<Record<string, string>>
}

/** Reads what databaseProbe printed. */
export function parseAdoption(stdout: string): AdoptionFacts {
  return { ...parseReplication(stdout), variables: new FactLines(stdout).record('variable') }
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
