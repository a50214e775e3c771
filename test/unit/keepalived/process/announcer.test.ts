import { describe, expect, it } from 'vitest'
import { EADDRNOTAVAIL, SyscallError } from '../../../../src/keepalived/linux/native.ts'
import { Announcer } from '../../../../src/keepalived/process/announcer.ts'
import type { Announcement } from '../../../../src/keepalived/process/virtual-addresses.ts'

const NO_PACE = { garpInterval: 0, gnaInterval: 0, groups: [] }

function announcement(dev: string, name: string, family: 4 | 6 = 4): Announcement {
  return { dev, ifindex: dev.length, family, frame: Buffer.from(name) }
}

function setup(pace: ConstructorParameters<typeof Announcer>[0]) {
  const sent: string[] = []
  const complaints: string[] = []
  let now = 1000
  const announcer = new Announcer(pace, {
    frames: {
      send: (_, frame) => {
        if (Buffer.from(frame).toString() === 'refused') throw new SyscallError('sendto', EADDRNOTAVAIL)
        sent.push(`${now} ${Buffer.from(frame).toString()}`)
      },
    },
    now: () => now,
    complain: (owner, text) => complaints.push(`${owner}: ${text}`),
  })
  /** Time passes from deadline to deadline. */
  const run = (until: number): void => {
    for (let turns = 0; turns < 1000; turns += 1) {
      const { deadline } = announcer
      if (deadline === null || deadline > until) break
      now = Math.max(now, deadline)
      announcer.flush()
    }
    now = until
  }
  return { announcer, sent, complaints, run }
}

describe('announcements', () => {
  it('without a pace all leave at once, round by round', () => {
    const { announcer, sent } = setup(NO_PACE)
    announcer.announce('VI_1', [announcement('eth0', 'a'), announcement('eth0', 'b')], 2)
    expect(sent).toEqual(['1000 a', '1000 b', '1000 a', '1000 b'])
    expect(announcer.deadline).toBeNull()
  })

  it('a pace holds for an interface and a family, a group’s for all its interfaces together', () => {
    const groups = [{ interfaces: ['eth1', 'eth2'], garpInterval: 0.2, gnaInterval: 0 }]
    const { announcer, sent, run } = setup({ garpInterval: 0.1, gnaInterval: 0, groups })
    const all = [
      announcement('eth0', 'a'),
      announcement('eth0', 'b'),
      announcement('eth0', 'six', 6),
      announcement('eth1', 'c'),
      announcement('eth2', 'd'),
    ]
    announcer.announce('VI_1', all, 1)
    run(5000)
    expect(sent).toEqual(['1000 six', '1000 a', '1000 c', '1100 b', '1200 d'])
  })

  it('what waits of an instance that has let go is not sent', () => {
    const { announcer, sent, run } = setup({ ...NO_PACE, garpInterval: 0.1 })
    announcer.announce('VI_1', [announcement('eth0', 'a')], 5)
    announcer.announce('VI_2', [announcement('eth0', 'b')], 2)
    announcer.forget('VI_1')
    run(5000)
    expect(sent).toEqual(['1000 a', '1100 b', '1200 b'])
    expect(announcer.deadline).toBeNull()
  })

  it('addresses on other interfaces are told of again and again, until they have gone', () => {
    const { announcer, sent, run } = setup(NO_PACE)
    const keep = (): void => announcer.keep('VI_1', 1000, () => [announcement('eth1', 'a')])
    keep()
    run(2500)
    // Each renewal of the lease says so anew.
    keep()
    run(3500)
    announcer.forget('VI_1')
    run(9000)
    expect(sent).toEqual(['2000 a', '3000 a'])
  })

  it('a frame that the kernel refuses is complained about, and the others leave', () => {
    const { announcer, sent, complaints } = setup(NO_PACE)
    announcer.announce('VI_1', [announcement('eth0', 'refused'), announcement('eth0', 'b')], 1)
    expect(sent).toEqual(['1000 b'])
    expect(complaints).toEqual(["VI_1: can't tell the neighbours: sendto: Cannot assign requested address"])
  })
})
