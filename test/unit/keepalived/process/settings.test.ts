import { describe, expect, it } from 'vitest'
import type { Config } from '../../../../src/keepalived/config/config.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { expectedOf, settingsOf, vipsOf } from '../../../../src/keepalived/process/instance-settings.ts'
import { passwordAuth } from '../../../../src/keepalived/vrrp/packet.ts'

function config(inInstance: string, global = ''): Config {
  const text = `${global}
vrrp_script chk {
  script "/bin/true"
  interval 1
}
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 254
  ${inInstance}
  virtual_ipaddress {
    10.0.0.100/24 label eth0:1
    10.0.0.101 dev eth1
  }
}`
  return parseConfig(text, 'test.conf').config
}

function only(given: Config): Config['instances'][number] {
  const [instance] = given.instances
  if (instance === undefined) throw new Error('no instance')
  return instance
}

describe('settings of an instance', () => {
  it('times are milliseconds', () => {
    const given = config('version 3\nadvert_int 0.5\nnopreempt\nvip_lease 1')
    expect(settingsOf(given, only(given))).toMatchObject({
      name: 'VI_1',
      version: 3,
      priority: 254,
      advertMs: 500,
      nopreempt: true,
      leaseMs: 1000,
      garpDelayMs: 5000,
      role: null,
    })
  })

  it('a tracked script without weight is awaited, one with weight is not', () => {
    const fatal = config('track_script {\nchk\n}')
    expect(settingsOf(fatal, only(fatal)).awaitedTrackers).toEqual(['chk'])
    const weighted = config('track_script {\nchk weight -20\n}')
    expect(settingsOf(weighted, only(weighted)).awaitedTrackers).toEqual([])
  })

  it('a password counts on version 2 alone', () => {
    const auth = 'authentication {\nauth_type PASS\nauth_pass secret\n}'
    expect(expectedOf(only(config(`version 2\n${auth}`))).auth).toEqual(passwordAuth('secret'))
    expect(expectedOf(only(config(`version 3\n${auth}`))).auth.type).toBe(0)
  })

  it('virtual addresses: prefix, label, interface of their own', () => {
    expect(vipsOf(only(config('')))).toMatchObject([
      { text: '10.0.0.100/24', dev: 'eth0', label: 'eth0:1' },
      { text: '10.0.0.101/32', dev: 'eth1', label: null },
    ])
  })
})
