import { describe, expect } from 'vitest'
import type { Daemon, Daemons } from './daemon.ts'
import { type HostName, Segment, VIP } from './segment.ts'
import { reason, wireTest } from './wire-test.ts'

type Kind = 'ours' | 'keepalived'

/** @param more lines of the instance @param global lines of global_defs */
function configText(priority: number, more: string, global = ''): string {
  return `global_defs {
  ${global}
}
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  version 3
  advert_int 0.5
  nopreempt
  ${more}
  virtual_ipaddress {
    ${VIP}/24
  }
}
`
}

const peerOf = (host: HostName): HostName => (host === 'a' ? 'b' : 'a')
const unicast = (host: HostName, limits = '') =>
  `unicast_src_ip ${Segment.address(host)}\nunicast_peer {\n${Segment.address(peerOf(host))} ${limits}\n}`

function start(daemons: Daemons, kind: Kind, host: HostName, text: string): Daemon {
  return kind === 'ours' ? daemons.oursWith(host, text) : daemons.keepalivedWith(host, text)
}

/** a holds, b follows for longer than it would wait for a dead master; a leaves, b takes over. */
async function agree(
  segment: Segment,
  daemons: Daemons,
  [holder, standby]: readonly [Kind, Kind],
  text: (host: HostName, priority: number) => string,
): Promise<void> {
  const first = start(daemons, holder, 'a', text('a', 254))
  await segment.vip('a', true, 30_000)
  const second = start(daemons, standby, 'b', text('b', 253))
  await second.enters('BACKUP', 30_000)
  const seen = segment.adverts().length
  await segment.advert(() => segment.adverts().length >= seen + 6, seen, 30_000)
  expect(segment.adverts().every(({ from }) => from === Segment.address('a'))).toBe(true)
  expect(segment.hasVip('b')).toBe(false)
  first.signal('SIGTERM')
  await segment.vip('b', true, 30_000)
  await segment.vip('a', false, 30_000)
  await first.exited()
}

const MIXED = [
  ['ours', 'keepalived'],
  ['keepalived', 'ours'],
] as const

describe.skipIf(reason !== null)('how adverts travel', { concurrent: true }, () => {
  for (const pair of MIXED) {
    const name = pair.join(' → ')
    wireTest(`${name}: another multicast group`, async ({ segment, daemons }) =>
      agree(segment, daemons, pair, (_, priority) => configText(priority, '', 'vrrp_mcast_group4 224.0.0.77')),
    )
    wireTest(`${name}: unicast with the checksum of old versions`, async ({ segment, daemons }) =>
      agree(segment, daemons, pair, (host, priority) =>
        // The holder speaks it, the other one finds out.
        configText(priority, `${unicast(host)}\n${host === 'a' ? 'old_unicast_checksum' : ''}`),
      ),
    )
  }

  // Debian 12's keepalived (2.2.7) does not know the keyword; a capture of 2.4 stands for it in the unit tests.
  wireTest('ours → ours: a checksum of the message alone', async ({ segment, daemons }) =>
    agree(segment, daemons, ['ours', 'ours'], (_, priority) => configText(priority, 'v3_checksum_as_v2')),
  )

  wireTest('unicast from too far away is counted and ignored', async ({ segment, daemons }) => {
    daemons.keepalivedWith('a', configText(254, `${unicast('a')}\nunicast_ttl 200`))
    await segment.vip('a', true, 30_000)
    const ours = daemons.oursWith('b', configText(253, unicast('b', 'min_ttl 201')))
    await ours.log.line(/TTL is out of range: packet was routed from 10\.99\.7\.11/)
    await ours.enters('MASTER')
    expect(ours.status().counters).toMatchObject({ advertsReceived: 0 })
  })

  wireTest(
    'announcements keep their pace, and none is sent by a node that has let go',
    async ({ segment, daemons }) => {
      const ours = daemons.oursWith('a', configText(254, 'garp_master_repeat 20', 'vrrp_garp_interval 0.2'))
      await ours.enters('MASTER')
      await segment.announced(5, 0)
      const arps = segment.gratuitousArps()
      const apart = arps.slice(1).map((at, index) => at - (arps[index] ?? 0))
      // A late one may be followed early; two of them never are nearer than their pace together.
      expect(Math.min(...apart.slice(1).map((gap, index) => gap + (apart[index] ?? 0)))).toBeGreaterThan(0.35)
      ours.signal('SIGTERM')
      await ours.exited()
      const zero = segment.adverts().find(({ priority }) => priority === 0)
      const after = segment.gratuitousArps().filter((at) => at > (zero?.at ?? 0) + 0.1)
      expect(after).toEqual([])
      expect(segment.gratuitousArps().length).toBeLessThan(20)
    },
  )
})
