import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'

function parsed(mysql: string, role: string) {
  return parseConfig(
    `mysql_server db {
  credentials /etc/mmha/role.cnf
  ${mysql}
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  nopreempt
  role {
    mysql db
    peer 10.0.0.2
    peer_credentials /etc/mmha/peer.cnf
    ${role}
  }
  virtual_ipaddress {
    10.0.0.100/24
  }
}
`,
    'keepalived.conf',
  )
}

describe('the database’s side', () => {
  it('defaults: a hang is known within 3 s, and what hangs is killed', () => {
    const { config } = parsed('', '')
    const [server] = config.mysqlServers
    expect(server).toMatchObject({ interval: 0.5, timeout: 1, fall: 2, stoppedTimeout: 1, onHang: 'kill' })
    expect(server).toMatchObject({ writeProbe: true, writeInterval: 1, writeTimeout: 5, onDiskFull: 'say' })
    const { role } = config.instances[0] ?? {}
    expect(role).toMatchObject({ soloWait: 10, fenceDeadline: 1, onFence: 'kill', prePromote: null })
    expect(role).toMatchObject({ heartbeatPort: 11200, witnesses: [], isolatedAfter: 1 })
  })

  it('as written', () => {
    const { config, diagnostics, scripts } = parsed(
      'write_probe no\n on_hang reset\n on_disk_full leave\n disk_reserve 0\n admin_port 33062',
      `pre_promote "/etc/keepalived/may-i now"
    pre_promote_deadline 0.5
    on_fence reset
    heartbeat_port 0
    witness 10.0.0.1
    witness 10.0.0.3
    isolated_after 2`,
    )
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(config.mysqlServers[0]).toMatchObject({
      writeProbe: false,
      onHang: 'reset',
      onDiskFull: 'leave',
      diskReserve: 0,
      adminPort: 33062,
    })
    expect(config.instances[0]?.role).toMatchObject({
      prePromote: { argv: ['/etc/keepalived/may-i', 'now'] },
      prePromoteDeadline: 0.5,
      onFence: 'reset',
      heartbeatPort: 0,
      witnesses: ['10.0.0.1', '10.0.0.3'],
      isolatedAfter: 2,
    })
    expect(scripts.map(({ role }) => role)).toContain('pre_promote of VI_1')
  })

  it('a witness that can’t be pinged is said and left out', () => {
    const { config, diagnostics } = parsed('', 'witness fe80::1')
    expect(config.instances[0]?.role?.witnesses).toEqual([])
    expect(diagnostics.map(({ message }) => message).join()).toContain('no IPv4 address')
  })
})
