import { lastOfDomains, parseGtidSet } from '../mysql/gtid-set.ts'
import { type AdoptionFacts, comesFrom } from './handmade-pair.ts'

/** A MariaDB server of a pair that was made by hand. */
export interface HandmadeFacts extends AdoptionFacts {
  /** gtid_slave_pos: of each domain the last transaction that came from elsewhere, logged or not, also by position. */
  readonly place: string
  readonly readOnly: boolean
}

/** A transaction that says in a binary log up to which number its server's writes are there. */
export interface Mark {
  readonly domain: string
  readonly server: string
  readonly number: number
}

/** What the two hosts write, and what each waits for. */
export interface Marks {
  /** In the names of all but the server in use: by the standby, and by the server in use where it would not log them. */
  readonly past: readonly Mark[]
  /** By the server in use, once it has applied those. */
  readonly own: readonly Mark[]
}

/** Clients write while marks are made: their numbers must not reach a mark's in the seconds since the look. */
const LEAP = 1_000_000

export const gtidOf = ({ domain, server, number }: Mark): string => `${domain}-${server}-${number}`

/** Does it log what it gets from another server? That is off on MariaDB unless somebody has turned it on. */
export function logsReceived({ variables }: AdoptionFacts): boolean {
  return variables.log_slave_updates === 'ON' && variables.log_bin !== 'OFF'
}

/** Origin → last number, as its binary log tells. */
function told({ gtids }: AdoptionFacts): ReadonlyMap<string, number> {
  const origins = parseGtidSet('mariadb', gtids)
  return new Map([...origins].map(([origin, intervals]) => [origin, intervals.at(-1)?.last ?? 0]))
}

const serverOf = (origin: string): string => origin.split('-')[1] ?? ''

/** Its channel runs, or tries to: a source that was restarted is followed again within its retry time. */
function isFollowing(mine: AdoptionFacts, source: AdoptionFacts): boolean {
  const { Slave_IO_Running: io = 'No', Slave_SQL_Running: sql = 'No' } = mine.channel ?? {}
  return comesFrom(mine, source) && io !== 'No' && sql !== 'No'
}

/** Origins that the two logs name, other than the server in use itself. */
function othersThan(used: AdoptionFacts, standby: AdoptionFacts): readonly string[] {
  const origins = new Set([...told(standby).keys(), ...told(used).keys()])
  return [...origins].filter((origin) => serverOf(origin) !== used.serverId)
}

/** Of a server that logs what it gets, that it names an origin is enough: the rest is under way. */
function tells(server: AdoptionFacts, other: AdoptionFacts, origin: string): boolean {
  const [here, there] = [told(server).get(origin), told(other).get(origin)]
  return here !== undefined && (here === there || (logsReceived(server) && logsReceived(other) && there !== undefined))
}

/**
 * It has applied what the standby wrote, up to the end of the standby's log, and nobody writes there any more. A replica that
 * connects again is told where in its source's log it stands: that may be at a later transaction of its own.
 */
function isDrained(used: HandmadeFacts, standby: HandmadeFacts): boolean {
  const applied = lastOfDomains(parseGtidSet('mariadb', used.place))
  const own = [...told(standby)].filter(([origin]) => serverOf(origin) === standby.serverId)
  return standby.readOnly && own.every(([origin, last]) => (applied.get(origin.split('-')[0] ?? '')?.seq ?? 0) >= last)
}

/** Do the logs of both tell what the others than the server in use have written, so that the standby may be restarted? */
function pastIsTold(used: HandmadeFacts, standby: HandmadeFacts): boolean {
  const others = othersThan(used, standby)
  const told = others.every((origin) => tells(used, standby, origin) && tells(standby, used, origin))
  if (logsReceived(used)) return told
  return told && (others.length === 0 || isDrained(used, standby))
}

/** The standby's log tells what the server in use has written, up to where the standby has come. */
function presentIsTold(used: HandmadeFacts, standby: HandmadeFacts): boolean {
  const log = told(standby)
  const applied = [...lastOfDomains(parseGtidSet('mariadb', standby.place))]
  const own = [...told(used).keys()].filter((origin) => serverOf(origin) === used.serverId)
  return (
    logsReceived(standby) &&
    own.every((origin) => log.has(origin)) &&
    applied.every(([domain, { server, seq }]) => (log.get(`${domain}-${server}`) ?? 0) >= seq)
  )
}

/** Higher than all that either server knows of. */
function above(used: HandmadeFacts, standby: HandmadeFacts): number {
  const places = [used, standby].flatMap(({ place }) => [...lastOfDomains(parseGtidSet('mariadb', place)).values()])
  const numbers = [...told(used).values(), ...told(standby).values(), ...places.map(({ seq }) => seq)]
  return Math.max(0, ...numbers) + LEAP
}

function marksOf(origins: readonly string[], first: number): readonly Mark[] {
  return origins.map((origin, i) => ({
    domain: origin.split('-')[0] ?? '',
    server: serverOf(origin),
    number: first + i,
  }))
}

/** A server in each domain in which it has written or will write. */
function originsOf(server: AdoptionFacts): readonly string[] {
  const now = `${server.variables.gtid_domain_id ?? 0}-${server.serverId}`
  const own = [...told(server).keys()].filter((origin) => serverOf(origin) === server.serverId)
  return [...new Set([...own, now])]
}

/**
 * What the two must write before the standby is restarted, so that afterwards each log tells all of what is on both: a
 * server that did not log what it got knows of it in gtid_slave_pos only, which holds one transaction a domain, and which
 * the daemon sets to the end of the log. The standby is closed, its last write is a mark whose number is above all; where
 * it arrives, all before it has arrived. Then the server in use makes one, too: numbers of one domain must only go up.
 * null: nothing is to be done.
 */
export function marksBefore(used: HandmadeFacts, standby: HandmadeFacts): Marks | null {
  if (pastIsTold(used, standby) || !isFollowing(used, standby) || !isFollowing(standby, used)) return null
  const others = othersThan(used, standby).filter((origin) => serverOf(origin) !== standby.serverId)
  // The standby's own stand last: what has come of them is how far it was followed.
  const past = marksOf([...others, ...originsOf(standby)], above(used, standby))
  return { past, own: marksOf(originsOf(used), above(used, standby) + LEAP) }
}

/** What the server in use must write after the standby's restart, which logs it; null: what clients write will do. */
export function marksAfter(used: HandmadeFacts, standby: HandmadeFacts): readonly Mark[] | null {
  return presentIsTold(used, standby) ? null : marksOf(originsOf(used), above(used, standby))
}

/** Why marks would not do, as it ends "… replicate already, but"; null: they will. */
export function untellable(
  used: HandmadeFacts,
  standby: HandmadeFacts,
  names: { readonly used: string; readonly standby: string },
): string | null {
  if (pastIsTold(used, standby)) return null
  if (!isFollowing(used, standby)) return `${names.used} does not replicate from ${names.standby} now`
  return isFollowing(standby, used) ? null : `${names.standby} does not replicate from ${names.used} now`
}
