import { expect, it } from 'vitest'
import { killPower, powerOn, reboot } from '../../../src/lab/faults.ts'
import { initOf } from '../../../src/lab/machine.ts'
import { cutCable, plugCable } from '../../../src/lab/network.ts'
import type { LabHost } from '../../../src/lab/state.ts'
import { WRITER } from '../role/writer.ts'
import { Openness } from './openness.ts'
import type { Stage } from './stage.ts'

/** Never two writers: whatever is restarted, cut, stopped or switched by hand. */
export function oneWriter(stage: Stage): void {
  const underLoad = async (fault: () => Promise<void>) => {
    const load = await stage.load()
    const openness = new Openness(stage.hosts, '/run/mysqld/mysqld.sock')
    await fault()
    await stage.whole()
    await stage.written(50)
    const both = await openness.stop()
    expect({ both, looked: openness.samples > 20 }).toEqual({ both: 0, looked: true })
    await stage.settled(load)
  }

  it('either mysqld is restarted', () =>
    underLoad(async () => {
      for (const host of stage.hosts) {
        await stage.on(host, `systemctl restart ${stage.unit}`)
        await stage.whole()
      }
    }))

  it('the holder’s daemon is killed, and then stopped', () =>
    underLoad(async () => {
      const first = await stage.holder()
      await stage.on(first, 'systemctl kill --signal=KILL --kill-whom=all mmha-keepalived')
      await stage.until('the daemon runs again', async () => {
        const restarted = 'systemctl show --property=NRestarts --value mmha-keepalived'
        return (await stage.on(first, `${restarted}; systemctl is-active mmha-keepalived`)) === '1\nactive'
      })
      await stage.whole()
      const second = await stage.holder()
      await stage.on(second, 'systemctl stop mmha-keepalived')
      await stage.until('the other host holds the address', () => stage.holds(stage.other(second)))
      await stage.on(second, 'systemctl start mmha-keepalived')
    }))

  it('the holder’s cable is cut, and plugged', () =>
    underLoad(async () => {
      const cut = await stage.holder()
      await cutCable(stage.lab, cut)
      await stage.until('the other host holds the address', () => stage.holds(stage.other(cut)))
      await plugCable(stage.lab, cut)
    }))

  it('both are rebooted, one after the other, and at once', () =>
    underLoad(async () => {
      // Both orders: the standby and then the holder; that holder and then the other, which has just taken over.
      for (const role of ['standby', 'holder', 'holder'] as const) {
        await reboot(stage.lab, (await stage.whole())[role])
      }
      await stage.whole()
      await Promise.all(stage.hosts.map((host) => reboot(stage.lab, host)))
    }))

  it('both lose their power, and the one that was the standby comes back first', () =>
    underLoad(async () => {
      const holder = await stage.holder()
      const standby = stage.other(holder)
      await Promise.all([killPower(stage.lab, holder), killPower(stage.lab, standby)])
      const first = powerOn(stage.lab, standby)
      // Alone for longer than solo_wait, which a busy machine's boot may take, it would serve.
      await stage.until('it boots', async () => initOf(standby) !== null)
      await Promise.all([first, powerOn(stage.lab, holder)])
    }))

  it('an operator opens the standby: closed again, and said', async () => {
    const { standby } = await stage.whole()
    const since = await stage.now(standby)
    await stage.sql(standby, ...(stage.dialect.can('superReadOnly') ? ['SET GLOBAL super_read_only=OFF'] : []))
    await stage.sql(standby, 'SET GLOBAL read_only=OFF')
    await stage.until('it is closed', async () => (await stage.sql(standby, 'SELECT @@global.read_only')) === '1')
    await stage.until('it is said', async () => /open for writes: closed/.test(await stage.said(standby, since)))
  })

  it('a transaction that was begun on a host that then leaves is not committed, keys don’t collide', async () => {
    const { holder, standby } = await stage.whole()
    const load = await stage.load()
    await stage.sql(
      holder,
      'CREATE TABLE load_test.late (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) UNIQUE, host INT)',
    )
    const insert = "INSERT INTO load_test.late (name, host) VALUES ('same', @@server_id)"
    const late = stage.sql(holder, `BEGIN; ${insert}; SELECT 'begun'; SELECT SLEEP(4); COMMIT`).then(
      () => 'committed',
      (error: Error) => error.message,
    )
    await stage.until('it has begun', async () =>
      /SLEEP/.test(await stage.sql(holder, 'SHOW FULL PROCESSLIST').then((text) => text.replace(/SHOW FULL.*/, ''))),
    )
    await stage.on(holder, 'mmha-keepalived ctl switch')
    await stage.until('the other host holds the address', () => stage.holds(standby))
    await stage.sql(standby, insert)
    expect(await late).toMatch(/ERROR|Lost|gone|read.only/i)
    await stage.whole()
    const server = await stage.sql(standby, 'SELECT @@server_id')
    expect(await stage.sql(standby, 'SELECT name, host FROM load_test.late')).toBe(`same\t${server}`)
    await stage.settled(load)
  })

  it('events run where the address is, and nowhere else, as they were written', async () => {
    const { holder, standby } = await stage.whole()
    const load = await stage.load()
    const every = 'ON SCHEDULE EVERY 1 SECOND DO'
    const once = 'ON SCHEDULE AT CURRENT_TIMESTAMP + INTERVAL 1 SECOND'
    const tick = "INSERT INTO load_test.ticks (host, what) VALUES (@@server_id, 'tick')"
    await stage.sql(
      holder,
      'CREATE TABLE load_test.ticks (id INT AUTO_INCREMENT PRIMARY KEY, host BIGINT, what VARCHAR(20))',
      `CREATE EVENT load_test.tick ${every} ${tick}`,
      // What a statement takes from its session may not be lost with the role.
      "SET NAMES latin1, sql_mode='', time_zone='+05:00'",
      `CREATE DEFINER=${WRITER.user}@'%' EVENT load_test.applications ${every} ${tick}`,
      `CREATE EVENT load_test.off ON SCHEDULE EVERY 1 SECOND DISABLE DO ${tick.replace("'tick'", "'off'")}`,
      `CREATE EVENT load_test.gone ${once} DO ${tick.replace("'tick'", "'gone'")}`,
      `CREATE EVENT load_test.kept ${once} ON COMPLETION PRESERVE DO ${tick.replace("'tick'", "'kept'")}`,
    )
    const rows = async (where: string) =>
      Number(await stage.sql(await stage.holder(), `SELECT COUNT(*) FROM load_test.ticks WHERE ${where}`))
    const eventsOf = (host: LabHost) =>
      stage.sql(
        host,
        `SELECT EVENT_NAME, DEFINER, SQL_MODE, TIME_ZONE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, IF(STATUS = 'ENABLED', 'on', 'off')
        FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'load_test' AND EVENT_NAME <> 'kept' ORDER BY 1`,
      )
    const [one, two] = await Promise.all([holder, standby].map((host) => stage.sql(host, 'SELECT @@server_id')))
    await stage.until('they run on the holder', async () => (await rows(`host = ${one} AND what = 'tick'`)) >= 6)
    await stage.until('those of one time have run', async () => (await rows("what IN ('gone', 'kept')")) === 2)
    expect(await rows(`host = ${two}`)).toBe(0)
    const before = await eventsOf(holder)
    expect(before).toMatch(
      /^applications\twriter@%\t\t\+05:00\tlatin1\t\S+\ton\noff\t.*\toff\ntick\troot@localhost\t.*\ton$/,
    )
    const since = await stage.now(standby)
    await stage.on(holder, 'mmha-keepalived ctl switch')
    await stage.until('the other host holds the address', () => stage.holds(standby))
    const left = await rows(`host = ${one}`)
    await stage.until('they run there', async () => (await rows(`host = ${two} AND what = 'tick'`)) >= 6)
    expect(await eventsOf(standby)).toBe(before)
    expect(await stage.said(standby, since)).toMatch(/2 events of the other server turned on here/)
    await stage.whole()
    expect(await stage.sql(holder, 'SELECT @@global.event_scheduler')).toBe('OFF')
    expect(await eventsOf(holder)).not.toMatch(/\ton$/m)
    expect([await rows(`host = ${one}`), await rows("what IN ('off', 'gone', 'kept')")]).toEqual([left, 2])
    await stage.sql(standby, ...['tick', 'applications', 'off', 'kept'].map((name) => `DROP EVENT load_test.${name}`))
    await stage.settled(load)
  })
}
