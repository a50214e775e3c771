import { describe, expect, it } from 'vitest'
import { addressTrackers } from '../../../../src/keepalived/check/address-tracker.ts'
import {
  decided,
  ended,
  liveWeight,
  type Pool,
  remembered,
  reweighed,
  startPool,
  type Turned,
} from '../../../../src/keepalived/check/pool.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import type { VirtualServer } from '../../../../src/keepalived/config/servers.ts'

const HERE = '192.0.2.1'
const ELSEWHERE = '192.0.2.2'

/** A virtual server as a file has it; each real server is `address weight checks`. */
function virtualOf(head: string, ...servers: readonly string[]): VirtualServer {
  const blocks = servers.map((server, index) => {
    const [address, weight, ...checks] = server.split(' ')
    const types = checks.length === 0 ? ['TCP_CHECK'] : checks
    const body = types.map((type) =>
      type === 'MISC' ? 'MISC_CHECK {\n misc_path /bin/true\n misc_dynamic\n }' : `${type} {\n }`,
    )
    return `real_server ${address} ${3306 + index} {\n weight ${weight}\n ${body.join('\n')}\n }`
  })
  const text = `virtual_server 192.0.2.10 3306 {\n${head}\n${blocks.join('\n')}\n}\n`
  const [virtual] = parseConfig(text, 'f').config.virtualServers
  if (virtual === undefined) throw new Error('no virtual server')
  return virtual
}

/** News as a line each: `server 0 up`, `quorum down 2<3`. */
function lines({ news }: Pick<Turned, 'news'>): string[] {
  return news.map((one) => {
    if (one.about === 'server')
      return `server ${one.server} ${one.up ? 'up' : 'down'}${one.isChange ? '' : ' as known'}`
    if (one.about === 'weight') return `weight ${one.server} ${one.from}>${one.to}`
    return `quorum ${one.up ? 'up' : 'down'} ${one.weight} of ${one.threshold}${one.starting ? ' at start' : ''}`
  })
}

/** Runs steps `server.check=up|down` and `server.check:weight`; what each of them is news of. */
function story(virtual: VirtualServer, ...steps: readonly string[]): string[][] {
  const start = startPool(virtual)
  let pool: Pool = start.pool
  const told = [lines(start)]
  for (const step of steps) {
    const [, server = '', check = '', up, weight] = /^(\d)\.(\d)(?:=(up|down)|:(\d+))$/.exec(step) ?? []
    const at = [Number(server), Number(check)] as const
    const turned =
      up === undefined ? reweighed(pool, virtual, ...at, Number(weight)) : decided(pool, virtual, ...at, up === 'up')
    pool = turned.pool
    told.push(lines(turned))
  }
  return told
}

describe('real servers of a virtual server', () => {
  it('count as up at the start; their first success is no news for scripts, their end is', () => {
    expect(story(virtualOf('', `${HERE} 1`), '0.0=up', '0.0=down', '0.0=up')).toEqual([
      ['quorum up 1 of 1 at start'],
      ['server 0 up as known'],
      ['server 0 down', 'quorum down 0 of 1'],
      ['server 0 up', 'quorum up 1 of 1'],
    ])
  })

  it('alpha: down until the first success, and a first failure is told, once', () => {
    const virtual = virtualOf('alpha', `${HERE} 1 TCP_CHECK TCP_CHECK`)
    expect(story(virtual, '0.0=up', '0.1=up')).toEqual([[], [], ['server 0 up', 'quorum up 1 of 1']])
    expect(story(virtual, '0.0=down', '0.1=down')).toEqual([[], ['server 0 down'], []])
    expect(story(virtual, '0.0=up', '0.1=down', '0.1=up')).toEqual([
      [],
      [],
      ['server 0 down'],
      ['server 0 up', 'quorum up 1 of 1'],
    ])
  })

  it('several checks: one that fails takes the server down, all must be well again', () => {
    const virtual = virtualOf('', `${HERE} 1 TCP_CHECK TCP_CHECK`)
    expect(story(virtual, '0.0=up', '0.1=up', '0.1=down', '0.0=down', '0.1=up', '0.0=up')).toEqual([
      ['quorum up 1 of 1 at start'],
      [],
      ['server 0 up as known'],
      ['server 0 down', 'quorum down 0 of 1'],
      [],
      [],
      ['server 0 up', 'quorum up 1 of 1'],
    ])
  })

  it('quorum and hysteresis: lost below their difference, gained at their sum', () => {
    const virtual = virtualOf('quorum 3\nhysteresis 1', `${HERE} 2`, `${HERE} 1`, `${ELSEWHERE} 1`)
    expect(story(virtual, '2.0=down', '1.0=down', '0.0=down', '0.0=up', '1.0=up', '2.0=up').slice(1)).toEqual([
      ['server 2 down'],
      ['server 1 down'],
      ['server 0 down', 'quorum down 0 of 2'],
      ['server 0 up'],
      ['server 1 up'],
      ['server 2 up', 'quorum up 4 of 4'],
    ])
  })

  it('a start without quorum is news where a sorry server stands in', () => {
    const virtual = virtualOf('alpha\nsorry_server 127.0.0.1 80', `${HERE} 1`)
    expect(story(virtual)).toEqual([['quorum down 0 of 1 at start']])
  })

  it('dynamic weights count while the server is up, and for the quorum', () => {
    const virtual = virtualOf('quorum 3', `${HERE} 4 MISC`)
    expect(story(virtual, '0.0:8', '0.0:8', '0.0:2', '0.0:3').slice(1)).toEqual([
      ['weight 0 4>8'],
      [],
      ['weight 0 8>2', 'quorum down 2 of 3'],
      ['weight 0 2>3', 'quorum up 3 of 3'],
    ])
  })

  it('several dynamic checks: each adds what it says more than is configured', () => {
    const virtual = virtualOf('', `${HERE} 10 MISC MISC`)
    let { pool } = startPool(virtual)
    pool = reweighed(pool, virtual, 0, 0, 12).pool
    pool = reweighed(pool, virtual, 0, 1, 5).pool
    expect(liveWeight(pool, virtual)).toBe(7)
  })

  it('what another check worker knew is no news, and no alpha', () => {
    const virtual = virtualOf('alpha', `${HERE} 1`, `${HERE} 1`)
    let { pool } = startPool(virtual)
    for (const [server, up] of [
      [0, true],
      [1, false],
    ] as const)
      pool = decided(pool, virtual, server, 0, up).pool
    const again = startPool(virtual, remembered(pool, virtual))
    expect(lines(again)).toEqual([])
    expect(lines(decided(again.pool, virtual, 0, 0, true))).toEqual([])
    expect(lines(decided(again.pool, virtual, 1, 0, false))).toEqual([])
    expect(lines(decided(again.pool, virtual, 1, 0, true))).toEqual(['server 1 up'])
    expect(lines(decided(again.pool, virtual, 0, 0, false))).toEqual(['server 0 down', 'quorum down 0 of 1'])
  })

  it('a server that is new among those that are known begins as at a start; another number of checks is as the server was', () => {
    const before = virtualOf('alpha', `${HERE} 1`)
    const known = remembered(decided(startPool(before).pool, before, 0, 0, true).pool, before)
    const virtual = virtualOf('alpha', `${HERE} 1 TCP_CHECK TCP_CHECK`, `${HERE} 1`)
    const { pool } = startPool(virtual, known)
    expect(pool.servers.map(({ up }) => up)).toEqual([true, false])
  })

  it('rs_init_notifies: the start is told of servers that count as up', () => {
    const plain = virtualOf('', `${HERE} 1`, `${HERE} 1`)
    const virtual = { ...plain, initNotifies: true }
    expect(story(virtual, '0.0=down')).toEqual([
      ['server 0 up', 'server 1 up', 'quorum up 2 of 1 at start'],
      ['server 0 down'],
    ])
    expect(startPool(virtual, remembered(startPool(virtual).pool, virtual)).news).toEqual([])
  })

  it('omega: the end of the daemon is theirs, too', () => {
    const virtual = virtualOf('omega', `${HERE} 1`, `${HERE} 1`)
    const { pool } = decided(startPool(virtual).pool, virtual, 0, 0, false)
    expect(lines({ news: ended(pool, virtual) })).toEqual(['server 1 down', 'quorum down 0 of 1'])
    const plain = virtualOf('', `${HERE} 1`)
    expect(ended(startPool(plain).pool, plain)).toEqual([])
  })
})

describe('what they mean for the address', () => {
  /** The trackers' names after each step; a name with - is down. */
  function trackers(virtual: VirtualServer, ...steps: readonly (readonly [number, boolean])[]): string[][] {
    let { pool } = startPool(virtual)
    const was = new Map<string, boolean>()
    const look = () => {
      const all = addressTrackers(
        pool,
        virtual,
        (address) => address === HERE,
        (name) => was.get(name) ?? false,
      )
      for (const { name, up } of all) was.set(name, up)
      return all.map(({ name, up }) => `${name}${up ? '' : ' -'}`)
    }
    const seen = [look()]
    for (const [server, up] of steps) {
      pool = decided(pool, virtual, server, 0, up).pool
      seen.push(look())
    }
    return seen
  }

  it('each server of this host must be up, none of another, none of weight 0', () => {
    const virtual = virtualOf('', `${HERE} 1`, `${ELSEWHERE} 1`, `${HERE} 0`)
    const name = `real_server ${HERE}:3306 of 192.0.2.10:3306`
    expect(trackers(virtual, [1, false], [2, false], [0, false], [0, true])).toEqual([
      [],
      [],
      [],
      [`${name} -`],
      [name],
    ])
  })

  it('alpha: down at once', () => {
    expect(trackers(virtualOf('alpha', `${HERE} 1`))).toEqual([[`real_server ${HERE}:3306 of 192.0.2.10:3306 -`]])
  })

  it('a quorum that is written: enough of them must be', () => {
    const virtual = virtualOf('quorum 2', `${HERE} 1`, `${HERE} 1`, `${HERE} 1`)
    const name = 'virtual_server 192.0.2.10:3306'
    expect(trackers(virtual, [0, false], [1, false], [0, true])).toEqual([[name], [name], [`${name} -`], [name]])
  })

  it("another host's servers are no reason to leave: all of this host's are enough", () => {
    const virtual = virtualOf('quorum 3', `${HERE} 1`, `${HERE} 1`, `${ELSEWHERE} 2`)
    const name = 'virtual_server 192.0.2.10:3306'
    expect(trackers(virtual, [2, false], [0, false])).toEqual([[name], [name], [`${name} -`]])
  })

  it('hysteresis: left later, and come back to later', () => {
    const virtual = virtualOf('quorum 2\nhysteresis 1', `${HERE} 1`, `${HERE} 1`, `${HERE} 1`)
    const name = 'virtual_server 192.0.2.10:3306'
    const steps = [
      [0, false],
      [1, false],
      [2, false],
      [0, true],
      [1, true],
      [2, true],
    ] as const
    const states = trackers(virtual, ...steps).map(([said]) => said === name)
    expect(states).toEqual([true, true, true, false, false, false, true])
  })

  it('a weight of 0 by its check is as good as down', () => {
    const virtual = virtualOf('', `${HERE} 5 MISC`)
    const { pool } = reweighed(decided(startPool(virtual).pool, virtual, 0, 0, true).pool, virtual, 0, 0, 0)
    expect(
      addressTrackers(
        pool,
        virtual,
        () => true,
        () => true,
      ),
    ).toEqual([{ name: `real_server ${HERE}:3306 of 192.0.2.10:3306`, up: false }])
  })
})
