import { describe, expect, it } from 'vitest'
import type { VrrpInstance } from '../../../../src/keepalived/config/config.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { ANY_SOURCE } from '../../../../src/keepalived/config/source.ts'
import { fixture } from './fixtures.ts'

function onlyInstance(path: string): VrrpInstance {
  const { config } = parseConfig(fixture(path), path)
  const [instance, ...more] = config.instances
  if (instance === undefined || more.length > 0) throw new Error(`${path} has ${config.instances.length} instances`)
  return instance
}

describe('the complete configurations of the wiki pages run as they are written', () => {
  it.each([
    ['gtid-master1.conf', 100, '192.168.199.110'],
    ['gtid-master2.conf', 90, '192.168.199.111'],
  ])('two masters with GTID: %s', (file, priority, address) => {
    const { config } = parseConfig(fixture(`seeds/${file}`), file)
    expect(config.global).toMatchObject({
      routerId: 'LVS_DEVEL',
      notificationEmail: ['setamv@126.com'],
      notificationEmailFrom: 'setamv@126.com',
      smtpServer: { host: 'smtp.126.com', port: 25 },
      smtpConnectTimeout: 30,
      enableScriptSecurity: false,
    })
    expect(config.instances).toMatchObject([
      {
        name: 'VI_1',
        initialState: 'BACKUP',
        interface: 'ens33',
        virtualRouterId: 51,
        priority,
        version: 2,
        advertInterval: 1,
        nopreempt: true,
        authentication: { type: 'PASS', password: '1111' },
        virtualAddresses: [{ address: '192.168.199.200', family: 4, prefix: 32, dev: null, label: null }],
        vipLease: 0,
        role: null,
      },
    ])
    expect(config.virtualServers).toEqual([
      {
        name: '[192.168.199.200]:tcp:3306',
        label: '192.168.199.200:3306',
        addresses: [{ first: '192.168.199.200', last: '192.168.199.200' }],
        port: 3306,
        protocol: 'tcp',
        quorum: 1,
        quorumIsSet: false,
        hysteresis: 0,
        quorumUp: null,
        quorumDown: null,
        smtpAlert: false,
        initNotifies: false,
        omega: false,
        sorryServer: false,
        realServers: [
          {
            address,
            port: 3306,
            weight: 1,
            notifyUp: null,
            notifyDown: { argv: ['/etc/keepalived/kill_keepalived.sh'], user: null, group: null },
            smtpAlert: true,
            inhibitOnFailure: false,
            checks: [
              {
                type: 'TCP_CHECK',
                connectIp: null,
                connectPort: 3306,
                source: ANY_SOURCE,
                connectTimeout: 3,
                retry: 3,
                delayBeforeRetry: 3,
                delayLoop: 6,
                warmup: 0,
                alpha: false,
                logAllFailures: false,
              },
            ],
          },
        ],
      },
    ])
  })

  it('two masters with file and position: backticks, an address .300, comments in Chinese', () => {
    const { config } = parseConfig(fixture('seeds/file-position.conf'), 'f')
    expect(config.instances).toMatchObject([
      {
        virtualRouterId: 60,
        nopreempt: true,
        authentication: { password: '4321' },
        virtualAddresses: [{ address: '192.168.1.200' }],
      },
    ])
    expect(config.virtualServers).toMatchObject([
      {
        label: '192.168.1.200:3306',
        realServers: [
          {
            address: '192.168.1.201',
            weight: 3,
            notifyDown: { argv: ['/usr/local/mysql/bin/mysql.sh'] },
            checks: [{ delayLoop: 2, connectTimeout: 10, retry: 3, delayBeforeRetry: 3, connectPort: 3306 }],
          },
        ],
      },
    ])
  })

  it('a misspelt auth_pass still guards the adverts', () => {
    expect(onlyInstance('seeds/reference-tcp-check.conf').authentication).toEqual({ type: 'PASS', password: '123' })
  })

  it('the annotated reference keeps what can be kept between its prose and placeholders', () => {
    expect(onlyInstance('seeds/reference-annotated.conf')).toMatchObject({
      name: 'inside_network',
      interface: 'eth0',
      dontTrackPrimary: true,
      trackInterfaces: [{ name: 'eth1', weight: 0, reverse: false }],
      advertInterval: 10,
      nopreempt: true,
      preemptDelay: 0,
      garpMasterDelay: 5,
      authentication: { password: '111111' },
    })
  })

  it('unicast with a tracked script and a labelled address', () => {
    const { config, diagnostics } = parseConfig(fixture('seeds/unicast-nginx1.conf'), 'f')
    expect(diagnostics).toEqual([])
    expect(config.scripts).toEqual([
      {
        name: 'chk_ng',
        script: { argv: ['/etc/keepalived/checkng.sh'], user: null, group: null },
        interval: 10,
        timeout: 10,
        rise: 1,
        fall: 5,
        weight: 0,
        reverse: false,
        initFail: false,
      },
    ])
    expect(config.global.scriptUser).toEqual({ user: 'root', group: null })
    expect(config.instances).toMatchObject([
      {
        advertInterval: 2,
        unicastSourceIp: '192.168.1.152',
        unicastPeers: ['192.168.1.156'],
        trackScripts: [{ name: 'chk_ng', weight: 0, reverse: false }],
        virtualAddresses: [{ address: '10.16.200.200', prefix: 32, dev: 'eth1', label: 'eth1:1' }],
      },
    ])
  })
})
