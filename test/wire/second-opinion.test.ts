import { execFileSync } from 'node:child_process'
import { describe, expect } from 'vitest'
import { RoleWorker } from './role-worker.ts'
import type { HostName, Segment } from './segment.ts'
import { bundle, reason, wireTest } from './wire-test.ts'

/** From now on this host sends and hears no adverts; everything else goes on. */
function loseAdverts(segment: Segment, host: HostName): void {
  const rules = ['input', 'output'].map(
    (hook) => `add chain ip lost ${hook} { type filter hook ${hook} priority 0; }
add rule ip lost ${hook} ip protocol 112 drop`,
  )
  const input = `add table ip lost\n${rules.join('\n')}\n`
  execFileSync('ip', ['netns', 'exec', segment.namespace(host), 'nft', '-f', '-'], { input })
}

describe.skipIf(reason !== null)('only the adverts are lost', () => {
  wireTest('the holder is heard over TCP and stays; when it dies after all, it is replaced', async ({ segment }) => {
    const holder = new RoleWorker(segment, 'a', await bundle(), 254)
    await holder.log.line(/Entering MASTER STATE/)
    const standby = new RoleWorker(segment, 'b', await bundle(), 253)
    // The daemons' line, without its TCP.
    let beats = 0
    let enough: () => void = () => undefined
    const heard = new Promise<void>((resolve) => {
      enough = resolve
    })
    holder.onAdvert = (priority) => {
      standby.say({ t: 'beat', instance: 'VI_1', priority })
      beats += 1
      if (beats === 16) enough()
    }
    await standby.log.line(/Entering BACKUP STATE/)
    await segment.advert(({ from }) => from === '10.99.7.11', segment.adverts().length + 1)
    beats = 0
    loseAdverts(segment, 'a')
    // 16 beats are 8 s: five times what a standby waits for adverts.
    await heard
    expect(standby.log.lines.join('\n')).toMatch(/heard over TCP: they are lost on the way/)
    expect(standby.heard.filter(({ t }) => t === 'promote')).toEqual([])
    expect(segment.holdings().map(({ host }) => host)).toEqual(['a'])
    holder.kill()
    await segment.vip('b', true)
    // Each host tells of its own addresses, the one perhaps later than the other.
    await segment.vip('a', false)
    expect(await segment.overlaps()).toEqual([])
  })
})
