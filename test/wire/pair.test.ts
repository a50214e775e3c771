import { readFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import type { Daemon, Daemons } from './daemon.ts'
import { Segment } from './segment.ts'
import { reason, TIMED, wireTest } from './wire-test.ts'

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

/** The worker's process, by the name that `ps` shows. */
function childPid(parent: number, name: string): number {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number)
  const found = children.find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name)
  if (found === undefined) throw new Error(`no ${name} among ${children.join(' ')}`)
  return found
}

describe.skipIf(reason !== null)('two of ours', { concurrent: true }, () => {
  wireTest('all processes of the holder are killed: one holder at any time', async ({ segment, daemons }) => {
    const [holder] = await pair({ segment, daemons })
    holder.signalAll('SIGKILL')
    await segment.vip('b', true)
    expect(await segment.overlaps()).toEqual([])
    expect(segment.hasVip('a')).toBe(false)
  })

  wireTest(
    'the holder freezes and wakes: it lost the VIP before, and does not take it back',
    async ({ segment, daemons }) => {
      const [holder, standby] = await pair({ segment, daemons })
      holder.signalAll('SIGSTOP')
      await segment.vip('b', true)
      await standby.enters('MASTER')
      holder.signalAll('SIGCONT')
      await holder.log.line(/stepping down, another node may be master/)
      const seen = segment.adverts().length
      await segment.advert(() => segment.adverts().length > seen + 4)
      expect(await segment.overlaps()).toEqual([])
      expect(segment.hasVip('b')).toBe(true)
      expect(holder.status()).toMatchObject({ state: 'BACKUP', vip: 'none' })
    },
  )

  wireTest('the cable of the holder is pulled and comes back', async ({ segment, daemons }) => {
    const [holder, standby] = await pair({ segment, daemons })
    segment.cable('a', false)
    await holder.log.line(/FAULT because of interface eth0 is down/)
    await segment.vip('a', false)
    await segment.vip('b', true)
    expect(await segment.overlaps()).toEqual([])
    segment.cable('a', true)
    const before = holder.log.lines.length
    await holder.log.line(/Entering BACKUP STATE/, Math.min(before, holder.log.lines.length - 1))
    const seen = segment.adverts().length
    await segment.advert(() => segment.adverts().length > seen + 4)
    expect(standby.status().state).toBe('MASTER')
    expect(holder.status()).toMatchObject({ state: 'BACKUP', master: { address: Segment.address('b'), priority: 253 } })
  })

  wireTest('kill -9 of the supervisor alone: the worker lets go by itself', TIMED, async ({ segment, daemons }) => {
    const [holder] = await pair({ segment, daemons })
    holder.signal('SIGKILL')
    const zero = await segment.advert(({ priority }) => priority === 0)
    await segment.vip('a', false)
    const taken = await segment.holding((all) => all.find(({ host }) => host === 'b'))
    expect(taken.from - zero.at).toBeLessThan(0.25)
  })

  wireTest('kill -9 of the VRRP worker: it is started again as backup', async ({ segment, daemons }) => {
    const [holder] = await pair({ segment, daemons })
    const lines = holder.log.lines.length
    process.kill(childPid(holder.pid, 'keepalived_vrrp'), 'SIGKILL')
    await holder.log.line(/Entering BACKUP STATE/, lines)
    await segment.vip('b', true)
    expect(await segment.overlaps()).toEqual([])
  })

  wireTest('kill -9 of the check worker: the holder serves on', async ({ segment, daemons }) => {
    const [holder] = await pair({ segment, daemons })
    const lines = holder.log.lines.length
    const before = childPid(holder.pid, 'keepalived_chk')
    process.kill(before, 'SIGKILL')
    await holder.log.line(/Starting Healthcheck child process/, lines)
    const seen = segment.adverts().length
    await segment.advert(() => segment.adverts().length > seen + 2)
    expect(holder.status()).toMatchObject({ state: 'MASTER', vip: 'held', checkWorker: true })
    expect(segment.adverts().every(({ from }) => from === Segment.address('a'))).toBe(true)
  })

  wireTest(
    'ctl leave: the VIP has gone when it returns, and where nobody takes it, it stays away for the hold-down',
    async ({ segment, daemons }) => {
      const [holder, standby] = await pair({ segment, daemons })
      standby.signalAll('SIGKILL')
      await standby.exited()
      holder.ctl('leave', '--hold-down=4')
      expect(segment.hasVip('a')).toBe(false)
      const [left, again] = await segment.holding((all) => (all.length === 2 ? all : undefined))
      expect((again?.from ?? 0) - (left?.to ?? 0)).toBeGreaterThan(3.9)
    },
  )

  wireTest('ctl leave where there is nothing to leave is quick and good', TIMED, async ({ segment, daemons }) => {
    const [, standby] = await pair({ segment, daemons })
    const started = performance.now()
    standby.ctl('leave')
    expect(performance.now() - started).toBeLessThan(2000)
    standby.signal('SIGTERM')
    await standby.exited()
    // ctl answers 0 without a daemon, too; execFileSync would throw otherwise.
    standby.ctl('leave')
    expect(segment.hasVip('a')).toBe(true)
  })

  wireTest('somebody deletes the VIP: it comes back at once', TIMED, async ({ segment, daemons }) => {
    await pair({ segment, daemons })
    segment.deleteVip('a')
    const [lost, again] = await segment.holding((all) => (all.length === 2 ? all : undefined))
    expect((again?.from ?? Number.NaN) - (lost?.to ?? 0)).toBeLessThan(0.1)
  })

  wireTest(
    'a sync group: the fault of one member is the fault of all, and so is its end',
    async ({ segment, daemons }) => {
      const instance = (name: string, vrid: number, extra: string): string => `vrrp_instance ${name} {
      state BACKUP
      interface eth0
      virtual_router_id ${vrid}
      priority 254
      version 3
      advert_int 0.5
      ${extra}
      virtual_ipaddress {
        10.99.7.${vrid}/24
      }
    }
    `
      const group = 'vrrp_sync_group G1 {\n group {\n VI_1\n VI_2\n }\n}\n'
      const text = group + instance('VI_1', 61, '') + instance('VI_2', 62, 'track_interface {\n eth9\n }')
      const daemon = daemons.oursWith('a', text)
      await daemon.log.line(/\(VI_2\) FAULT because of interface eth9: down/)
      await daemon.log.line(/\(VI_1\) FAULT because of sync group G1: VI_2 is in FAULT/)
      segment.addInterface('a', 'eth9')
      await daemon.log.line(/\(VI_1\) Entering MASTER STATE/)
      await daemon.log.line(/\(VI_2\) Entering MASTER STATE/)
    },
  )
})
