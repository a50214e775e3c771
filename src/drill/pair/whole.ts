import type { Engine } from '../../inventory/inventory.ts'
import { contains, parseGtidSet } from '../../mysql/gtid-set.ts'
import type { HostState } from './host-state.ts'

export type Pair = readonly [HostState, HostState]

/**
 * Why the pair is not whole; [] when it is: VIP on exactly one host, that one writable and waiting for the standby's
 * acknowledgements, the other read-only, both channels running, the standby caught up with `earlier` (the holder as it was
 * a moment before, so that a pair under load can be caught up; null: with the holder as it is now).
 * @param engine where keepalived itself runs, the holder fetches from nobody
 */
export function pairProblems(pair: Pair, earlier: HostState | null, engine: Engine = 'bundled'): string[] {
  const problems = pair.filter(({ held }) => engine === 'bundled' || !held).flatMap(channelProblems)
  const roles = rolesOf(pair)
  if (roles === null) {
    const holders = pair.filter(({ held }) => held).length
    return [holders === 0 ? 'no host holds the VIP' : 'both hosts hold the VIP', ...problems]
  }
  const { holder, standby } = roles
  if (holder.readOnly) problems.push(`${holder.name} holds the VIP and is read-only`)
  if (!standby.readOnly) problems.push(`${standby.name} is writable without the VIP`)
  if (holder.semiSync === null) problems.push(`${holder.name} has no semi-synchronous replication`)
  else if (!holder.semiSync.active || holder.semiSync.clients < 1)
    problems.push(`${holder.name} acknowledges writes without waiting for ${standby.name} (semi-sync is off)`)
  const before = earlier?.name === holder.name ? earlier : holder
  if (!caughtUp(standby, before)) problems.push(`${standby.name} has not caught up`)
  return problems
}

/** Holder and standby; null unless exactly one host holds the VIP. */
export function rolesOf(pair: Pair): { readonly holder: HostState; readonly standby: HostState } | null {
  const [a, b] = pair
  if (a.held === b.held) return null
  return a.held ? { holder: a, standby: b } : { holder: b, standby: a }
}

/** Have both hosts executed the same transactions? */
export function sameTransactions([a, b]: Pair): boolean {
  if (a.gtids === '' && b.gtids === '') return caughtUp(a, b) || caughtUp(b, a)
  return covers(a, b) && covers(b, a)
}

function channelProblems({ name, channel }: HostState): string[] {
  if (channel === null) return [`${name} has no replication channel`]
  const { io, sqlRunning, ioError, sqlError } = channel
  const problems: string[] = []
  if (io !== 'running')
    problems.push(
      ioError === null ? `replication to ${name} is ${io}` : `replication to ${name} is ${io}: ${ioError.message}`,
    )
  if (!sqlRunning)
    problems.push(
      sqlError === null
        ? `replication on ${name} does not apply`
        : `replication on ${name} does not apply: ${sqlError.message}`,
    )
  return problems
}

function caughtUp(standby: HostState, holder: HostState): boolean {
  if (holder.gtids !== '') return covers(standby, holder)
  const applied = standby.channel?.applied
  if (applied === undefined) return false
  // Binlog names end in a number of fixed width, so text order is their order.
  const { file, position } = holder.binlog
  return applied.file > file || (applied.file === file && applied.position >= position)
}

function covers(a: HostState, b: HostState): boolean {
  return contains(parseGtidSet(a.flavour, a.gtids), parseGtidSet(b.flavour, b.gtids))
}
