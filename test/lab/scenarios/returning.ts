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

  const countOn = async (host: LabHost) => Number(await stage.sql(host, 'SELECT COUNT(*) FROM load_test.received'))
}
