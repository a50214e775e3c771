import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { configText, type Daemon, type Daemons } from './daemon.ts'
import { LineLog } from './line-log.ts'
import type { Segment } from './segment.ts'
import { reason, wireTest } from './wire-test.ts'

const flavour = { version: 3, advertInterval: 0.5, nopreempt: true, lease: 1 } as const

async function pair({ segment, daemons }: { segment: Segment; daemons: Daemons }): Promise<[Daemon, Daemon]> {
  const holder = daemons.ours('a', { ...flavour, priority: 254 })
  await holder.enters('MASTER')
  const standby = daemons.ours('b', { ...flavour, priority: 253 })
  await standby.enters('BACKUP')
  const seen = segment.adverts().length
  await segment.advert(() => true, seen + 1)
  return [holder, standby]
}

describe.skipIf(reason !== null)('ctl', { concurrent: true }, () => {
  wireTest('switch hands over and says to whom; the events tell it in order', async ({ segment, daemons }) => {
    const [holder, standby] = await pair({ segment, daemons })
    const follower = spawn(process.execPath, holder.ctlWords('events', '--follow'), {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    segment.adopt(follower)
    const events = new LineLog(follower.stdout)
    await events.line(/"state":"MASTER"/)
    expect(holder.ctlSays('switch')).toMatch(/^\(VI_1\) left: 10\.99\.7\.12 holds it, heard \d+ ms after the request$/m)
    expect(segment.hasVip('a')).toBe(false)
    expect(standby.status().state).toBe('MASTER')
    await events.line(/"state":"BACKUP","before":"MASTER"/)
    const told = events.lines.map((line) => JSON.parse(line) as { code: string; vip?: string; state?: string })
    const changes = told.flatMap(({ code, vip, state }) => (code.startsWith('vrrp.') ? (state ?? vip ?? []) : []))
    expect(changes.filter((one) => one !== 'INIT').slice(0, 3)).toEqual(['BACKUP', 'MASTER', 'held'])
    expect(changes.slice(3).toSorted()).toEqual(['BACKUP', 'none'])
    expect(holder.ctlSays('switch')).toMatch(/this node holds nothing to hand over: VI_1 is at 10\.99\.7\.12/)
    expect(await segment.overlaps()).toEqual([])
  })

  wireTest('a node that would take it back refuses to switch', async ({ daemons }) => {
    const holder = daemons.ours('a', { ...flavour, nopreempt: false, priority: 254 })
    await holder.enters('MASTER')
    expect(holder.ctlSays('switch')).toMatch(/REFUSED: it would take the address back at once; write nopreempt/)
    expect(holder.status()).toMatchObject({ state: 'MASTER', vip: 'held' })
  })

  wireTest(
    'maintenance: hands over, never takes over, also not after a restart, until it is off',
    async ({ segment, daemons }) => {
      const [holder, standby] = await pair({ segment, daemons })
      expect(holder.ctl('maintenance')).toBe('maintenance is off\n')
      expect(holder.ctl('maintenance', 'on')).toBe('maintenance is on\n')
      await segment.vip('b', true)
      expect(holder.status()).toMatchObject({ state: 'BACKUP', gate: { open: false, reason: 'maintenance is on' } })
      holder.signal('SIGTERM')
      await holder.exited()
      const again = daemons.again('a', 1)
      await again.enters('BACKUP')
      standby.signalAll('SIGKILL')
      await again.log.line(/there is no master, and this node must not be: maintenance is on/)
      await segment.vip('b', false)
      expect(segment.hasVip('a')).toBe(false)
      expect(again.ctl('maintenance', 'off')).toBe('maintenance is off\n')
      await again.enters('MASTER')
      await segment.vip('a', true)
      expect(await segment.overlaps()).toEqual([])
    },
  )

  wireTest(
    'a holder whom nobody follows stays the holder when maintenance is asked for',
    async ({ segment, daemons }) => {
      const holder = daemons.ours('a', { ...flavour, priority: 254 })
      await holder.enters('MASTER')
      await segment.vip('a', true)
      expect(holder.ctlSays('maintenance', 'on')).toMatch(/nobody has taken it/)
      expect(holder.ctl('maintenance')).toBe('maintenance is off\n')
    },
  )

  wireTest('reload says what changed, or why it is refused; an unknown word is refused', async ({ daemons }) => {
    const holder = daemons.ours('a', { ...flavour, priority: 254 })
    await holder.enters('MASTER')
    expect(holder.ctl('reload')).toBe('configuration is unchanged\n')
    const file = join(daemons.dir, 'daemon-1.conf')
    writeFileSync(file, configText({ ...flavour, priority: 250 }))
    expect(holder.ctl('reload')).toBe('changed VI_1\n')
    writeFileSync(file, 'vrrp_instance {\n')
    expect(holder.ctlSays('reload')).toMatch(/has errors, which stand above/)
    expect(holder.ctlSays('dance')).toMatch(/unknown command: ctl dance/)
    expect(holder.status()).toMatchObject({ state: 'MASTER', priority: 250 })
  })
})
