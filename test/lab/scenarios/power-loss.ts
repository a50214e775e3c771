import { afterAll, expect, it } from 'vitest'
import { powerOn, shutDown } from '../../../src/lab/faults.ts'
import type { LabHost } from '../../../src/lab/state.ts'
import type { Load } from '../role/load.ts'
import { noLoop } from '../support/frozen-disk.ts'
import { PowerDisk } from '../support/power-disk.ts'
import { rejoin } from './copies.ts'
import { Openness } from './openness.ts'
import type { Stage } from './stage.ts'

/** A holder that doesn't force to disk what it acknowledges, and whose disk loses its power with it. */
export function powerLoss(stage: Stage): void {
  let disk: PowerDisk | null = null

  /** The host whose disk can lose its power, once it holds the address. */
  const fragile = async () => {
    const [host, other] = stage.hosts
    if (disk === null) {
      await shutDown(stage.lab, host)
      disk = new PowerDisk(stage.lab, host)
      await powerOn(stage.lab, host)
    }
    await stage.whole()
    await stage.until('it holds the address', async () => {
      if (stage.holds(other)) await stage.on(other, 'mmha-keepalived ctl switch || :')
      return stage.holds(host)
    })
    await stage.whole()
    return { host, other, disk }
  }

  afterAll(async () => {
    if (disk === null) return
    const [host] = stage.hosts
    await shutDown(stage.lab, host)
    await disk.remove()
    await powerOn(stage.lab, host)
  })

  const loosen = (host: LabHost, syncBinlog: number, flushLog: number) =>
    stage.sql(host, `SET GLOBAL sync_binlog=${syncBinlog}`, `SET GLOBAL innodb_flush_log_at_trx_commit=${flushLog}`)

  /** Power off in the middle of writes. @returns bytes of its binary log that it had written, and that are left */
  const cut = async (host: LabHost, from: PowerDisk) => {
    await stage.written(100)
    const [file = '', written = ''] = (await stage.sql(host, stage.dialect.statement.showBinaryLogStatus)).split('\t')
    return { written: Number(written), left: await from.cut(`mysql/${file}`) }
  }

  /** A copy makes it a standby again, and all that clients had an OK for is on both. */
  const copied = async (host: LabHost, load: Load) => {
    const { inserted } = await stage.ended(load)
    await rejoin(stage, host, 'dump')
    const ids = await stage.ids(host)
    expect(inserted.filter((id) => !ids.has(id))).toEqual([])
  }

  const quarantined = async (host: LabHost, since: string) =>
    /QUARANTINED, rolled-back/.test(await stage.said(host, since))

  // With 1 and 2 the binary log says that it has rows that InnoDB has lost. On Debian 12 a lab host's units see the boot id of this
  // machine, which its power loss doesn't change, and the daemon goes by that.
  const settings = [
    ...(stage.server === 'mariadb-11.8' ? [] : [[0, 2] as const]),
    ...(stage.server === 'mariadb-10.11' ? [] : [[1, 2] as const]),
  ]
  it.skipIf(noLoop !== null).each(settings)(
    'power loss: the host is set aside, nothing acknowledged is lost (sync_binlog=%i, innodb_flush_log_at_trx_commit=%i)',
    async (syncBinlog, flushLog) => {
      const { host, other, disk } = await fragile()
      const load = await stage.load()
      const openness = new Openness(stage.hosts, '/run/mysqld/mysqld.sock')
      await loosen(host, syncBinlog, flushLog)
      await stage.until('its daemon has noted it', async () =>
        (await stage.on(host, 'cat /var/lib/mmha/role.json')).includes('innodb_flush_log_at_trx_commit='),
      )
      const since = await stage.now(host)
      const { written, left } = await cut(host, disk)
      if (syncBinlog === 0) expect(left).toBeLessThan(written)
      else expect(left).toBeGreaterThanOrEqual(written)
      await stage.until('the standby has taken over', () => stage.holds(other))
      await powerOn(stage.lab, host)
      await stage.until('it is quarantined', () => quarantined(host, since))
      await stage.until('its channel is stopped', async () => !(await stage.replicates(host)))
      await stage.written(50)
      const both = await openness.stop()
      expect({ both, looked: openness.samples > 20 }).toEqual({ both: 0, looked: true })
      await copied(host, load)
    },
  )
}
