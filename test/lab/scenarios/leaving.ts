import { expect, it } from 'vitest'
import { killPower, powerOn } from '../../../src/lab/faults.ts'
import { cutCable, plugCable } from '../../../src/lab/network.ts'
import { WRITER } from '../role/writer.ts'
import type { Stage } from './stage.ts'

/** What is in the way of a role change, or goes while others stay. */
export function leaving(stage: Stage): void {
  /** An application's session on the holder that is in the way. */
  const busy = async (host: Parameters<Stage['sql']>[0], script: string, mark: RegExp) => {
    const client = stage.dialect.flavour === 'mariadb' ? 'mariadb' : 'mysql'
    const login = `MYSQL_PWD=${WRITER.password} ${client} -u ${WRITER.user} -h 127.0.0.1`
    const ended = stage.on(host, `${login} -e '${script}'`).then(
      () => 'done',
      (error: Error) => error.message,
    )
    const running = async () =>
      (await stage.sql(host, 'SHOW FULL PROCESSLIST')).split('\n').some((row) => mark.test(row))
    await stage.until('it is in the way', running)
    return { ended }
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
  ])('%s: a planned switch is done all the same, nothing lost', async (_, script, mark) => {
    const { holder, standby } = await stage.whole()
    await stage.sql(
      holder,
      'CREATE TABLE IF NOT EXISTS load_test.slow (id INT PRIMARY KEY, v INT)',
      'REPLACE INTO load_test.slow VALUES (1, 1), (2, 2)',
    )
    const load = await stage.load()
    const { ended } = await busy(holder, script, mark)
    await stage.on(holder, 'mmha-keepalived ctl switch || :')
    await stage.until('the other host holds the address', () => stage.holds(standby))
    await stage.written(50)
    expect(await ended).toMatch(/ERROR|Lost|gone|killed/i)
    await stage.settled(load)
  })

  it('the standby loses its power: writes wait once, for a second, and go on', async () => {
    const { standby } = await stage.whole()
    const load = await stage.load()
    await killPower(stage.lab, standby)
    await stage.written(200)
    await powerOn(stage.lab, standby)
    const { longestGapMs } = await stage.settled(load)
    expect(longestGapMs).toBeLessThan(5000)
  })

  it('a peer that was away for longer than ten attempts: both channels run again by themselves', async () => {
    const { standby } = await stage.whole()
    const load = await stage.load()
    await cutCable(stage.lab, standby)
    const cutAt = performance.now()
    await stage.until('ten attempts and more have failed', async () => performance.now() - cutAt > 25_000)
    await stage.written(50)
    await plugCable(stage.lab, standby)
    await stage.settled(load)
  })
}
