import { hasAddress } from '../../hosts/host-facts.ts'
import { type Dialect, replicatesBothWays } from '../../mysql/dialect.ts'
import { formatGtidSet, isEmpty, ofOrigin, parseGtidSet, subtract } from '../../mysql/gtid-set.ts'
import { keepEqual } from '../handmade-pair.ts'
import { refusalToJoin } from '../pair-data.ts'
import { type Context, dialectHere, sayOfPair } from './context.ts'
import type { PreflightFacts } from './facts.ts'
import type { Finding } from './finding.ts'

/** s; the two hosts are looked at up to a second or two apart. */
const CLOCKS_APART = 5
/** s; a busy host was seen to take 3 ms from keepalived's farewell to the address's end. */
const SHORTEST_SKEW = 0.1

/** What stands between these two, whichever of them one looks from. Pure. */
export function pairFindings(context: Context): readonly Finding[] {
  const { facts, peerFacts, host, peer } = context
  const here = dialectHere(context)
  const there = dialectHere({ ...context, facts: peerFacts })
  const found: Finding[] = [...clocks(context), ...inventory(context), ...skew(context)]
  if (here !== null && there !== null) {
    if (here.flavour !== there.flavour) {
      const what = `${here.flavour} on ${host.name}, ${there.flavour} on ${peer.name}`
      return [...found, sayOfPair('blocks', 'SERVERS_DIFFER', what, 'both need the same server: replace one of them')]
    }
    found.push(...versions(context, here, there, facts.server?.version ?? '', peerFacts.server?.version ?? ''))
  }
  const dialect = here ?? there
  if (dialect === null) return found
  return [...found, ...identity(context), ...histories(context, dialect), ...parity(context)]
}

function areMembers({ mine, theirs }: Context): boolean {
  return mine.data.epochs > 0 && theirs.data.epochs > 0
}

function clocks({ mine, theirs, host, peer }: Context): Finding[] {
  const [here, there] = [mine.close?.clock ?? null, theirs.close?.clock ?? null]
  if (here === null || there === null || Math.abs(here - there) <= CLOCKS_APART) return []
  const apart = Math.abs(here - there)
  const what = `the clock of ${here > there ? host.name : peer.name} is ${apart} s ahead of the other's`
  return [sayOfPair('warns', 'CLOCK', what, 'let chrony or systemd-timesyncd keep both; see: timedatectl')]
}

/**
 * keepalived sends its farewell before it removes the address (2.0 to 2.3), and the successor adds it after Skew_Time: of
 * the interval on version 3, of a second on version 2.
 */
function skew({ inventory }: Context): Finding[] {
  const { vrrp, keepalived, masters } = inventory
  if (keepalived.engine === 'bundled') return []
  const waits = (priority: number) => ((256 - priority) / 256) * (vrrp.version === 2 ? 1 : vrrp.advertInterval)
  const [a, b] = vrrp.priorities.map(waits) as [number, number]
  const [shortest, host] = a < b ? [a, masters[0]] : [b, masters[1]]
  if (shortest >= SHORTEST_SKEW) return []
  const what = `${host.name} adds the VIP ${Number((shortest * 1000).toFixed(1))} ms after a farewell, which keepalived sends before it removes it: both may hold it`
  const todo =
    vrrp.version === 2
      ? 'vrrp.priorities of 100 and 90, or none: it waits (256 - priority) / 256 of a second'
      : 'vrrp.priorities of 100 and 90, or none, and vrrp.advertInterval of 0.5: it waits (256 - priority) / 256 of an interval'
  return [sayOfPair('warns', 'SHORT_SKEW', what, todo)]
}

function inventory({ inventory }: Context): Finding[] {
  if (inventory.server.settings.server_id === undefined) return []
  const todo = 'leave server_id out of server.settings: each host gets its own, from its address'
  return [sayOfPair('blocks', 'SAME_SERVER_ID', 'the inventory gives both hosts the same server_id', todo)]
}

function versions(context: Context, here: Dialect, there: Dialect, mine: string, theirs: string): Finding[] {
  const apart = replicatesBothWays(here, there)
  if (apart === 'equal') return []
  const { host, peer } = context
  const what = `${mine} on ${host.name}, ${theirs} on ${peer.name}`
  if (apart === 'patch') {
    return [sayOfPair('note', 'VERSIONS_DIFFER', what, 'bring both to the same patch, the standby first')]
  }
  const todo = 'the older one can not be counted on to replicate from the newer: upgrade it, the standby first'
  // A pair in the middle of an upgrade must still be mended.
  return [sayOfPair(areMembers(context) ? 'warns' : 'blocks', 'VERSIONS_DIFFER', what, todo)]
}

function identity(context: Context): Finding[] {
  const { mine, theirs, host, peer } = context
  const found: Finding[] = []
  if (mine.data.uuid !== '' && mine.data.uuid === theirs.data.uuid) {
    const what = `${host.name} and ${peer.name} have the same server_uuid ${mine.data.uuid}`
    const todo = 'on one of them: stop the server, remove auto.cnf from its data directory, start it'
    found.push(sayOfPair('blocks', 'SAME_UUID', what, todo))
  }
  if (mine.data.serverId !== '' && mine.data.serverId === theirs.data.serverId) {
    const what = `${host.name} and ${peer.name} have the same server_id ${mine.data.serverId}`
    found.push(sayOfPair('note', 'SAME_SERVER_ID', what, 'nothing: provision gives each its own'))
  }
  return found
}

/** As `mysql_replication` will judge: a channel that is there has its history already. */
function histories(context: Context, dialect: Dialect): Finding[] {
  const { mine, theirs, host, peer, facts, peerFacts, inventory } = context
  if (inventory.overwritten !== undefined) return []
  const known = (side: PreflightFacts, server: unknown) => side.data.up || server === null
  if (!known(mine, facts.server) || !known(theirs, peerFacts.server)) return []
  const joined = mine.data.channel !== null && theirs.data.channel !== null
  // A slave of the other one gets what it lacks.
  if (!joined && !keepEqual(dialect.flavour, mine.data, theirs.data)) {
    const refusal = refusalToJoin(
      dialect.flavour,
      { ...mine.data, name: host.name },
      { ...theirs.data, name: peer.name },
    )
    if (refusal !== null) return [sayOfPair('blocks', 'DATA_DIFFERS', refusal.message, refusal.hint)]
  }
  return [
    ...errant(context, dialect),
    ...purged(dialect, host.name, mine, peer.name, theirs),
    ...purged(dialect, peer.name, theirs, host.name, mine),
  ]
}

/** What the standby itself wrote and the holder does not have: the next switch would stop at it. */
function errant(context: Context, dialect: Dialect): Finding[] {
  const { mine, theirs, facts, peerFacts, host, peer, inventory } = context
  const { address } = inventory.vip
  const [here, there] = [hasAddress(facts, address), hasAddress(peerFacts, address)]
  if (here === there || !areMembers(context)) return []
  const [standby, holder] = here ? [theirs, mine] : [mine, theirs]
  const [name, of] = here ? [peer.name, host.name] : [host.name, peer.name]
  const { flavour } = dialect
  const own = ofOrigin(flavour, parseGtidSet(flavour, standby.data.gtids), standby.data.uuid || standby.data.serverId)
  const extra = subtract(own, parseGtidSet(flavour, holder.data.gtids))
  if (isEmpty(extra)) return []
  const what = `${name} is the standby and has transactions that ${of} lacks: ${formatGtidSet(flavour, extra)}`
  const todo = `mmha status says whether ${name} is quarantined; its data must be made equal to that of ${of}`
  return [sayOfPair('warns', 'ERRANT_TRANSACTIONS', what, todo)]
}

function purged(dialect: Dialect, name: string, source: PreflightFacts, other: string, replica: PreflightFacts) {
  const gone = source.close?.purged ?? ''
  // Who has nothing at all begins anew, and who is no member was refused above.
  if (gone === '' || replica.data.epochs === 0) return []
  const { flavour } = dialect
  const lacks = subtract(parseGtidSet(flavour, gone), parseGtidSet(flavour, replica.data.gtids))
  if (isEmpty(lacks)) return []
  const what = `${other} needs transactions that ${name} has purged: ${formatGtidSet(flavour, lacks)}`
  return [sayOfPair('blocks', 'PURGED', what, `restore a backup of ${name} onto ${other}, with the GTIDs it contains`)]
}

const ALIKE = ['time_zone', 'character_set_server', 'collation_server', 'max_connections'] as const

function parity(context: Context): Finding[] {
  const { host, peer, inventory } = context
  const [mine, theirs] = [context.mine.close?.variables, context.theirs.close?.variables]
  if (mine === undefined || theirs === undefined) return []
  const found: Finding[] = []
  const differ = (name: string) =>
    inventory.server.settings[name] === undefined &&
    mine[name] !== undefined &&
    theirs[name] !== undefined &&
    mine[name] !== theirs[name]
  const both = (name: string) => `${name} is ${mine[name]} on ${host.name}, ${theirs[name]} on ${peer.name}`
  if (differ('lower_case_table_names')) {
    const todo = 'it is fixed when the data directory is made: make one of them anew with the value of the other'
    found.push(sayOfPair('blocks', 'NAMES_DIFFER', both('lower_case_table_names'), todo))
  }
  for (const name of ALIKE.filter(differ)) {
    const setting = name === 'time_zone' ? 'default_time_zone' : name
    const value = name === 'max_connections' && Number(theirs[name]) > Number(mine[name]) ? theirs[name] : mine[name]
    const todo = `server: {settings: {${setting}: "${value}"}} in the inventory, for both`
    found.push(sayOfPair('warns', 'PARITY', both(name), todo))
  }
  if (mine.time_zone === 'SYSTEM' && theirs.time_zone === 'SYSTEM' && differ('system_time_zone')) {
    const todo = 'timedatectl set-timezone, the same on both, and restart the servers'
    found.push(sayOfPair('warns', 'PARITY', both('system_time_zone'), todo))
  }
  return found
}
