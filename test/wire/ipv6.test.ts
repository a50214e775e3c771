import { describe, expect } from 'vitest'
import type { Daemons } from './daemon.ts'
import { type HostName, IPV6_LAYOUT } from './segment.ts'
import { reason, wireTest } from './wire-test.ts'

const { addresses, vip } = IPV6_LAYOUT

interface Text {
  readonly priority: number
  readonly more?: string
}

/** RFC 9568 asks for a link-local address first, keepalived would like one. */
function configText({ priority, more = '' }: Text): string {
  return `vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  version 3
  advert_int 0.5
  nopreempt
  ${more}
  virtual_ipaddress {
    fe80::100/64
    ${vip}/64
  }
}
`
}

const unicast = (host: HostName) =>
  `unicast_src_ip ${addresses[host]}\nunicast_peer {\n${addresses[host === 'a' ? 'b' : 'a']}\n}`

type Kind = 'ours' | 'keepalived'
const start = (daemons: Daemons, kind: Kind, host: HostName, text: Text) =>
  kind === 'ours' ? daemons.oursWith(host, configText(text)) : daemons.keepalivedWith(host, configText(text))

describe.skipIf(reason !== null)('IPv6', { concurrent: true }, () => {
  const test = wireTest.extend({ layout: IPV6_LAYOUT })

  for (const [holder, standby] of [
    ['ours', 'keepalived'],
    ['keepalived', 'ours'],
  ] as const) {
    for (const how of ['multicast', 'unicast'] as const) {
      test(`${holder} → ${standby}, ${how}: one holds, the other follows and takes over`, async ({
        segment,
        daemons,
      }) => {
        const text = (host: HostName, priority: number): Text => ({
          priority,
          more: how === 'unicast' ? unicast(host) : '',
        })
        const sender = (host: HostName) => (how === 'unicast' ? addresses[host] : segment.linkLocal(host))
        const first = start(daemons, holder, 'a', text('a', 254))
        await first.enters('MASTER', 30_000)
        await segment.vip('a', true, 30_000)
        const second = start(daemons, standby, 'b', text('b', 253))
        await second.enters('BACKUP', 30_000)
        const seen = segment.adverts().length
        await segment.advert(() => segment.adverts().length >= seen + 8, seen, 30_000)
        expect(segment.adverts().every(({ from, version }) => from === sender('a') && version === 3)).toBe(true)
        expect(segment.hasVip('b')).toBe(false)

        first.signal('SIGTERM')
        const zero = await segment.advert(({ priority }) => priority === 0, seen, 30_000)
        await segment.advert(({ from, priority }) => from === sender('b') && priority === 253, seen, 30_000)
        await segment.vip('b', true, 30_000)
        await segment.vip('a', false, 30_000)
        await segment.announced(5, zero.at)
        await first.exited()
      })
    }
  }

  test('killed with all its processes, the kernel takes the addresses away before the other has them', async ({
    segment,
    daemons,
  }) => {
    const first = start(daemons, 'ours', 'a', { priority: 254, more: 'vip_lease 1' })
    await segment.vip('a', true, 30_000)
    start(daemons, 'ours', 'b', { priority: 253, more: 'vip_lease 1' })
    const seen = segment.adverts().length
    await segment.advert(() => segment.adverts().length >= seen + 3, seen, 30_000)
    first.signalAll('SIGKILL')
    await segment.vip('b', true, 30_000)
    await segment.vip('a', false, 30_000)
    expect(await segment.overlaps()).toEqual([])
    expect(segment.ip('a', '-6', 'addr', 'show')).not.toContain('fe80::100/')
    expect(segment.ip('b', '-6', 'addr', 'show')).toContain('fe80::100/')
  })

  test('a host whose own address is still being checked for duplicates waits for it', async ({ segment, daemons }) => {
    segment.ip('a', 'link', 'set', 'eth0', 'down')
    const ours = start(daemons, 'ours', 'a', { priority: 254 })
    await ours.enters('FAULT', 30_000)
    // The kernel forgets IPv6 addresses of a link that goes down, and looks at a new link-local one for a second.
    segment.ip('a', 'link', 'set', 'eth0', 'up')
    await ours.enters('MASTER', 30_000)
    await segment.vip('a', true, 30_000)
    expect(ours.status()).toMatchObject({ state: 'MASTER', vip: 'held' })
  })
})
