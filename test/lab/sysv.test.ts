import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { service } from '../../src/modules/service.ts'
import { context, hostFacts, INVENTORY, M1, M2 } from '../unit/modules/pair-context.ts'
import { SysvHost } from './support/sysv-host.ts'

const dist = resolve(import.meta.dirname, '../../dist')
const VIP = '10.77.0.100'

/** At its stop it looks whether the database still runs. */
const CONFIG = `global_defs {
    router_id m1
    enable_script_security
    script_user root
}
vrrp_instance MMHA {
    state BACKUP
    nopreempt
    interface eth0
    virtual_router_id 100
    priority 254
    version 3
    advert_int 0.1
    virtual_ipaddress {
        ${VIP}/24 dev eth0
    }
    notify_stop "/usr/local/bin/at-stop"
}
`

describe.skipIf(process.getuid?.() !== 0)('a host with SysV init (needs root)', { timeout: 300_000 }, () => {
  const host = new SysvHost()
  const built = readdirSync(dist).filter((name) => name.endsWith('_amd64.deb'))
  const newest = built
    .map((name) => join(dist, name))
    .toSorted((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs)
    .slice(-1)

  const planned = async (asked: object) => {
    const params = service.params.parse(asked)
    const mine = service.parse(await host.ok(service.probe(params, { inventory: INVENTORY, host: M1, peer: M2 })))
    const facts = hostFacts(M1.address, null, { init: 'sysv' })
    return { mine, steps: service.plan(params, context(null, mine, mine, { facts })) }
  }
  /** Does it, and finds nothing more to do. */
  const done = async (asked: object) => {
    const { steps } = await planned(asked)
    await host.apply(steps)
    expect((await planned(asked)).steps).toEqual([])
    return steps.map(({ id }) => id.replace(/^.*\//, ''))
  }
  const held = () => host.ok(`ip -o address show to ${VIP} | wc -l`)
  const pid = () => host.ok('cat /run/mmha-keepalived.pid')

  beforeAll(async () => {
    await host.make(['mariadb-server'], newest)
    await host.boot()
  }, 300_000)
  afterAll(() => host.remove())

  const DATABASE = { unit: 'mariadb.service', enabled: true, state: 'started' }
  const DAEMON = {
    unit: 'mmha-keepalived.service',
    enabled: true,
    state: 'started',
    restartedAfter: ['/etc/mmha-other'],
    reloadedAfter: ['/etc/keepalived/keepalived.conf'],
  }

  it('starts and enables services, the database before the daemon, and has nothing to do a second time', async () => {
    expect(await host.ok('cat /proc/1/comm; ls -d /run/systemd/system 2>/dev/null || :')).toBe('init')
    expect((await planned({ unit: 'no-such.service', state: 'stopped' })).steps).toEqual([])
    expect(await done(DATABASE)).toEqual(['enabled', 'started'])
    expect(await host.ok("mariadb -Ne 'SELECT 1'")).toBe('1')
    // Without a configuration it does not start, and says so.
    await expect(host.ok('/etc/init.d/mmha-keepalived start')).rejects.toThrow(/there is no .*keepalived.conf/)
    await host.ok(`mkdir -p /etc/keepalived; cat >/etc/keepalived/keepalived.conf <<'END'
${CONFIG}END
cat >/usr/local/bin/at-stop <<'END'
#!/bin/sh
pgrep -x mariadbd >/dev/null && echo alive >/root/at-stop || echo gone >/root/at-stop
END
chmod 755 /usr/local/bin/at-stop`)
    expect(await done(DAEMON)).toEqual(['enabled', 'started'])
    await expect.poll(held, { timeout: 30_000 }).toBe('1')
    expect(await host.ok('/etc/init.d/mmha-keepalived status')).toContain(await pid())
    const [start, stop] = await Promise.all([2, 0].map((level) => host.ok(`ls /etc/rc${level}.d`)))
    const order = (links = '', kind = '') => {
      const at = (name: string) => new RegExp(`^${kind}(\\d\\d)${name}$`, 'm').exec(links)?.[1] ?? 'no link'
      return [at('mariadb'), at('mmha-keepalived')] as const
    }
    const [first, then] = order(start, 'S')
    expect(Number(first)).toBeLessThan(Number(then))
    const [last, before] = order(stop, 'K')
    expect(Number(before)).toBeLessThan(Number(last))
  })

  it('reloads and restarts it where a file is newer', async () => {
    const before = await pid()
    await host.ok("sed -i 's|/24 dev eth0|&\\n        10.77.0.101/24 dev eth0|' /etc/keepalived/keepalived.conf")
    expect(await done(DAEMON)).toEqual(['reloaded'])
    await expect.poll(() => host.ok('ip -o address show to 10.77.0.101 | wc -l'), { timeout: 30_000 }).toBe('1')
    expect(await pid()).toBe(before)
    await host.ok('echo new >/etc/mmha-other')
    expect(await done(DAEMON)).toEqual(['restarted'])
    expect(await pid()).not.toBe(before)
    await expect.poll(held, { timeout: 30_000 }).toBe('1')
  })

  it('starts it again when it was killed; a daemon whose keeper was killed is stopped all the same', async () => {
    const before = await pid()
    await host.ok(`kill -9 ${before}`)
    await expect
      .poll(async () => (await host.sh('cat /run/mmha-keepalived.pid')).stdout.trim(), { timeout: 30_000 })
      .not.toMatch(new RegExp(`^(${before})?$`))
    await expect.poll(held, { timeout: 30_000 }).toBe('1')
    await host.ok('kill -9 "$(cat /run/mmha-keeper.pid)"')
    expect(await held()).toBe('1')
    expect(await done({ ...DAEMON, state: 'stopped' })).toEqual(['stopped'])
    expect(await held()).toBe('0')
    expect((await host.sh('/etc/init.d/mmha-keepalived status')).code).toBe(3)
    expect(await host.ok('ls -l /proc/[0-9]*/exe 2>/dev/null | grep /usr/lib/mmha || echo none')).toBe('none')
    expect(await done(DAEMON)).toEqual(['started'])
  })

  it('does not start beside half a copy, and is off when it is disabled', async () => {
    expect(await done({ ...DAEMON, state: 'stopped' })).toEqual(['stopped'])
    await host.ok('touch /var/lib/mmha/seeding')
    await expect(host.ok('/etc/init.d/mmha-keepalived start')).rejects.toThrow(/half a copy/)
    await host.ok('rm /var/lib/mmha/seeding')
    expect(await done({ ...DAEMON, enabled: false, state: null })).toEqual(['enabled'])
    expect(await host.ok('ls /etc/rc2.d')).not.toMatch(/^S\d\dmmha-keepalived/m)
    expect(await done(DAEMON)).toEqual(['enabled', 'started'])
    await expect.poll(held, { timeout: 30_000 }).toBe('1')
  })

  it('leaves before the database stops, when the host is shut down', async () => {
    await host.ok('rm -f /root/at-stop')
    await host.shutDown()
    const [log, seen] = ['rc0.log', 'at-stop'].map((name) => readFileSync(join(host.root, 'root', name), 'utf8'))
    expect(seen, log).toBe('alive\n')
  })
})
