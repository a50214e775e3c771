import { expect, it } from 'vitest'
import type { LabHost } from '../../../src/lab/state.ts'
import { rejoin } from './copies.ts'
import { changeBehindItsBack } from './percona-checksums.ts'
import type { Stage } from './stage.ts'

/** What a copy by dump puts right, and what it asks of root. */
export function copiedAnew(stage: Stage): void {
  it('a number was given twice: the same GTIDs and another epoch quarantine the standby, also while clients write', async () => {
    const { standby } = await stage.whole()
    await stage.same()
    const since = await stage.now(standby)
    await changeBehindItsBack(stage, standby, 'UPDATE mmha.epoch SET epoch = epoch + 1 ORDER BY epoch DESC LIMIT 1')
    const quarantined =
      /QUARANTINED, diverged: the same GTIDs, but epoch \d+ of \S+ here and epoch \d+ of .*given twice/g
    const times = async () => (await stage.said(standby, since)).match(quarantined)?.length ?? 0
    await stage.until('it is quarantined', async () => (await times()) > 0)
    await stage.until('its channel is stopped', async () => !(await stage.replicates(standby)))
    const load = await stage.load()
    await stage.written(200)
    const said = new RegExp(
      `! ${standby.name} is quarantined, diverged: the same GTIDs[^]*rejoin .* ${standby.name} --reseed`,
    )
    const status = await stage.mmha.run('status', stage.inventory)
    expect(status).toMatchObject({ code: 1, stdout: expect.stringMatching(said) })
    expect(await times()).toBe(1)
    expect(await stage.said(standby, since)).not.toContain('no longer quarantined')
    expect(await stage.replicates(standby)).toBe(false)
    await stage.ended(load)
    await rejoin(stage, standby, 'dump')
    const epochs = stage.hosts.map((host) => stage.sql(host, 'SELECT epoch, holder FROM mmha.epoch ORDER BY epoch'))
    const [one, two] = await Promise.all(epochs)
    expect(one).toBe(two)
  })

  it('root has its privileges by a role alone, on both: a copy is made all the same, and root keeps them', async () => {
    const { holder, standby } = await stage.whole()
    const mysql = stage.dialect.flavour === 'mysql'
    const defaultRole = (role: string) => `SET DEFAULT ROLE ${role} ${mysql ? 'TO' : 'FOR'} root@localhost`
    const all = 'GRANT ALL PRIVILEGES ON *.* TO'
    const rights = async (host: LabHost) => (await stage.sql(host, 'SHOW GRANTS')).split('\n').sort()
    await stage.sql(
      holder,
      'CREATE ROLE administrators',
      `${all} administrators WITH GRANT OPTION`,
      'GRANT administrators TO root@localhost WITH ADMIN OPTION',
      defaultRole('administrators'),
    )
    const without = ['ALL PRIVILEGES', 'GRANT OPTION'].map((what) => `REVOKE ${what} ON *.* FROM root@localhost`)
    // Of a session that has the role. Without ON, MariaDB takes the role, too.
    await stage.sql(holder, ...without)
    try {
      await stage.same()
      const own = "SELECT Create_user_priv, Super_priv FROM mysql.user WHERE user = 'root' AND host = 'localhost'"
      await stage.until('both have it so', async () => {
        const both = await Promise.all(stage.hosts.map((host) => stage.sql(host, own)))
        return both.every((row) => row === 'N\tN')
      })
      const before = await rights(standby)
      await rejoin(stage, standby, 'dump')
      expect(await rights(standby)).toEqual(before)
      expect(await rights(holder)).toEqual(before)
    } finally {
      await stage.sql(
        holder,
        `${all} root@localhost WITH GRANT OPTION`,
        defaultRole('NONE'),
        `DROP ROLE administrators`,
      )
    }
    await stage.whole()
  })
}
