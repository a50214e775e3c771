import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { killPower, powerOn } from '../../../src/lab/faults.ts'
import type { LabHost } from '../../../src/lab/state.ts'
import { scanBinlog } from '../../../src/mysql/binlog-file.ts'
import { putBack, rejoin } from './copies.ts'
import type { Stage } from './stage.ts'

/** Size of an event, after its type and server, in its header. */
const SIZE_AT = 9
const STOP_EVENT = 23

/** What a shutdown leaves that came in the middle of a transaction: its first event, and that the file was closed. */
async function closeInside(host: LabHost): Promise<void> {
  const folder = join(host.root, 'var/lib/mysql')
  const index = readdirSync(folder).find((name) => name.endsWith('-relay-bin.index')) ?? ''
  const files = readFileSync(join(folder, index), 'utf8').trim().split('\n')
  const path = join(folder, files.at(-1) ?? '')
  const last = (await scanBinlog(path)).transactions.at(-1)
  if (last === undefined) throw new Error(`${path} holds no transaction`)
  const bytes = readFileSync(path)
  const first = bytes.subarray(0, last.start + bytes.readUInt32LE(last.start + SIZE_AT))
  writeFileSync(path, Buffer.concat([first, bytes.subarray(-STOP_EVENT)]))
}

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
    const load = await stage.load()
    const lock = stage
      .sql(standby, 'FLUSH TABLES load_test.received WITH READ LOCK; SELECT SLEEP(60)')
      .catch(() => undefined)
    await stage.until('the table is locked', async () =>
      (await stage.sql(standby, 'SHOW FULL PROCESSLIST')).includes('SELECT SLEEP(60)'),
    )
    await stage.sql(holder, 'UPDATE load_test.received SET v = 1 WHERE id = 0')
    const ids = Array.from({ length: 200 }, (_, index) => index + 1)
    await stage.sql(holder, ...ids.map((id) => `INSERT INTO load_test.received VALUES (${id}, ${id})`))
    await stage.written(50)
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
    await stage.settled(load)
  })

  it('the standby’s relay log was closed inside a transaction: applied up to there, and the rest is fetched again', async () => {
    const { standby } = await stage.whole()
    await stage.on(standby, 'systemctl stop mmha-keepalived')
    await stage.sql(standby, 'STOP REPLICA SQL_THREAD')
    const load = await stage.load()
    await stage.sql(standby, 'STOP REPLICA IO_THREAD')
    await stage.on(standby, `systemctl stop ${stage.unit}`)
    await closeInside(standby)
    const since = await stage.now(standby)
    await stage.on(standby, `systemctl start ${stage.unit} mmha-keepalived`)
    await stage.until('it is said', async () =>
      /\d\d+ transactions were received and not applied/.test(await stage.said(standby, since)),
    )
    await stage.settled(load)
  })

  it('the silent swap: what only the dead holder acknowledged does not come back by itself, and is kept', async () => {
    const { holder, standby } = await stage.whole()
    await stage.sql(
      holder,
      'CREATE TABLE load_test.swap (id INT PRIMARY KEY, v VARCHAR(20))',
      "INSERT INTO load_test.swap VALUES (1, 'before')",
    )
    await stage.same()
    const load = await stage.load()
    const since = await stage.now(holder)
    // Replication alone is cut: the holder goes on without its standby, as policy availability says, and says so.
    await stage.on(standby, `iptables -I INPUT -s ${holder.address} -p tcp --sport 3306 -j DROP`)
    await stage.sql(holder, "UPDATE load_test.swap SET v = 'acknowledged' WHERE id = 1")
    await stage.written(50)
    expect(await stage.synchronous(holder)).toBe(false)
    expect(await stage.said(holder, since)).toMatch(/commits no longer wait for the standby/)
    const taken = await stage.now(standby)
    await killPower(stage.lab, holder)
    await stage.on(standby, `iptables -D INPUT -s ${holder.address} -p tcp --sport 3306 -j DROP`)
    await stage.until('the standby has taken over', () => stage.holds(standby))
    expect(await stage.said(standby, taken)).toMatch(/commits may be missing here/)
    await stage.sql(standby, "UPDATE load_test.swap SET v = 'newer' WHERE id = 1")
    await stage.written(50)
    const { inserted } = await stage.ended(load)
    const back = await stage.now(standby)
    await powerOn(stage.lab, holder)
    await stage.until('it is quarantined', async () => /QUARANTINED, diverged/.test(await stage.said(holder, back)))
    await stage.until('its tail is saved', async () => /were saved to/.test(await stage.said(holder, back)))
    await stage.until('and as a binlog', async () => /were saved as a binlog/.test(await stage.said(holder, back)))
    const sql = await stage.on(holder, 'cat /var/lib/mmha/quarantine/*Z.sql')
    expect(sql).toMatch(/^### .*'acknowledged'/m)
    const reader = stage.dialect.flavour === 'mysql' ? 'mysqlbinlog' : 'mariadb-binlog'
    const gtids = (text: string) => text.match(/GTID_NEXT= *'[^A][^']+'|GTID \d+-\d+-\d+/g)
    const raw = await stage.on(holder, `${reader} --verbose /var/lib/mmha/quarantine/*Z.binlog`)
    expect(gtids(raw)?.length).toBeGreaterThan(0)
    expect(gtids(raw)).toEqual(gtids(sql))
    expect(raw).toMatch(/^### .*'acknowledged'/m)
    expect(await stage.on(holder, 'stat -c "%a %U" /var/lib/mmha/quarantine /var/lib/mmha/quarantine/*')).toMatch(
      /^700 root(\n600 root)+$/,
    )
    const value = 'SELECT v FROM load_test.swap WHERE id = 1'
    expect([await stage.sql(standby, value), await stage.sql(holder, value)]).toEqual(['newer', 'acknowledged'])
    const [there, kept] = await Promise.all([standby, holder].map((host) => stage.ids(host)))
    expect(inserted.filter((id) => !there?.has(id) && !kept?.has(id))).toEqual([])
    expect(inserted.some((id) => kept?.has(id) && !there?.has(id))).toBe(true)
    expect(await Promise.all(stage.hosts.map((host) => stage.replicates(host)))).toEqual([false, false])
    expect(await stage.sql(holder, 'SELECT @@global.read_only')).toBe('1')
    // The night goes on: the one that serves dies, and only the quarantined one is left.
    const second = await stage.now(standby)
    await killPower(stage.lab, standby)
    const force = ['promote', stage.inventory, holder.name, '--force']
    const asked = await stage.mmha.run(...force)
    expect(asked).toMatchObject({ code: 5, stderr: expect.stringContaining('is quarantined, diverged') })
    expect(asked.stderr).toMatch(/[1-9]\d* transactions? that/)
    expect(stage.holds(holder)).toBe(false)
    await stage.mmha.ok(...force, '--yes', holder.name, '--accept-loss')
    expect(stage.holds(holder)).toBe(true)
    expect(await stage.sql(holder, value)).toBe('acknowledged')
    const epoch = async (host: LabHost) => Number(await stage.sql(host, 'SELECT MAX(epoch) FROM mmha.epoch'))
    await powerOn(stage.lab, standby)
    await stage.until('it is quarantined', async () => /QUARANTINED, diverged/.test(await stage.said(standby, second)))
    // Else both lines could be taken for the true one after a restart of both.
    expect(await epoch(holder)).toBeGreaterThan(await epoch(standby))
    const again = await stage.mmha.run('promote', stage.inventory, standby.name, '--force')
    expect(again).toMatchObject({ code: 5, stderr: expect.stringContaining('lives and holds the address') })
    expect(await rejoin(stage, standby, stage.server === 'mariadb-11.8' ? 'backup' : 'dump')).toMatch(/BINLOG|newer/)
    expect(await stage.sql(standby, value)).toBe('acknowledged')
  })

  it('policy consistency: what may lack acknowledged writes is not promoted; the holder comes back with all of them', async () => {
    const { holder, standby } = await stage.whole()
    const load = await stage.load()
    await stage.policy('consistency')
    const since = await stage.now(holder)
    await stage.on(standby, `iptables -I INPUT -s ${holder.address} -p tcp --sport 3306 -j DROP`)
    await stage.until('the holder goes on alone', async () =>
      /commits no longer wait for the standby/.test(await stage.said(holder, since)),
    )
    await stage.written(50)
    const asked = await stage.now(standby)
    await killPower(stage.lab, holder)
    await stage.on(standby, `iptables -D INPUT -s ${holder.address} -p tcp --sport 3306 -j DROP`)
    await stage.until('it refuses', async () =>
      /policy consistency: the holder was not waiting/.test(await stage.said(standby, asked)),
    )
    expect(stage.holds(standby)).toBe(false)
    expect(await stage.sql(standby, 'SELECT @@global.read_only')).toBe('1')
    await powerOn(stage.lab, holder)
    expect((await stage.whole()).holder.name).toBe(holder.name)
    await stage.policy('availability')
    await stage.settled(load)
  })

  it('an old data directory is put back: what it lacks of its own is not passed over in silence', async () => {
    const { holder, standby } = await stage.whole()
    const load = await stage.load()
    await stage.on(holder, `systemctl stop ${stage.unit} && cp -a /var/lib/mysql /var/lib/mysql.old`)
    await stage.on(holder, `systemctl start ${stage.unit}`)
    await stage.whole()
    await stage.until('it holds the address again', async () => {
      // A successor that has just come back may still be behind, on a busy machine; then the switch is refused.
      await stage.on(standby, 'mmha-keepalived ctl switch || :')
      return stage.holds(holder)
    })
    await stage.whole()
    await stage.sql(
      holder,
      'CREATE TABLE load_test.own (id INT PRIMARY KEY)',
      'INSERT INTO load_test.own VALUES (1), (2)',
    )
    const back = await stage.now(standby)
    await killPower(stage.lab, holder)
    await stage.until('the standby has taken over', () => stage.holds(standby))
    await putBack(holder, 'var/lib/mysql.old', 'var/lib/mysql')
    await powerOn(stage.lab, holder)
    if (stage.dialect.flavour === 'mysql') {
      const quarantined = async () => /QUARANTINED, rolled-back/.test(await stage.said(holder, back))
      await stage.until('it is quarantined', quarantined)
      expect(await stage.replicates(holder)).toBe(false)
      await rejoin(stage, holder, 'clone')
    }
    // MariaDB fetches its own transactions again.
    await stage.settled(load)
    expect(await stage.sql(holder, 'SELECT COUNT(*) FROM load_test.own')).toBe('2')
  })

  it('the end of a binary log is lost with the power, its rows are not: mended by itself, or set aside and said', async () => {
    const { holder, standby } = await stage.whole()
    await stage.sql(holder, 'CREATE TABLE load_test.unsynced (id INT PRIMARY KEY)')
    const [file = '', size = ''] = (await stage.sql(holder, stage.dialect.statement.showBinaryLogStatus)).split('\t')
    await stage.sql(
      holder,
      'INSERT INTO load_test.unsynced VALUES (1), (2)',
      'INSERT INTO load_test.unsynced VALUES (3)',
    )
    await stage.same()
    const back = await stage.now(standby)
    await killPower(stage.lab, holder)
    truncateSync(join(holder.root, 'var/lib/mysql', file), Number(size))
    await stage.until('the standby has taken over', () => stage.holds(standby))
    const load = await stage.load()
    await powerOn(stage.lab, holder)
    // MySQL has the numbers of its transactions with the rows.
    if (stage.dialect.flavour === 'mysql') await stage.settled(load)
    else {
      const { inserted } = await stage.ended(load)
      const quarantined = async () => /QUARANTINED, rolled-back.*1062/.test(await stage.said(holder, back))
      await stage.until('it is quarantined', quarantined)
      expect(await stage.replicates(holder)).toBe(false)
      // Its server forgets the error, its daemon does not.
      await stage.on(holder, `systemctl restart ${stage.unit}`)
      const status = async () => (await stage.mmha.run('status', stage.inventory)).stdout
      const said = new RegExp(
        `! ${holder.name} is quarantined, rolled-back: .*1062[^]*rejoin .* ${holder.name} --reseed`,
      )
      await stage.until('status says so', async () => said.test(await status()))
      await rejoin(stage, holder, 'dump')
      const ids = await stage.ids(holder)
      expect(inserted.filter((id) => !ids.has(id))).toEqual([])
    }
    expect(await stage.sql(holder, 'SELECT COUNT(*) FROM load_test.unsynced')).toBe('3')
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
      const before = await stage.on(standby, 'find /etc/mysql /var/lib/mmha -type f -printf "%p %T@ "; true')
      const plan = await stage.mmha.ok('plan', stage.inventory, ...seed)
      expect(plan).toContain('everything on it is dropped: no schemas of users')
      expect(plan).toContain(`takes a dump of ${holder.name}: about`)
      expect(await stage.on(standby, 'find /etc/mysql /var/lib/mmha -type f -printf "%p %T@ "; true')).toBe(before)
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
