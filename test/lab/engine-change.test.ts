import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DrillResult } from '../../src/drill/result.ts'
import { keepalivedByHand } from './support/keepalived-by-hand.ts'
import { keepalivedTarball } from './support/keepalived-tarball.ts'
import { complaints, lastDocument, Mmha } from './support/mmha.ts'
import { ownFolder } from './support/own-folder.ts'

const tarball = await keepalivedTarball()
const MASTERS = ['m1', 'm2'] as const
const VIP = '10.77.0.100'

/** Deaf to what mmha's defaults say. */
const byHand = (priority: number) => keepalivedByHand(VIP, priority, '    notify_master /usr/bin/true\n')

describe.skipIf(process.getuid?.() !== 0)('keepalived itself, and back (needs root)', () => {
  const mmha = new Mmha('engine-change')
  const folder = ownFolder('engine')
  const file = (engine: string) => join(folder, `${engine}.yml`)
  const provision = (engine: string, ...flags: readonly string[]) =>
    mmha.run('provision', file(engine), '--yes', '--json', ...flags)
  const unchanged = async (engine: string) => {
    const { code, stdout, stderr } = await mmha.run('plan', file(engine), '--detailed-exitcode')
    expect(code, `${stdout}\n${stderr}`).toBe(0)
  }
  const active = async (unit: string) =>
    (await Promise.all(MASTERS.map((host) => mmha.on(host, `systemctl is-active ${unit} || :`)))).join()
  const holders = async () => {
    const shown = await Promise.all(MASTERS.map((host) => mmha.on(host, `ip -o address show to ${VIP}`)))
    return MASTERS.filter((_, i) => shown[i] !== '')
  }
  /** ns since 1970 of every look that found the address, on each host, while something is done. */
  const watched = async (work: () => Promise<void>) => {
    const script = `while [ -e /run/watched ]; do
  if ip -o address show to ${VIP} | grep -q .; then date +%s%N; fi
  sleep 0.01
done >/run/watched.log`
    for (const host of MASTERS) await mmha.on(host, `touch /run/watched; setsid -f sh -c '${script}' >/dev/null 2>&1`)
    await work()
    const looks = await Promise.all(MASTERS.map((host) => mmha.on(host, 'rm /run/watched; cat /run/watched.log')))
    return looks.map((text) =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map(BigInt),
    )
  }
  /** From one host to the other, once, and at no look on both. */
  const movedOnce = (looks: readonly (readonly bigint[])[]) => {
    const [a = [], b = []] = [...looks].sort((one, other) => ((one[0] ?? 0n) < (other[0] ?? 0n) ? -1 : 1))
    expect([a.length, b.length].every((count) => count > 0)).toBe(true)
    expect((a.at(-1) ?? 0n) < (b[0] ?? 0n), `${a.at(-1)} < ${b[0]}`).toBe(true)
  }

  beforeAll(async () => {
    for (const engine of ['bundled', 'package'])
      writeFileSync(
        file(engine),
        `vip: ${VIP}/24\nnic: host0\nmasters: [10.77.0.11, 10.77.0.12]\nclient: 10.77.0.20\nkeepalived: { engine: ${engine} }\n`,
      )
    await mmha.ok('lab', 'down')
    await mmha.ok('lab', 'up', file('package'), '--server', 'mariadb-10.11')
  })
  afterAll(async () => {
    await mmha.ok('lab', 'down')
    rmSync(folder, { recursive: true })
  })

  it('makes a pair with the distribution’s keepalived, and has nothing to do a second time', async () => {
    const { code, stderr } = await provision('package')
    expect(code, stderr).toBe(0)
    expect(await active('keepalived')).toBe('active,active')
    expect(await active('mmha-keepalived')).toBe('inactive,inactive')
    await unchanged('package')
  })

  it('survives a stop of the holder’s server: nothing lost, never two addresses', async () => {
    const { code, stdout, stderr } = await mmha.run('verify', file('package'), '--faults', 'stop', '--json')
    const result = lastDocument<DrillResult>(stdout)
    expect(code, `${JSON.stringify(result.runs.map(({ failures }) => failures))}\n${stderr}`).toBe(0)
  })

  it('moves the address in order, and says that the pair is whole', async () => {
    const [before] = await holders()
    expect(await mmha.ok('status', file('package'))).toContain('whole: either host may be lost')
    movedOnce(
      await watched(async () => {
        await mmha.ok('switchover', file('package'))
      }),
    )
    expect(await holders()).not.toContain(before)
  })

  it('waits for a standby that is back without a write that would remind it', async () => {
    const [holder = 'm1'] = await holders()
    const standby = holder === 'm1' ? 'm2' : 'm1'
    const waits = () => mmha.sql(holder, 'SHOW STATUS LIKE "Rpl_semi_sync_master_status"')
    await mmha.on(standby, "mariadb -e 'STOP SLAVE'")
    const given = await mmha.on(
      holder,
      'mariadb -Ne \'SET GLOBAL rpl_semi_sync_master_timeout=1; CREATE DATABASE gone; DROP DATABASE gone; SHOW STATUS LIKE "Rpl_semi_sync_master_status"\'',
    )
    expect(given).toContain('OFF')
    await expect.poll(waits, { timeout: 60_000, interval: 500 }).toContain('ON')
    expect(await mmha.ok('status', file('package'))).toContain('whole: either host may be lost')
  })

  it('sets a holder aside that returns with rows of its own; rejoin saves them as SQL and as a binlog, and copies', async () => {
    const [holder = 'm1'] = await holders()
    const standby = holder === 'm1' ? 'm2' : 'm1'
    const value = (host: string) => mmha.sql(host, 'SELECT v FROM own.t WHERE id = 1')
    await mmha.sql(
      holder,
      'CREATE DATABASE own; CREATE TABLE own.t (id INT PRIMARY KEY, v VARCHAR(9)); INSERT INTO own.t VALUES (1, "both")',
    )
    await expect.poll(() => value(standby), { timeout: 30_000 }).toBe('both')
    // Replication alone is cut: the holder goes on without its standby.
    const cut = `INPUT -s 10.77.0.${holder === 'm1' ? 11 : 12} -p tcp --sport 3306 -j DROP`
    await mmha.on(standby, `iptables -I ${cut}`)
    await mmha.sql(
      holder,
      'UPDATE own.t SET v = "alone" WHERE id = 1; FLUSH LOCAL BINARY LOGS; INSERT INTO own.t VALUES (2, "alone")',
    )
    await mmha.ok('lab', 'power', holder, 'kill')
    await mmha.on(standby, `iptables -D ${cut}`)
    await expect.poll(() => mmha.sql(standby, 'SELECT @@read_only'), { timeout: 60_000, interval: 500 }).toBe('0')
    await mmha.sql(standby, 'UPDATE own.t SET v = "newer" WHERE id = 1')
    await mmha.ok('lab', 'power', holder, 'on')
    const status = async () => (await mmha.run('status', file('package'))).stdout
    await expect.poll(status, { timeout: 60_000, interval: 500 }).toContain(`${holder} is quarantined, diverged`)
    expect(await status()).toContain('to save its own transactions')
    expect([await value(standby), await value(holder)]).toEqual(['newer', 'alone'])
    expect((await mmha.run('switchover', file('package'))).code).toBe(5)
    await mmha.ok('rejoin', file('package'), holder, '--reseed', 'dump', '--yes', holder)
    expect(await status()).toContain('whole: either host may be lost')
    expect(await value(holder)).toBe('newer')
    for (const saved of ['mariadb-binlog --verbose *-rejoin.binlog', 'cat *-rejoin.sql']) {
      const text = await mmha.on(holder, `cd /var/lib/mmha/quarantine && ${saved}`)
      const rows = text.split('\n').filter((line) => line.startsWith('### '))
      expect(rows.map((line) => line.replace(/^### */, '')).join(' '), saved).toBe(
        "UPDATE `own`.`t` WHERE @1=1 @2='both' SET @1=1 @2='alone' INSERT INTO `own`.`t` SET @1=2 @2='alone'",
      )
    }
    expect(await mmha.on(holder, 'stat -c "%a %U" /var/lib/mmha/quarantine/*')).toBe('600 root\n600 root')
  })

  it('changes to the bundled daemon: the standby first, the address moves once, and back again', async () => {
    const refused = await provision('bundled')
    expect([refused.code, refused.stderr + refused.stdout]).toEqual([5, expect.stringContaining('--allow-restart')])
    for (const [engine, on, off] of [
      ['bundled', 'mmha-keepalived', 'keepalived'],
      ['package', 'keepalived', 'mmha-keepalived'],
    ] as const) {
      movedOnce(
        await watched(async () => {
          const { code, stderr, stdout } = await provision(engine, '--allow-restart')
          expect(code, complaints({ code, stdout, stderr })).toBe(0)
        }),
      )
      expect([await active(on), await active(off)]).toEqual(['active,active', 'inactive,inactive'])
      await unchanged(engine)
    }
  })

  it.skipIf(tarball === null)('builds one from a tarball, once, and goes back to the distribution’s', async () => {
    writeFileSync(
      file('source'),
      `vip: ${VIP}/24\nnic: host0\nmasters: [10.77.0.11, 10.77.0.12]\nclient: 10.77.0.20\nkeepalived: { engine: source, source: ${tarball?.path}, sha256: ${tarball?.sha256} }\n`,
    )
    const running = async () => {
      const pids = 'pid=$(systemctl show -p MainPID --value keepalived); readlink -f /proc/$pid/exe'
      return (await Promise.all(MASTERS.map((host) => mmha.on(host, pids)))).join()
    }
    for (const [engine, program] of [
      ['source', /^(\/opt\/mmha\/keepalived-2\.2\.7-\w+\/sbin\/keepalived),\1$/],
      ['package', /^\/usr\/sbin\/keepalived,\/usr\/sbin\/keepalived$/],
    ] as const) {
      const { code, stderr, stdout } = await provision(engine, '--allow-restart')
      expect(code, complaints({ code, stdout, stderr })).toBe(0)
      expect(await running()).toMatch(program)
      await unchanged(engine)
    }
  })

  it('takes over from a keepalived set up by hand with leave only, and a rollback brings it back', async () => {
    const [holder = 'm1'] = await holders()
    const standby = holder === 'm1' ? 'm2' : 'm1'
    const place = (host: string, priority: number) =>
      mmha.on(
        host,
        `systemctl disable --now keepalived 2>/dev/null; rm -f /etc/systemd/system/keepalived.service.d/mmha.conf
cat >/etc/keepalived/keepalived.conf <<'EOF'
${byHand(priority)}EOF
systemctl daemon-reload`,
      )
    await place(standby, 90)
    await place(holder, 100)
    await mmha.on(holder, 'systemctl enable --now keepalived')
    await mmha.on(
      holder,
      `for i in $(seq 100); do ip -o address show to ${VIP} | grep -q . && exit; sleep 0.1; done; exit 1`,
    )
    await mmha.on(standby, 'systemctl enable --now keepalived')
    await mmha.on(holder, "mariadb -e 'SET GLOBAL read_only=OFF'")

    const refused = await provision('bundled', '--allow-restart')
    expect(refused.code).toBe(5)
    expect(refused.stderr + refused.stdout).toContain('--take-over-keepalived')
    expect(await active('keepalived')).toBe('active,active')

    let run = ''
    const looks = await watched(async () => {
      const { code, stderr, stdout } = await provision('bundled', '--take-over-keepalived', '--allow-restart')
      expect(code, complaints({ code, stdout, stderr })).toBe(0)
      expect(stderr).toContain('/etc/keepalived/keepalived.conf')
      run = lastDocument<{ run: string }>(stdout).run
    })
    // The address stays: no look may find it on the other host.
    expect(looks[MASTERS.indexOf(standby)]).toEqual([])
    expect([await active('mmha-keepalived'), await active('keepalived')]).toEqual([
      'active,active',
      'inactive,inactive',
    ])
    expect(await holders()).toEqual([holder])
    expect(await mmha.on(holder, 'cat /etc/keepalived/keepalived.conf.before-mmha')).toBe(byHand(100).trim())
    await unchanged('bundled')

    const [back, other] = await watched(async () => {
      await mmha.ok('rollback', file('bundled'), run, '--yes', '--allow-restart')
      await mmha.on(
        standby,
        'for i in $(seq 100); do systemctl is-active -q keepalived && exit; sleep 0.1; done; exit 1',
      )
      // They elect afresh: 3.6 s at the most.
      await expect.poll(holders, { timeout: 15_000 }).toHaveLength(1)
    })
    const both = (back ?? []).filter((at) => at > (other?.[0] ?? at) && at < (other?.at(-1) ?? at))
    expect(both).toEqual([])
    expect([await active('mmha-keepalived'), await active('keepalived')]).toEqual([
      'inactive,inactive',
      'active,active',
    ])
    expect(await mmha.on(standby, 'cat /etc/keepalived/keepalived.conf')).toBe(byHand(90).trim())
  })
})
