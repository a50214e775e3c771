import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import Handlebars from 'handlebars'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'

const root = resolve(import.meta.dirname, '../../../..')
const view = JSON.parse(readFileSync(resolve(root, 'test/fixtures/keepalived-view.json'), 'utf8'))
const render = Handlebars.compile(readFileSync(resolve(root, 'templates/keepalived.conf.hbs'), 'utf8'), {
  strict: true,
  noEscape: true,
})

describe('templates/keepalived.conf.hbs', () => {
  it('renders what the parser reads without a word', () => {
    const { config, diagnostics } = parseConfig(render(view), 'keepalived.conf')
    expect(diagnostics).toEqual([])
    expect(config.global).toMatchObject({ routerId: 'm1', enableScriptSecurity: true, scriptUser: { user: 'root' } })
    expect(config.mysqlServers).toMatchObject([{ ...view.mysql }])
    expect(config.instances).toMatchObject([
      {
        name: 'MMHA',
        initialState: 'BACKUP',
        interface: 'host0',
        virtualRouterId: 100,
        priority: 254,
        version: 3,
        advertInterval: 0.5,
        nopreempt: true,
        authentication: null,
        virtualAddresses: [{ address: '10.77.0.100', family: 4, prefix: 24, dev: 'host0', label: null }],
        unicastPeers: [],
        vipLease: 1,
        role: {
          mysql: 'local',
          peer: { address: '10.77.0.12', port: 3306, credentials: '/etc/mmha/peer.cnf' },
          policy: 'availability',
          promoteDeadline: 5,
          demoteDeadline: 2,
        },
      },
    ])
  })

  it('renders version 2 with a password, unicast, a label and a notify script', () => {
    const other = {
      ...view,
      version: 2,
      advertInterval: 1,
      authPass: 'pa#ss! {}',
      label: 'host0:vip',
      unicast: { source: '10.77.0.11', peers: ['10.77.0.12'] },
      notify: { script: '/etc/mmha/notify.sh', user: 'root' },
      mysql: { ...view.mysql, pidFile: null },
      role: { ...view.role, policy: 'consistency', witnesses: ['10.77.0.1'] },
    }
    const { config, diagnostics, scripts } = parseConfig(render(other), 'keepalived.conf')
    expect(diagnostics.map(({ message }) => message)).toEqual(['MMHA: only the first 8 characters of auth_pass count'])
    expect(scripts.map(({ command }) => command)).toEqual([
      { argv: ['/etc/mmha/notify.sh'], user: 'root', group: null },
    ])
    expect(config.mysqlServers[0]?.pidFile).toBeNull()
    expect(config.instances).toMatchObject([
      {
        version: 2,
        authentication: { type: 'PASS', password: 'pa#ss! {' },
        unicastSourceIp: '10.77.0.11',
        unicastPeers: ['10.77.0.12'],
        virtualAddresses: [{ label: 'host0:vip' }],
        role: { policy: 'consistency', heartbeatPort: 11200, witnesses: ['10.77.0.1'] },
      },
    ])
  })

  it('refuses a view with a field missing', () => {
    const { nic: _, ...without } = view
    expect(() => render(without)).toThrow('nic')
  })
})
