import { seededChannel } from '../modules/mysql-replication.ts'
import { placeByGtid } from '../mysql/channel.ts'
import { channelRow } from './channel-row.ts'
import { asRootOn, sqlOn } from './remote.ts'
import type { Site } from './way.ts'

/** What the relay log holds is of the old copy. A host that was no member has no channel yet. */
export async function placeChannel({ inventory, source, target, dialect }: Site): Promise<void> {
  if ((await channelRow(target)) !== undefined) {
    const reset = dialect.seeding.dropsRelayLogFirst ? [dialect.statement.resetReplicaAll.replace(/ ALL$/, '')] : []
    await sqlOn(target, 'place its channel', [...reset, placeByGtid(dialect)])
    return
  }
  const host = inventory.masters.find(({ name }) => name === source.name)
  if (host === undefined) throw new Error(`${source.name} is no master`)
  // Whether the source can prove itself, too, `mysql_replication` finds out afterwards.
  const sides = [source, target].map((one) =>
    sqlOn(one, 'look for its certificate', [`SELECT ${dialect.seeding.hasCertificate}`]),
  )
  const tls = (await Promise.all(sides)).every(([row]) => row?.[0] === '1')
  await asRootOn(target, 'make its channel', seededChannel(dialect, inventory, host, tls))
}
