import { expect, it } from 'vitest'
import { killPower, powerOn } from '../../../src/lab/faults.ts'
import { cutCable, plugCable } from '../../../src/lab/network.ts'
import type { LabHost } from '../../../src/lab/state.ts'
import { WRITER } from '../role/writer.ts'
import type { Stage } from './stage.ts'

/** 600 ms of silence, and what a round takes; a second, where nothing else runs. */
const PATIENCE_ON_A_BUSY_MACHINE_MS = 3_000
/** What a server that is left to itself waits: its timeout's default. */
const LEFT_TO_ITSELF_MS = 10_000

/** `npm run away` makes it the 15 minutes after which a hand-made channel of MySQL has given up. */
const AWAY_MS = Number(process.env.MMHA_AWAY ?? 25) * 1000

/** What is in the way of a role change, or goes while others stay. */
export function leaving(stage: Stage): void {
  /** An application's session on the holder that is in the way. */
  const busy = async (host: LabHost, script: string, mark: RegExp, administrator = false) => {
    const client = stage.dialect.flavour === 'mariadb' ? 'mariadb' : 'mysql'
    const login = administrator ? client : `MYSQL_PWD=${WRITER.password} ${client} -u ${WRITER.user} -h 127.0.0.1`
    const ended = stage.on(host, `${login} -e '${script}'`).then(
      () => 'done',
      (error: Error) => error.message,
    )
    const running = async () =>
      (await stage.sql(host, 'SHOW FULL PROCESSLIST')).split('\n').some((row) => mark.test(row))
    await stage.until('it is in the way', running)
    return { ended }
  }

  /** Commits that the server let wait for its standby: since it began, and at this moment; how often it gave up waiting. */
  const waits = async (host: LabHost) => {
    const { sourceStatus, waitSessions } = stage.dialect.semiSync
    const [ever = '', gaveUp = ''] = ['tx_waits', 'no_times'].map((name) => sourceStatus.replace(/status$/, name))
    const names = [ever, waitSessions, gaveUp].map((name) => `'${name}'`).join(', ')
    const rows = await stage.sql(host, `SHOW GLOBAL STATUS WHERE Variable_name IN (${names})`)
    const values = new Map(
      rows
        .split('\n')
        .map((row) => row.split('\t'))
        .map(([name = '', value]) => [name, Number(value)]),
    )
    return { ever: values.get(ever), now: values.get(waitSessions), gaveUp: values.get(gaveUp) }
  }

  it.each([
    ['a session holds LOCK TABLES', 'LOCK TABLES load_test.counter WRITE; SELECT SLEEP(120)', /\tSELECT SLEEP\(120\)/],
    [
      'an UPDATE runs for minutes',
      'UPDATE load_test.slow SET v = v + 1 WHERE SLEEP(120) = 0',
      /\tUPDATE load_test.slow SET v/,
    ],
    [
      'DDL runs for minutes',
      'CREATE TABLE load_test.copied ENGINE=InnoDB AS SELECT id, SLEEP(120) AS s FROM load_test.slow',
      /\tCREATE TABLE load_test.copied/,
    ],
    // MySQL lets only SYSTEM_USER end its session.
    [
      'root holds LOCK TABLES on the socket',
      'LOCK TABLES load_test.counter WRITE; SELECT SLEEP(120)',
      /\tSELECT SLEEP\(120\)/,
      true,
    ],
  ])('%s: a planned switch is done all the same, nothing lost', async (_, script, mark, administrator = false) => {
    const { holder, standby } = await stage.whole()
    await stage.sql(
      holder,
      'CREATE TABLE IF NOT EXISTS load_test.slow (id INT PRIMARY KEY, v INT)',
      'REPLACE INTO load_test.slow VALUES (1, 1), (2, 2)',
    )
    const load = await stage.load()
    const { ended } = await busy(holder, script, mark, administrator)
    await stage.on(holder, 'mmha-keepalived ctl switch || :')
    await stage.until('the other host holds the address', () => stage.holds(standby))
    await stage.written(50)
    expect(await ended).toMatch(/ERROR|Lost|gone|killed/i)
    await stage.settled(load)
  })

  /** What the standby can't apply, until it is let go. */
  const behind = async (standby: Parameters<Stage['sql']>[0]) => {
    const lock = 'FLUSH TABLES WITH READ LOCK; SELECT SLEEP(120)'
    const { ended } = await busy(standby, lock, /\tSELECT SLEEP\(120\)/, true)
    return async () => {
      const sleeping = "SELECT id FROM information_schema.PROCESSLIST WHERE info = 'SELECT SLEEP(120)'"
      for (const id of (await stage.sql(standby, sleeping)).split('\n')) await stage.sql(standby, `KILL ${id}`)
      expect(await ended).toMatch(/ERROR|Lost|gone|killed/i)
    }
  }

  it('the standby is behind: a planned leave is refused, and the holder was never closed for it', async () => {
    const { holder, standby } = await stage.whole()
    const load = await stage.load()
    const letGo = await behind(standby)
    const [since, written] = [await stage.now(holder), await stage.ids(holder)]
    const said = await stage.on(holder, 'mmha-keepalived ctl leave 2>&1 && echo LEFT || :')
    expect(said).toContain('the peer is behind')
    expect(await stage.said(holder, since)).not.toMatch(/open for writes again/)
    expect((await stage.ids(holder)).size).toBeGreaterThan(written.size)
    await letGo()
    await stage.settled(load)
  })

  it('the standby is behind, and the holder’s host goes down all the same: its server ends, too', async () => {
    const { holder, standby } = await stage.whole()
    const load = await stage.load()
    const letGo = await behind(standby)
    await stage.on(holder, 'systemctl stop mmha-keepalived')
    await letGo()
    await stage.until('the other host holds the address', () => stage.holds(standby))
    await stage.written(50)
    await stage.on(holder, `timeout 90 systemctl stop ${stage.unit} && systemctl start ${stage.unit} mmha-keepalived`)
    await stage.settled(load)
  })

  it('the standby loses its power, and again: each time writes are let go soon, and go on', async () => {
    const { holder, standby } = await stage.whole()
    const load = await stage.load()
    for (let time = 0; time < 2; time++) {
      const since = await stage.now(holder)
      const { gaveUp = Number.NaN } = await waits(holder)
      await killPower(stage.lab, standby)
      // Said when it is done: on a busy machine the test may look before.
      const said = /commits no longer wait for the standby .*after (\d+) ms/g
      const times = async () => [...(await stage.said(holder, since)).matchAll(said)].map(([, ms]) => Number(ms))
      await stage.until('it is said', async () => (await times()).length > 0)
      await stage.until('none waits', async () => (await waits(holder)).now === 0)
      const before = await waits(holder)
      await stage.written(100)
      expect(await waits(holder)).toEqual({ ...before, now: 0 })
      expect(before.gaveUp).toBe(gaveUp + 1)
      const [waited, ...again] = await times()
      expect(waited).toBeLessThan(PATIENCE_ON_A_BUSY_MACHINE_MS)
      expect(again).toEqual([])
      expect(await stage.enforced(holder)).toBe(false)
      await powerOn(stage.lab, standby)
      await stage.whole()
    }
    expect((await stage.settled(load)).longestGapMs).toBeLessThan(LEFT_TO_ITSELF_MS)
  })

  it.runIf(stage.server === 'mysql-9.7')(
    'the holder has lost its semi-sync plugin: a planned switch is done all the same',
    async () => {
      const { holder, standby } = await stage.whole()
      const { stopIo, startReplica } = stage.dialect.statement
      await stage.sql(standby, 'SET GLOBAL rpl_semi_sync_replica_enabled=OFF', stopIo, startReplica)
      const unload = () => stage.sql(holder, 'UNINSTALL PLUGIN rpl_semi_sync_source')
      await stage.until('the plugin is gone', () => unload().then(() => true))
      await stage.on(holder, 'mmha-keepalived ctl switch')
      await stage.until('the other host holds the address', () => stage.holds(standby))
      expect(await stage.sql(standby, 'SELECT @@global.read_only')).toBe('0')
      expect(await stage.sql(holder, 'SELECT @@global.read_only')).toBe('1')
      expect(stage.holds(holder)).toBe(false)
      await stage.on(holder, `systemctl restart ${stage.unit}`)
      await stage.sql(standby, 'SET GLOBAL rpl_semi_sync_replica_enabled=ON')
      await stage.whole()
      await stage.same()
    },
  )

  it(
    'a peer that was away for longer than ten attempts: both channels run again by themselves',
    async () => {
      const { standby } = await stage.whole()
      // What clients write meanwhile is to be fetched afterwards: for minutes they write slower.
      const load = await stage.load(AWAY_MS > 60_000 ? 200 : undefined)
      await cutCable(stage.lab, standby)
      const cutAt = performance.now()
      await stage.until(
        'ten attempts and more have failed',
        async () => performance.now() - cutAt > AWAY_MS,
        AWAY_MS + 60_000,
      )
      await stage.written(50)
      await plugCable(stage.lab, standby)
      await stage.whole(300_000)
      await stage.settled(load)
    },
    AWAY_MS + 600_000,
  )
}
