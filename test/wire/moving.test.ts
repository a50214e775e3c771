import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { type HostName, type Segment, VIP } from './segment.ts'
import { reason, wireTest } from './wire-test.ts'

/** Two kinds of addresses, routes that need them, and a rule. */
function configText(priority: number, more: string): string {
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
    ${VIP}/24
    10.99.8.1/24 label eth0:extra
  }
  virtual_ipaddress_excluded {
    fd99:8::1/64
    10.99.8.2/24 dev extra0
  }
  promote_secondaries
  virtual_routes {
    10.50.0.0/16 via 10.99.8.9
    10.51.0.0/16 dev eth0 metric 77
    default via 10.99.8.9 table 100
    fd50::/32 via fd99:8::9 dev eth0
  }
  virtual_rules {
    from 10.99.8.1 table 100
  }
}
`
}

const PATIENT = { timeout: 15_000, interval: 100 } as const

const shown = (segment: Segment, host: HostName, what: string): string =>
  ['-4', '-6'].map((family) => segment.ip(host, family, ...what.split(' '))).join('')
const routesOf = (segment: Segment, host: HostName): string =>
  shown(segment, host, 'route show table all')
    .split('\n')
    .filter((line) => /proto keepalived/.test(line))
    .join('\n')
const rulesOf = (segment: Segment, host: HostName): string => shown(segment, host, 'rule show')
const addressesOf = (segment: Segment, host: HostName): string => shown(segment, host, '-o addr show')

function prepare(segment: Segment): void {
  for (const host of ['a', 'b'] as const) segment.addInterface(host, 'extra0')
}

function holdsAll(segment: Segment, host: HostName): void {
  const addresses = addressesOf(segment, host)
  expect(addresses).toMatch(/10\.99\.8\.1\/24 .*eth0:extra/)
  expect(addresses).toMatch(/extra0 +inet 10\.99\.8\.2\/24/)
  expect(addresses).toMatch(/eth0 +inet6 fd99:8::1\/64/)
  const routes = routesOf(segment, host)
  expect(routes).toMatch(/^10\.50\.0\.0\/16 via 10\.99\.8\.9 dev eth0/m)
  expect(routes).toMatch(/^10\.51\.0\.0\/16 dev eth0 .*metric 77/m)
  expect(routes).toMatch(/^default via 10\.99\.8\.9 dev eth0 table 100/m)
  expect(routes).toMatch(/^fd50::\/32 via fd99:8::9 dev eth0/m)
  expect(rulesOf(segment, host)).toMatch(/from 10\.99\.8\.1 lookup 100/)
}

/** Does the host have a route there? */
function reaches(segment: Segment, host: HostName, address: string): boolean {
  try {
    return segment.ip(host, 'route', 'get', address) !== ''
  } catch {
    return false
  }
}

function holdsNothing(segment: Segment, host: HostName): void {
  expect(addressesOf(segment, host)).not.toMatch(/10\.99\.8\.|fd99:8:/)
  expect(routesOf(segment, host)).toBe('')
}

describe.skipIf(reason !== null)('what moves with mastership', { concurrent: true }, () => {
  wireTest(
    'addresses of both families, routes and rules come, and go to a keepalived',
    async ({ segment, daemons }) => {
      prepare(segment)
      const ours = daemons.oursWith('a', configText(254, ''))
      await ours.enters('MASTER')
      await segment.vip('a', true)
      holdsAll(segment, 'a')
      const theirs = daemons.keepalivedWith('b', configText(253, ''))
      await theirs.enters('BACKUP')
      ours.signal('SIGTERM')
      await segment.vip('b', true)
      await ours.exited()
      holdsNothing(segment, 'a')
      expect(rulesOf(segment, 'a')).not.toContain('lookup 100')
      expect(ours.log.lines.join('\n')).not.toMatch(/netlink|refused|File exists|No such/)
    },
  )

  wireTest(
    'killed with all its processes: what it held ends with the lease, its rule at the next start',
    async ({ segment, daemons }) => {
      prepare(segment)
      const ours = daemons.oursWith('a', configText(254, 'vip_lease 1'))
      await ours.enters('MASTER')
      await segment.vip('a', true)
      holdsAll(segment, 'a')
      expect(routesOf(segment, 'a')).toMatch(/^10\.50\.0\.0\/16 via 10\.99\.8\.9 dev eth0 .*src 10\.99\.7\.100/m)
      const setting = '/proc/sys/net/ipv4/conf/eth0/promote_secondaries'
      expect(execFileSync('ip', ['netns', 'exec', segment.namespace('a'), 'cat', setting], { encoding: 'utf8' })).toBe(
        '1\n',
      )
      // Longer than the lease: five adverts.
      const seen = segment.adverts().length
      await segment.advert(() => segment.adverts().length > seen + 5, seen)
      holdsAll(segment, 'a')
      ours.signalAll('SIGKILL')
      await segment.vip('a', false)
      // The kernel looks at IPv6 lifetimes apart from those of IPv4.
      await vi.waitFor(() => expect(addressesOf(segment, 'a')).not.toMatch(/10\.99\.8\.|fd99:8:/), PATIENT)
      expect(segment.ip('a', '-4', 'route', 'show', 'proto', 'keepalived')).toBe('')
      // An expired one is not used from then on; the kernel collects it every half minute.
      await vi.waitFor(() => expect(reaches(segment, 'a', 'fd50::1')).toBe(false), PATIENT)
      expect(rulesOf(segment, 'a')).toContain('lookup 100')
      const again = daemons.oursWith('a', configText(1, ''))
      await again.enters('BACKUP')
      expect(rulesOf(segment, 'a')).not.toContain('lookup 100')
    },
  )

  wireTest('a reload that drops a route and an address takes them away at once', async ({ segment, daemons }) => {
    prepare(segment)
    const ours = daemons.oursWith('a', configText(254, ''))
    await ours.enters('MASTER')
    await segment.vip('a', true)
    holdsAll(segment, 'a')
    writeFileSync(
      join(daemons.dir, 'daemon-1.conf'),
      configText(254, '')
        .replace(/ +10\.50.*\n/, '')
        .replace(/ +fd99.*\n/, '')
        .replace(/ +fd50.*\n/, ''),
    )
    ours.ctl('reload')
    expect(routesOf(segment, 'a')).not.toMatch(/10\.50|fd50/)
    expect(routesOf(segment, 'a')).toMatch(/^10\.51\.0\.0\/16/m)
    expect(addressesOf(segment, 'a')).not.toMatch(/fd99/)
    expect(segment.hasVip('a')).toBe(true)
  })

  wireTest('an address with no_track may be deleted; another comes back at once', async ({ segment, daemons }) => {
    const text = configText(254, 'garp_lower_prio_repeat 2')
      .replace('label eth0:extra', 'no_track')
      .replace(/virtual_ipaddress_excluded[^}]*\}/, '')
    const ours = daemons.oursWith('a', text.replace(/virtual_routes[^}]*\}/, '').replace(/virtual_rules[^}]*\}/, ''))
    await ours.enters('MASTER')
    await segment.vip('a', true)
    segment.ip('a', 'addr', 'del', '10.99.8.1/24', 'dev', 'eth0')
    segment.deleteVip('a')
    await segment.holding((all) => (all.length === 2 ? true : undefined))
    expect(segment.hasVip('a')).toBe(true)
    expect(ours.status().state).toBe('MASTER')
  })
})
