import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { LineLog } from './line-log.ts'
import { RoleWorker, roleText } from './role-worker.ts'
import { IPV6_LAYOUT, type Segment, VIP } from './segment.ts'
import { bundle, reason, TIMED, wireTest } from './wire-test.ts'

/** ms of the successor's skew: 3/256 of half a second. */
const SKEW = (3 / 256) * 500

async function pair(segment: Segment): Promise<[RoleWorker, RoleWorker]> {
  const holder = new RoleWorker(segment, 'a', await bundle(), 254)
  await holder.log.line(/Entering MASTER STATE/)
  const standby = new RoleWorker(segment, 'b', await bundle(), 253)
  await standby.log.line(/Entering BACKUP STATE/)
  const seen = segment.adverts().length
  await segment.advert(() => true, seen + 1)
  return [holder, standby]
}

/** When the first host's VIP went and the second's came, after priority 0; ms. */
async function handover(segment: Segment): Promise<{ gone: number; taken: number }> {
  const zero = await segment.advert(({ priority }) => priority === 0)
  const taken = await segment.holding((all) => all.find(({ host }) => host === 'b'))
  const gone = await segment.holding((all) => all.find(({ host, to }) => host === 'a' && to < Number.POSITIVE_INFINITY))
  return { gone: (gone.to - zero.at) * 1000, taken: (taken.from - zero.at) * 1000 }
}

/** One try after the other; a line for each: when it began (s), and its outcome. */
const CALLER = `const { connect } = require('node:net')
const call = () => {
  const at = Date.now() / 1000
  const socket = connect({ host: process.argv[1], port: 3306 })
  const done = (what) => { socket.destroy(); console.log(at, what); setTimeout(call, 10) }
  const late = setTimeout(() => done('silence'), 200)
  socket.on('error', ({ code }) => { clearTimeout(late); done(code) })
}
call()`

/** A neighbour, as `own`, that believes for ever that the VIP is on that host. */
function stubbornCaller(segment: Segment, host: 'a' | 'b', vip: string, own: string): LineLog {
  const hardware = /link\/ether (\S+)/.exec(segment.ip(host, '-o', 'link', 'show', 'eth0'))?.[1]
  const ready = `ip addr add ${own} dev br0 && ip neigh replace ${vip} lladdr ${hardware} nud permanent dev br0`
  const child = segment.spawn('switch', 'sh', '-c', `${ready} && exec "$0" -e "$1" "$2"`, process.execPath, CALLER, vip)
  return new LineLog(child.stdout, child.stderr)
}

describe.skipIf(reason !== null)('handover between databases', () => {
  wireTest(
    'whoever still comes to the old host is reset, for a moment; then it is silent',
    TIMED,
    async ({ segment }) => {
      const [holder] = await pair(segment)
      const callers = [
        stubbornCaller(segment, 'a', VIP, '10.99.7.20/24'),
        stubbornCaller(segment, 'a', IPV6_LAYOUT.vip, 'fd99:7::20/64 nodad'),
      ]
      for (const caller of callers) await caller.line(/ECONNREFUSED/)
      await holder.leave(42)
      const { to: gone } = await segment.holding((all) =>
        all.find(({ host, to }) => host === 'a' && to < Number.POSITIVE_INFINITY),
      )
      for (const caller of callers) {
        const tries = () => caller.lines.map((line) => line.split(' ')).filter(([at]) => Number(at) > gone)
        await caller.until(() => tries().find(([, what]) => what === 'ECONNREFUSED'), 'a reset after the VIP has gone')
        await caller.until(() => tries().find(([, what]) => what === 'silence'), 'silence', 10_000)
      }
    },
  )

  wireTest('keepalived gives way: that its address has gone is said in its stead', async ({ segment, daemons }) => {
    const old = daemons.keepalived('a', { priority: 254, version: 3, advertInterval: 0.5, nopreempt: true })
    await old.enters('MASTER')
    await segment.vip('a', true)
    const standby = new RoleWorker(segment, 'b', await bundle(), 253)
    await standby.log.line(/Entering BACKUP STATE/)
    const file = join(daemons.dir, 'gone.conf')
    writeFileSync(file, roleText(254))
    const teller = segment.spawn('a', process.execPath, await bundle(), 'say-gone', '-f', file)
    const ended = once(teller, 'exit')
    await new LineLog(teller.stdout, teller.stderr).line(/looking/)
    old.signal('SIGTERM')
    const { gone, taken } = await handover(segment)
    process.stdout.write(`keepalived gives way: gone after ${gone.toFixed(0)} ms, taken after ${taken.toFixed(0)} ms\n`)
    // Unsaid, its successor would wait for 1.9 s: the lease, and its patience.
    expect(taken).toBeLessThan(1_500)
    expect(await segment.overlaps()).toEqual([])
    expect(await ended).toEqual([0, null])
  })

  wireTest('mysqld died: the VIP answers until the successor is ready, then moves', TIMED, async ({ segment }) => {
    const [holder, standby] = await pair(segment)
    standby.promotionMs = 60
    holder.mysqldDied()
    const { gone, taken } = await handover(segment)
    process.stdout.write(`handover: gone after ${gone.toFixed(1)} ms, taken after ${taken.toFixed(1)} ms\n`)
    // It answered with RST all through the promotion …
    expect(gone).toBeGreaterThan(SKEW + 58)
    // … and the move follows the promotion, not the three intervals without a farewell; how fast is for bench/.
    expect(taken).toBeLessThan(300)
    expect(standby.heard.map(({ t }) => t)).toContain('promote')
    expect(holder.heard.map(({ t }) => t)).toContain('demote')
  })

  wireTest(
    'asked to stop again and again, as by pkill: still the database first, and a farewell',
    async ({ segment }) => {
      const [holder, standby] = await pair(segment)
      const asked = new Promise<Parameters<NonNullable<RoleWorker['onLeave']>>[0]>((resolve) => {
        holder.onLeave = resolve
      })
      holder.stopTwice()
      const leave = await asked
      const seen = segment.adverts().length
      await segment.advert(() => true, seen + 1)
      expect(segment.hasVip('a')).toBe(true)
      holder.say(leave)
      const { gone } = await handover(segment)
      await standby.log.line(/Entering MASTER STATE/)
      expect(gone).toBeGreaterThan(0)
    },
  )

  wireTest('planned leave: the database first, then the VIP, then the answer', async ({ segment }) => {
    const [holder, standby] = await pair(segment)
    const answer = await holder.leave(42)
    expect(answer).toMatchObject({ t: 'left', id: 42, ok: true, reason: 'the virtual address has gone' })
    expect(segment.hasVip('a')).toBe(false)
    const { taken } = await handover(segment)
    process.stdout.write(`planned: taken after ${taken.toFixed(1)} ms\n`)
    await standby.log.line(/Entering MASTER STATE/)
    expect(holder.heard.filter(({ t }) => t === 'demote')).toEqual([])
  })

  wireTest(
    'a slow promotion: the holder stops answering after its patience, never two hold the VIP',
    TIMED,
    async ({ segment }) => {
      const [holder, standby] = await pair(segment)
      standby.promotionMs = 500
      holder.mysqldDied()
      const { gone, taken } = await handover(segment)
      expect(gone).toBeGreaterThan(295)
      expect(gone).toBeLessThan(400)
      expect(taken).toBeGreaterThan(500)
      expect(taken).toBeLessThan(600)
      expect(await segment.overlaps()).toEqual([])
    },
  )

  wireTest('the holder dies while it leaves: the VIP is taken when its lease has ended', TIMED, async ({ segment }) => {
    const [holder, standby] = await pair(segment)
    standby.promotionMs = 100
    holder.mysqldDied()
    await segment.advert(({ priority }) => priority === 0)
    holder.kill()
    const { gone, taken } = await handover(segment)
    process.stdout.write(`died leaving: gone after ${gone.toFixed(0)} ms, taken after ${taken.toFixed(0)} ms\n`)
    expect(await segment.overlaps()).toEqual([])
    expect(taken).toBeGreaterThan(1850)
    expect(taken).toBeLessThan(2050)
  })
})
