import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'

const instance = (name: string, lines: string, vrid = 51): string =>
  `vrrp_instance ${name} {\n interface eth0\n virtual_router_id ${vrid}\n${lines}\n virtual_ipaddress {\n 10.0.0.${vrid}\n }\n}\n`

function parsed(text: string) {
  const { config, diagnostics } = parseConfig(text, 'keepalived.conf')
  return { config, says: diagnostics.map(({ code, message }) => `${code}: ${message}`) }
}

describe('trackers in the file', () => {
  it('processes, files and interfaces, with weights of their own or of the instance', () => {
    const { config, says } = parsed(`
vrrp_track_process db { process mysqld\n quorum 2\n quorum_max 3\n delay 2.5\n terminate_delay 1\n weight 10 }
track_process app { process "/usr/bin/my app" -x "b c"\n param_match initial }
track_file load { file /run/load\n init_file 4 overwrite }
${instance('VI_1', 'track_process {\n db weight -5 reverse\n app\n }\n track_file {\n load\n }\n track_interface {\n eth1 weight 7\n eth2\n }')}`)
    expect(says).toEqual([])
    expect(config.trackProcesses).toMatchObject([
      { name: 'db', process: 'mysqld', quorum: 2, quorumMax: 3, forkDelay: 2.5, terminateDelay: 1, weight: 10 },
      { name: 'app', process: '/usr/bin/my app', parameters: ['-x', 'b c'], paramMatch: 'initial', quorum: 1 },
    ])
    expect(config.trackFiles).toEqual([
      { name: 'load', file: '/run/load', init: { value: 4, overwrite: true }, weight: 1, reverse: false },
    ])
    expect(config.instances[0]).toMatchObject({
      trackProcesses: [
        { name: 'db', weight: -5, reverse: true },
        { name: 'app', weight: 0, reverse: false },
      ],
      trackFiles: [{ name: 'load', weight: 1, reverse: false }],
      trackInterfaces: [
        { name: 'eth1', weight: 7, reverse: false },
        { name: 'eth2', weight: 0, reverse: false },
      ],
    })
  })

  it.each([
    [
      'a name that nothing defines',
      'track_process {\n nothing\n }',
      'conflict: VI_1: no vrrp_track_process is called nothing',
    ],
    ['a weight out of range', 'track_interface {\n eth1 weight 999\n }', 'value-bad: after eth1 only "weight'],
    [
      'words after the weight',
      'track_interface {\n eth1 weight 9 revers\n }',
      'syntax: revers after the weight of eth1',
    ],
  ])('%s is said', (_, lines, said) => {
    expect(parsed(instance('VI_1', lines)).says.some((one) => one.startsWith(said))).toBe(true)
  })

  it('a group gives its trackers to all members, and takes their weights away unless it says otherwise', () => {
    const text = (more: string): string => `
track_file load { file /run/load }
vrrp_sync_group G { group {\n VI_1\n VI_2\n }\n track_file {\n load\n }\n${more}\n}
${instance('VI_1', 'track_interface {\n eth1 weight 7\n }')}${instance('VI_2', '', 52)}`
    const plain = parsed(text(''))
    expect(plain.config.instances.map(({ trackFiles }) => trackFiles)).toEqual([
      [{ name: 'load', weight: 0, reverse: false }],
      [{ name: 'load', weight: 0, reverse: false }],
    ])
    expect(plain.config.instances[0]?.trackInterfaces).toEqual([{ name: 'eth1', weight: 0, reverse: false }])
    expect(plain.says.filter((one) => one.includes('in a sync group the weight'))).toHaveLength(3)
    const weighed = parsed(text('sync_group_tracking_weight'))
    expect(weighed.config.instances.map(({ trackFiles }) => trackFiles[0]?.weight)).toEqual([1, 1])
  })

  it('members with different priorities are said', () => {
    const text = `vrrp_sync_group G { group {\n VI_1\n VI_2\n }\n }\n${instance('VI_1', 'priority 90')}${instance('VI_2', '', 52)}`
    expect(parsed(text).says.some((one) => one.includes('have different priorities'))).toBe(true)
  })
})

describe('elections in the file', () => {
  it('the instance’s own word, the global default, keepalived’s default', () => {
    const { config } = parsed(`
global_defs { vrrp_down_timer_adverts 5\n vrrp_higher_prio_send_advert\n vrrp_startup_delay 5.5\n vrrp_delay_after_boot 60 }
${instance('VI_1', 'down_timer_adverts 4\n higher_prio_send_advert off\n lower_prio_no_advert')}${instance('VI_2', '', 52)}`)
    expect(config.global).toMatchObject({ vrrpStartupDelay: 5.5, vrrpDelayAfterBoot: 60 })
    expect(config.instances.map(({ election }) => election)).toMatchObject([
      { downTimerAdverts: 4, higherPrioSendAdvert: false, lowerPrioNoAdvert: true },
      { downTimerAdverts: 5, higherPrioSendAdvert: true, lowerPrioNoAdvert: false },
    ])
  })

  it('delays of interfaces', () => {
    const { config, says } = parsed(
      `interface_up_down_delays {\n eth0 2.5 1\n eth1 3\n eth2 x\n }\n${instance('VI_1', '')}`,
    )
    expect(config.interfaceDelays).toEqual([
      { name: 'eth0', down: 2.5, up: 1 },
      { name: 'eth1', down: 3, up: 3 },
    ])
    expect(says).toEqual(['value-bad: eth2: one or two delays of 0..255 s must follow, line skipped'])
  })
})
