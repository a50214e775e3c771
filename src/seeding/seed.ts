import type { Sink } from '../events/event.ts'
import type { Connection } from '../hosts/connection.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { SEEDING_MARK as MARK } from '../modules/seeding-mark.ts'
import { sh, shellQuote } from '../modules/step.ts'
import { adoptHistory } from '../mysql/moment.ts'
import { accountStatements } from './accounts.ts'
import { endCloneOf } from './clone-guest.ts'
import { beginHistory, positionOf } from './history.ts'
import { keepOwnAccounts } from './own-accounts.ts'
import { placeChannel } from './place-channel.ts'
import { requireInnodb, requirePrivileges, serversOf } from './preconditions.ts'
import { asRootOn, sqlOn } from './remote.ts'
import { putBack } from './set-aside.ts'
import { saveTailOf } from './tail.ts'
import { closeTarget, openTarget } from './target.ts'
import { follow, verifyCopy } from './verify.ts'
import type { Site } from './way.ts'
import type { WayName } from './way-names.ts'
import { wayNamed } from './ways.ts'

export interface SeedOptions {
  readonly source: Connection
  readonly target: Connection
  readonly inventory: Inventory
  readonly way: WayName
  /** Bytes a second at most; null: as fast as it goes. */
  readonly throttle: number | null
  /** `discard`: transactions that only the target has need not be kept. */
  readonly tail: 'save' | 'discard'
  readonly sink: Sink
}

export interface Seeded {
  readonly bytes: number
  /** Of the copying alone. */
  readonly seconds: number
  /** Compared and found to be the same. */
  readonly tables: number
  /** On the target: its own transactions, where it had any, also when a run that was cut has saved them; null: none, or discarded. */
  readonly tail: string | null
  /** The same as a binlog, byte for byte; null: none, or it could not be had that way. */
  readonly tailBinlog: string | null
}

/**
 * Makes the target a copy of the source, which goes on serving and writing: the copy, then replication, then
 * a comparison of every table at one moment. The target is closed to everybody all the while; its mark goes last, so
 * that a run that was cut begins afresh.
 * @throws MmhaError by what stopped it; the target then stays closed and marked
 */
export async function seed(options: SeedOptions): Promise<Seeded> {
  const { source, target, sink, inventory } = options
  const say = (host: string, message: string) => sink({ code: 'seed.stage', level: 'info', host, message })
  const way = wayNamed(options.way)
  const servers = await serversOf(source, target)
  const { dialect, server } = servers
  const site: Site = { ...servers, source, target, inventory, throttle: options.throttle, sink }
  await requirePrivileges(source, way.privileges)
  await requireInnodb(source)
  await putBackWhatWasCut(target, server.unit)
  await requirePrivileges(target, way.privileges)
  await way.requireFit(site)
  for (const host of [source, target]) await endCloneOf(host, dialect)
  await beginHistory(site)
  const tail = options.tail === 'save' ? await saveTailOf(site) : null
  if (tail !== null) say(target.name, `its own transactions were saved to ${tail.path}`)
  if (tail !== null && tail.said !== '') say(target.name, tail.said)
  if (way.bringsAccounts) await keepOwnAccounts(site)
  say(target.name, 'its server is closed to everybody but this')
  await asRootOn(target, 'close its server', closeTarget(server, dialect, source.name, tail?.path ?? null))
  say(target.name, `takes ${way.takes} of ${source.name}`)
  const copied = await way.copy(site)
  if (!way.bringsAccounts)
    await sqlOn(
      target,
      'set up the accounts',
      await accountStatements(source, target, dialect, inventory.replication.user),
    )
  await sqlOn(target, 'take on the history', adoptHistory(dialect, copied))
  await placeChannel(site)
  say(target.name, `replicates what ${source.name} has written since`)
  await follow(site, await positionOf(site))
  say(target.name, `is compared with ${source.name}, table by table`)
  const tables = await verifyCopy(site)
  await asRootOn(target, 'open its server', openTarget(server))
  const { bytes, seconds } = copied
  return { bytes, seconds, tables, tail: tail?.path ?? null, tailBinlog: tail?.binlog ?? null }
}

/** Where a run was cut with its files aside, its server stands on its old data again, closed, and runs. */
export async function putBackWhatWasCut(target: Connection, unit: string): Promise<void> {
  await asRootOn(target, 'put its old data back', putBack(unit))
  await asRootOn(target, 'start its server', sh`systemctl start ${shellQuote(`${unit}.service`)}\n`)
}

/** A run was cut there: it holds half a copy, or its old data. */
export async function isMarked(target: Connection): Promise<boolean> {
  return (await asRootOn(target, 'look for a mark', sh`[ ! -e ${MARK} ] || echo marked\n`)).trim() !== ''
}

/** Both know of a holder, and neither holds half a copy: they are one pair. */
export async function areJoined(source: Connection, target: Connection): Promise<boolean> {
  if (await isMarked(target)) return false
  const counts = [source, target].map((one) => sqlOn(one, 'look for its epoch', ['SELECT COUNT(*) FROM mmha.epoch']))
  return (await Promise.all(counts)).every(([row]) => Number(row?.[0] ?? 0) > 0)
}
