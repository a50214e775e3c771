import { describe, expect, it } from 'vitest'
import { DOWN, master } from './node.ts'

describe('bursts of gratuitous ARP and neighbour advertisements', () => {
  const garps = (node: ReturnType<typeof master>) => node.effects.filter((effect) => effect.do === 'garp')

  it('after a lower priority: one at once, one after garp_lower_prio_delay; the one of the takeover gives way', () => {
    const node = master({ garpDelayMs: 5000, garpLowerDelayMs: 300 })
    expect(garps(node.hear(99, DOWN + 100))).toEqual([{ do: 'garp', why: 'lower' }])
    expect(node.machine.garpAt).toBeCloseTo(DOWN + 400)
    expect(garps(node.timer(DOWN + 400))).toEqual([{ do: 'garp', why: 'lower' }])
    expect(node.machine.garpAt).toBeNull()
  })

  it('without a delay the second burst of the takeover stays', () => {
    const node = master({ garpDelayMs: 400, garpLowerDelayMs: 0 })
    expect(garps(node.hear(99, DOWN + 100))).toEqual([{ do: 'garp', why: 'lower' }])
    expect(garps(node.timer(DOWN + 400))).toEqual([{ do: 'garp' }])
  })

  it('a refresh is a burst of its own kind', () => {
    const node = master({ garpDelayMs: 0, garpRefreshMs: 300 })
    expect(garps(node.timer(DOWN + 300))).toEqual([{ do: 'garp', why: 'refresh' }])
    expect(node.machine.refreshAt).toBeCloseTo(DOWN + 600)
  })
})
