import { expect, it } from 'vitest'
import { dialectOf } from '../../../src/mysql/dialect.ts'
import { type Capability, SHOWN_BY } from '../../../src/mysql/dialect-capabilities.ts'
import type { Stage } from './stage.ts'

/** `mmha status` and `mmha switchover`, on a pair that is whole and on one that is not. */
export function operating(stage: Stage): void {
  const status = async () => {
    const { code, stdout } = await stage.mmha.run('status', stage.inventory)
    return { code, stdout }
  }

  it('its variables show what its version says', async () => {
    const names = Object.values(SHOWN_BY).join("', '")
    const [version = '', ...rows] = (
      await stage.sql(stage.hosts[0], 'SELECT VERSION()', `SHOW GLOBAL VARIABLES WHERE Variable_name IN ('${names}')`)
    ).split('\n')
    const shown = rows.map((row) => row.split('\t')[0] ?? '')
    const capabilities = Object.keys(SHOWN_BY) as Capability[]
    const able = (dialect: ReturnType<typeof dialectOf>) => capabilities.filter((each) => dialect.can(each))
    expect(able(dialectOf(version, '', shown))).toEqual(able(dialectOf(version)))
    expect(shown.length).toBeGreaterThan(0)
  })

  it('status of a whole pair: exit 0, who holds the address', async () => {
    const { holder } = await stage.whole()
    await stage.until('every commit is proven to be on both', async () => (await status()).code === 0)
    const { stdout } = await status()
    expect(stdout).toMatch(new RegExp(`${holder.name} .* MASTER .*each commit waits for the standby`))
    expect(stdout).toContain('whole: either host may be lost')
  })

  it('switchover moves the address, and is done already the second time', async () => {
    const { standby } = await stage.whole()
    await stage.until('every commit is proven to be on both', async () => (await status()).code === 0)
    expect(await stage.mmha.ok('switchover', stage.inventory, '--to', standby.name)).toContain(`${standby.name} holds`)
    expect(await stage.holds(standby)).toBe(true)
    expect(await stage.mmha.ok('switchover', stage.inventory, '--to', standby.name)).toContain('already')
  })

  it('a standby without its server: said with what to do, and a switchover is refused', async () => {
    const { holder, standby } = await stage.whole()
    await stage.on(standby, `systemctl stop ${stage.unit}`)
    const { code, stdout } = await status()
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining(`! ${standby.name} mysql`) })
    const refused = await stage.mmha.run('switchover', stage.inventory)
    expect(refused.stderr).toMatch(/not safe now/)
    expect(refused.code).toBe(5)
    expect(await stage.holds(holder)).toBe(true)
    await stage.on(standby, `systemctl start ${stage.unit}`)
    await stage.whole()
  })
}
