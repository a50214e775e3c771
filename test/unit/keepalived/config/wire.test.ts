import { describe, expect, it } from 'vitest'
import type { VrrpInstance } from '../../../../src/keepalived/config/config.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'

const KEY = 'hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'

function parse(lines: string, vips = '10.0.0.100/24', global = '', files: Readonly<Record<string, string>> = {}) {
  const text = `global_defs {
${global}
}
vrrp_instance VI_1 {
interface eth0
virtual_router_id 60
virtual_ipaddress {
${vips}
}
${lines}
}
`
  return parseConfig(text, 'f', { read: (path) => files[path] ?? null, list: () => null })
}

function built(...given: Parameters<typeof parse>): VrrpInstance {
  const [instance] = parse(...given).config.instances
  if (instance === undefined) throw new Error('no instance')
  return instance
}

const says = (...given: Parameters<typeof parse>) => parse(...given).diagnostics.map(({ message }) => message)

describe('how adverts travel', () => {
  it('defaults are keepalived’s', () => {
    expect(built('').wire).toEqual({
      family: 4,
      group: '224.0.0.18',
      unicastTtl: 255,
      ttlRanges: {},
      checkUnicastSource: false,
      messageChecksum: false,
      oldUnicastChecksum: 'auto',
      signature: null,
    })
  })

  it('over IPv6 the version is 3, whatever is written', () => {
    const instance = built('version 2', 'fe80::100\nfd00::100/64')
    expect(instance).toMatchObject({ version: 3, wire: { family: 6, group: 'ff02::12' } })
    expect(says('version 2', 'fe80::100')).toContain('VI_1: over IPv6 VRRP has version 3 only, which is used')
  })

  it('groups: of the instance, or else of the daemon; one that is none stops the instance', () => {
    expect(built('mcast_dst_ip 224.0.0.99').wire.group).toBe('224.0.0.99')
    expect(built('', '10.0.0.100', 'vrrp_mcast_group4 224.0.0.77').wire.group).toBe('224.0.0.77')
    expect(built('', 'fe80::1', 'vrrp_mcast_group6 ff02::77').wire.group).toBe('ff02::77')
    expect(parse('mcast_dst_ip ff02::12').config.instances).toEqual([])
  })

  it('peers with limits of their TTL are compared with the source', () => {
    const peers = 'unicast_peer {\n10.0.0.1\n10.0.0.2 min_ttl 250 max_ttl 254\n}\nunicast_ttl 64'
    expect(built(peers)).toMatchObject({
      unicastPeers: ['10.0.0.1', '10.0.0.2'],
      wire: { unicastTtl: 64, checkUnicastSource: true, ttlRanges: { '10.0.0.2': { min: 250, max: 254 } } },
    })
    expect(built('unicast_peer {\n10.0.0.1\n}', '10.0.0.100', 'vrrp_check_unicast_src').wire).toMatchObject({
      checkUnicastSource: true,
    })
  })

  it('peers and sources of another family are left out', () => {
    const lines = 'unicast_src_ip fd00::1\nunicast_peer {\nfd00::2\n10.0.0.2\n}'
    expect(built(lines)).toMatchObject({ unicastPeers: ['10.0.0.2'], unicastSourceIp: null })
    expect(says(lines)).toEqual(
      expect.arrayContaining([
        'VI_1: the peer fd00::2 is no IPv4 address as the VIPs are, skipped',
        'VI_1: fd00::1 is no IPv4 address as the VIPs are, ignored',
      ]),
    )
  })

  it('the types of authentication', () => {
    const lines = 'authentication {\nauth_type AH\nauth_pass secret\n}'
    expect(built(lines).authentication).toEqual({ type: 'AH', password: 'secret' })
    expect(built(`${lines}\nauth_hmac {\nkey 1 ${KEY}\n}`).authentication).toBeNull()
  })

  it('signatures: keys as text, hexadecimal or from a file; a window of three intervals, at least 5 s', () => {
    const text = 'k'.repeat(40)
    const lines = `auth_hmac {\nkey 1 ${KEY}\nkey 2 ${text}\nkey 3 file:/k\nactive_key 3\nmode permissive\n}\nadvert_int 2`
    expect(built(lines, '10.0.0.100', '', { '/k': `${KEY}\n` }).wire.signature).toEqual({
      keys: [
        { id: 1, hex: KEY.slice(4) },
        { id: 2, hex: Buffer.from(text).toString('hex') },
        { id: 3, hex: KEY.slice(4) },
      ],
      activeKey: 3,
      mode: 'permissive',
      window: 6,
    })
    expect(built(`auth_hmac {\nkey 1 ${KEY}\nanti_replay monotonic\n}`).wire.signature).toMatchObject({ window: null })
    expect(built(`auth_hmac {\nkey 1 ${KEY}\n}`).wire.signature).toMatchObject({ activeKey: 1, window: 5 })
    expect(says('auth_hmac {\nkey 1 file:/gone\n}')).toContain('VI_1: key 1 is skipped: its file can not be read')
  })

  it('a key is in no message', () => {
    const secret = 'topsecret'
    expect(
      JSON.stringify(parse(`auth_hmac {\nkey 1 ${secret}\nkey 1 hex:${secret}\nkey 2 a ${secret}\n}`).diagnostics),
    ).not.toContain(secret)
  })
})

describe('what moves', () => {
  it('excluded addresses may be of the other family', () => {
    const lines = 'virtual_ipaddress_excluded {\nfd00::7/64 no_track\n10.0.0.8 preferred_lft 0\n}'
    expect(built(lines)).toMatchObject({
      virtualAddresses: [{ address: '10.0.0.100' }],
      excludedAddresses: [
        { address: 'fd00::7', family: 6, noTrack: true },
        { address: '10.0.0.8', preferred: 0 },
      ],
    })
  })

  it('routes and rules', () => {
    const lines = `virtual_routes {
10.1.0.0/16 via 10.0.0.9 dev eth1
src 10.0.0.100 to default gw 10.0.0.1 metric 50 table 100
fd00:1::/64 via fd00::9
}
virtual_rules {
from 10.0.0.100 table 100
to 10.2.0.0/16 iif eth1 table main priority 77
}`
    const none = { via: null, dev: null, source: null, metric: null, table: null, onlink: false }
    expect(built(lines).virtualRoutes).toEqual([
      { ...none, family: 4, to: { address: '10.1.0.0', prefix: 16 }, via: '10.0.0.9', dev: 'eth1' },
      {
        ...{ ...none, family: 4, to: { address: '0.0.0.0', prefix: 0 }, via: '10.0.0.1' },
        ...{ source: '10.0.0.100', metric: 50, table: 100 },
      },
      { ...none, family: 6, to: { address: 'fd00:1::', prefix: 64 }, via: 'fd00::9' },
    ])
    expect(built(lines).virtualRules).toMatchObject([
      { family: 4, from: { address: '10.0.0.100', prefix: 32 }, to: null, table: 100, priority: 16384 },
      { family: 4, to: { address: '10.2.0.0', prefix: 16 }, iif: 'eth1', table: 254, priority: 77 },
    ])
  })

  it.each([
    ['virtual_routes', '10.1.0.0/16 via 10.0.0.1 or 10.0.0.2', 'several next hops are not supported yet, line skipped'],
    ['virtual_routes', 'blackhole 10.1.0.0/16', 'blackhole is not supported yet in a route, line skipped'],
    ['virtual_routes', '10.1.0.0/16', 'a route with neither via nor dev, line skipped'],
    ['virtual_routes', '10.1.0.0/16 via fd00::1', 'IPv4 and IPv6 in one route, line skipped'],
    ['virtual_rules', 'from 10.0.0.1', 'a rule without a table, line skipped'],
  ])('%s { %s } is left out', (block, line, said) => {
    const lines = `${block} {\n${line}\n}`
    expect(says(lines)).toContain(said)
    expect(built(lines)).toMatchObject({ virtualRoutes: [], virtualRules: [] })
  })

  it('with a lease it is said which routes the kernel does not end with it', () => {
    const lines = 'vip_lease 1\nvirtual_routes {\n10.1.0.0/16 via 10.0.0.9\n10.2.0.0/16 via 10.0.0.9 table 9\n}'
    expect(says(lines).filter((said) => said.includes('kill -9'))).toEqual([
      'VI_1: after kill -9 the route to 10.2.0.0/16 stays until the next start: it is in table 9',
    ])
  })

  it('announcements: the defaults follow garp_master_*, paces may be shared', () => {
    expect(built('garp_master_repeat 2\ngarp_master_delay 7').announcement).toEqual({
      ...{ refreshRepeat: 1, lowerPrioRepeat: 2, lowerPrioDelay: 7, extraInterval: 0 },
    })
    const lines =
      'garp_lower_prio_repeat 0\ngarp_lower_prio_delay 3\ngarp_master_refresh_repeat 4\ngarp_extra_if all 100'
    expect(built(lines).announcement).toEqual({
      ...{ refreshRepeat: 4, lowerPrioRepeat: 0, lowerPrioDelay: 3, extraInterval: 100 },
    })
    const global =
      'vrrp_garp_interval 0.01\nvrrp_gna_interval 0.02\n}\ngarp_group {\ninterfaces {\neth1\neth2\n}\ngarp_interval 0.5'
    expect(parse('', '10.0.0.100', global).config.global.pace).toEqual({
      ...{ garpInterval: 0.01, gnaInterval: 0.02 },
      groups: [{ interfaces: ['eth1', 'eth2'], garpInterval: 0.5, gnaInterval: 0.02 }],
    })
  })
})
