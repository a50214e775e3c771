import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import type { Daemon, Daemons } from './daemon.ts'
import { IPV6_LAYOUT, type Segment } from './segment.ts'
import { reason, wireTest } from './wire-test.ts'

const COUNT = 20

/** `count` routers; with `only`, that one alone. */
function configText(priority: number, only?: number): string {
  const ids = Array.from({ length: COUNT }, (_, index) => index + 1).filter((id) => only === undefined || id === only)
  return ids
    .map(
      (id) => `vrrp_instance VI_${id} {
  state BACKUP
  interface eth0
  virtual_router_id ${id}
  priority ${priority}
  version 3
  advert_int 0.1
  virtual_ipaddress {
    10.99.7.${100 + (id - 1)}/24
  }
}
`,
    )
    .join('')
}

describe.skipIf(reason !== null)('many routers on one interface', () => {
  wireTest('each hears its own peer, and leaves the others where they are', async ({ segment, daemons }) => {
    const standby = daemons.oursWith('b', configText(100))
    await segment.vip('b', true, 30_000)
    daemons.oursWith('a', configText(200, 1))
    await segment.vip('a', true, 30_000)
    await segment.vip('b', false, 30_000)
    const states = new Map(
      (JSON.parse(standby.ctl('status')) as { instances: { name: string; state: string }[] }).instances.map(
        ({ name, state }) => [name, state],
      ),
    )
    expect(states.get('VI_1')).toBe('BACKUP')
    expect([...states.values()].filter((state) => state === 'MASTER')).toHaveLength(COUNT - 1)
  })
})

/** Bytes that the kernel keeps for the raw sockets of the daemon's host, as /proc/PID/net/raw and raw6 show them. */
function queued(daemon: Daemon): number {
  return ['raw', 'raw6']
    .flatMap((table) => readFileSync(`/proc/${daemon.pid}/net/${table}`, 'utf8').trim().split('\n').slice(1))
    .reduce((sum, line) => sum + Number.parseInt(line.trim().split(/\s+/)[4]?.split(':')[1] ?? '', 16), 0)
}

function oneRouter(virtualRouterId: number, more: string, vip: string): string {
  return `vrrp_instance VI_${virtualRouterId} {
  state BACKUP
  interface eth0
  virtual_router_id ${virtualRouterId}
  priority 100
  ${more}
  virtual_ipaddress {
    ${vip}
  }
}
`
}

/** A stopped daemon reads nothing, so what its sockets took in stays where it can be seen. */
async function onlyItsOwn(segment: Segment, daemons: Daemons, more: string, vips: readonly [string, string]) {
  const ours = daemons.oursWith('b', oneRouter(1, more, vips[0]))
  await segment.advert(({ vrid }) => vrid === 1, 0, 30_000)
  ours.signalAll('SIGSTOP')
  const heard = async (vrid: number, count: number) => {
    const seen = segment.adverts().length
    const others = () => segment.adverts().slice(seen)
    await segment.advert(() => others().filter((advert) => advert.vrid === vrid).length >= count, seen, 30_000)
  }
  daemons.oursWith('a', oneRouter(2, more, vips[1]))
  await heard(2, 3)
  expect(queued(ours)).toBe(0)
  daemons.oursWith('a', oneRouter(1, more, vips[0]))
  await heard(1, 2)
  for (let looks = 0; queued(ours) === 0 && looks < 100; looks++) await pause(50)
  expect(queued(ours)).toBeGreaterThan(0)
}

describe.skipIf(reason !== null)('what is for another VRID does not wake it', { concurrent: true }, () => {
  const V4 = ['10.99.7.100/24', '10.99.7.101/24'] as const
  const V6 = [`fe80::100/64\n${IPV6_LAYOUT.vip}/64`, 'fe80::101/64\nfd99:7::101/64'] as const

  wireTest('IPv4', ({ segment, daemons }) => onlyItsOwn(segment, daemons, 'version 3\nadvert_int 0.1', V4))

  wireTest('behind an authentication header', { timeout: 60_000 }, ({ segment, daemons }) =>
    onlyItsOwn(segment, daemons, 'version 2\nauthentication {\nauth_type AH\nauth_pass 4321\n}', V4),
  )

  wireTest.extend({ layout: IPV6_LAYOUT })('IPv6', ({ segment, daemons }) =>
    onlyItsOwn(segment, daemons, 'version 3\nadvert_int 0.1', V6),
  )
})
