import { expect, it } from 'vitest'
import { killPower, powerOn } from '../../../src/lab/faults.ts'
import type { LabHost } from '../../../src/lab/state.ts'
import type { Stage } from './stage.ts'

/** A host that comes back with less, or with more, than the other has. */
export function returning(stage: Stage): void {
  it('200 transactions received, none applied, the standby’s mysqld restarts, the holder dies: none is lost', async () => {
    const { holder, standby } = await stage.whole()
    await stage.sql(
      holder,
      'CREATE TABLE load_test.received (id INT PRIMARY KEY, v INT)',
      'INSERT INTO load_test.received VALUES (0, 0)',
    )
    await stage.same()
    const lock = stage
      .sql(standby, 'FLUSH TABLES load_test.received WITH READ LOCK; SELECT SLEEP(60)')
      .catch(() => undefined)
    await stage.until('the table is locked', async () =>
      (await stage.sql(standby, 'SHOW FULL PROCESSLIST')).includes('SELECT SLEEP(60)'),
    )
    await stage.sql(holder, 'UPDATE load_test.received SET v = 1 WHERE id = 0')
    for (let id = 1; id <= 200; id++) await stage.sql(holder, `INSERT INTO load_test.received VALUES (${id}, ${id})`)
    expect(await stage.synchronous(holder)).toBe(true)
    expect(await countOn(standby)).toBe(1)
    await Promise.all([
      killPower(stage.lab, holder),
      stage.on(standby, `systemctl kill --signal=KILL --kill-whom=main ${stage.unit}`),
    ])
    await lock
    await stage.until('the standby has taken over', () => stage.holds(standby))
    expect(await countOn(standby)).toBe(201)
    expect(await stage.sql(standby, 'SELECT v FROM load_test.received WHERE id = 0')).toBe('1')
    await powerOn(stage.lab, holder)
    await stage.whole()
    await stage.same()
  })

  it('the silent swap: what only the dead holder acknowledged does not come back by itself, and is kept', async () => {
    const { holder, standby } = await stage.whole()
    await stage.sql(
      holder,
      'CREATE TABLE load_test.swap (id INT PRIMARY KEY, v VARCHAR(20))',
      "INSERT INTO load_test.swap VALUES (1, 'before')",
    )
    await stage.same()
    const since = await stage.now(holder)
    // Replication alone is cut: the holder goes on without its standby, as policy availability says, and says so.
    await stage.on(standby, `iptables -I INPUT -s ${holder.address} -p tcp --sport 3306 -j DROP`)
    await stage.sql(holder, "UPDATE load_test.swap SET v = 'acknowledged' WHERE id = 1")
    expect(await stage.synchronous(holder)).toBe(false)
    expect(await stage.said(holder, since)).toMatch(/commits no longer wait for the standby/)
    const taken = await stage.now(standby)
    await killPower(stage.lab, holder)
    await stage.on(standby, `iptables -D INPUT -s ${holder.address} -p tcp --sport 3306 -j DROP`)
    await stage.until('the standby has taken over', () => stage.holds(standby))
    expect(await stage.said(standby, taken)).toMatch(/commits may be missing here/)
    await stage.sql(standby, "UPDATE load_test.swap SET v = 'newer' WHERE id = 1")
    const back = await stage.now(standby)
    await powerOn(stage.lab, holder)
    await stage.until('it is quarantined', async () => /QUARANTINED, diverged/.test(await stage.said(holder, back)))
    await stage.until('its tail is saved', async () => /were saved to/.test(await stage.said(holder, back)))
    expect(await stage.on(holder, 'cat /var/lib/mmha/quarantine/*.sql')).toMatch(/BINLOG|acknowledged/)
    const value = 'SELECT v FROM load_test.swap WHERE id = 1'
    expect([await stage.sql(standby, value), await stage.sql(holder, value)]).toEqual(['newer', 'acknowledged'])
    expect(await Promise.all(stage.hosts.map((host) => stage.replicates(host)))).toEqual([false, false])
    expect(await stage.sql(holder, 'SELECT @@global.read_only')).toBe('1')
    expect(await stage.rejoin(holder)).toMatch(/BINLOG|acknowledged/)
    expect(await stage.sql(holder, value)).toBe('newer')
  })

  it('an old data directory is put back: what it lacks of its own is not passed over in silence', async () => {
    const { holder, standby } = await stage.whole()
    await stage.on(holder, `systemctl stop ${stage.unit} && cp -a /var/lib/mysql /var/lib/mysql.old`)
    await stage.on(holder, `systemctl start ${stage.unit}`)
    await stage.whole()
    await stage.on(standby, 'mmha-keepalived ctl switch')
    await stage.until('it holds the address again', () => stage.holds(holder))
    await stage.whole()
    await stage.sql(
      holder,
      'CREATE TABLE load_test.own (id INT PRIMARY KEY)',
      'INSERT INTO load_test.own VALUES (1), (2)',
    )
    const back = await stage.now(standby)
    await killPower(stage.lab, holder)
    await stage.until('the standby has taken over', () => stage.holds(standby))
    await stage.putBack(holder, 'var/lib/mysql.old', 'var/lib/mysql')
    await powerOn(stage.lab, holder)
    if (stage.dialect.flavour === 'mysql') {
      const quarantined = async () => /QUARANTINED, rolled-back/.test(await stage.said(holder, back))
      await stage.until('it is quarantined', quarantined)
      expect(await stage.replicates(holder)).toBe(false)
      await stage.rejoin(holder)
    }
    // MariaDB fetches its own transactions again.
    await stage.whole()
    await stage.same()
    expect(await stage.sql(holder, 'SELECT COUNT(*) FROM load_test.own')).toBe('2')
  })

  // One server is enough: what differs between them is in the copy, which `rejoin` has shown on all three.
  it.runIf(stage.server === 'mysql-9.7')(
    'a host that was built anew gets a copy of the other, which serves meanwhile, and stands by',
    async () => {
      const { holder, standby } = await stage.whole()
      const install =
        stage.dialect.flavour === 'mariadb'
          ? 'mariadb-install-db'
          : 'mysqld --no-defaults --datadir=/var/lib/mysql --initialize-insecure'
      await stage.on(standby, `systemctl stop mmha-keepalived ${stage.unit}`)
      await stage.on(standby, `rm -rf /var/lib/mysql/* /etc/mmha /var/lib/mmha && ${install} --user=mysql`)
      await stage.on(standby, `systemctl start ${stage.unit}`)
      const load = await stage.load()
      const refused = await stage.mmha.run('provision', stage.inventory, '--yes')
      expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining(`--overwrite ${standby.name}`) })
      const seed = ['--seed-from', holder.name, '--overwrite', standby.name]
      await stage.mmha.ok('provision', stage.inventory, '--yes', ...seed)
      await stage.written(50)
      await stage.settled(load)
      expect((await stage.mmha.run('provision', stage.inventory, '--yes', ...seed)).stderr).toContain(
        'nothing was copied',
      )
    },
  )

  const countOn = async (host: LabHost) => Number(await stage.sql(host, 'SELECT COUNT(*) FROM load_test.received'))
}
