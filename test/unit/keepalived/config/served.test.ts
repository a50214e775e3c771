import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { serverTrackers } from '../../../../src/keepalived/process/kept-trackers.ts'

const instance = (name: string, vrid: number, vip: string) =>
  `vrrp_instance ${name} {\n interface eth0\n virtual_router_id ${vrid}\n virtual_ipaddress {\n  ${vip}\n }\n}\n`

const server = (head: string, check = 'TCP_CHECK {\n  }', port = '80') =>
  `virtual_server ${head} {\n real_server 192.0.2.1 ${port} {\n  ${check}\n }\n}\n`

function read(text: string) {
  const { config, diagnostics } = parseConfig(text, 'f')
  const said = diagnostics.filter(({ severity }) => severity !== 'note').map(({ message }) => message)
  return { config, virtual: config.virtualServers[0], said }
}

describe('virtual_server group NAME', () => {
  const both = instance('VI_1', 51, '10.0.0.7') + instance('VI_2', 52, 'fd00::1f')

  it('has the addresses of its group, and drives every instance that has one of them', () => {
    const group = 'virtual_server_group WEB {\n 10.9.0.1 80\n 10.0.0.5-9 80\n fd00::10-2f 80\n fwmark 3\n}\n'
    const { config, virtual, said } = read(both + group + server('group WEB'))
    expect(said).toEqual([])
    expect(virtual).toMatchObject({
      name: '[WEB]:0',
      label: 'group WEB',
      port: 80,
      addresses: [
        { first: '10.9.0.1', last: '10.9.0.1' },
        { first: '10.0.0.5', last: '10.0.0.9' },
        { first: 'fd00::10', last: 'fd00::2f' },
      ],
    })
    for (const one of config.instances)
      expect(serverTrackers(config, one)).toEqual(['real_server 192.0.2.1:80 of group WEB'])
  })

  it.each([
    ['10.0.0.6/31', ['VI_1']],
    ['10.0.0.8/31', []],
    ['10.0.0.1-10.0.1.1', ['VI_1']],
    ['fd00::1-1f', ['VI_2']],
    ['fd00::/120', ['VI_2']],
    ['fd00::1:0/112', []],
    ['0.0.0.0/0', ['VI_1']],
  ])('%s drives %j', (range, names) => {
    const { config } = read(`${both}virtual_server_group G {\n ${range}\n}\n${server('group G')}`)
    const driven = config.instances.filter((one) => serverTrackers(config, one).length > 0)
    expect(driven.map(({ name }) => name)).toEqual(names)
  })

  it.each([
    ['10.0.0.9-5', 'the range 10.0.0.9-5 ends before it begins; skipped'],
    ['10.0.0.5-300', '10.0.0.5-300 is no range of addresses; skipped'],
    ['10.0.0.5-fd00::1', '10.0.0.5-fd00::1 is no range of addresses; skipped'],
    ['10.0.0.0/33', '/33 is no prefix length of 10.0.0.0; skipped'],
    ['10.0.0.300 80', '10.0.0.300 is no address: 300 is above 255; skipped'],
    ['10.0.0.7 0', '0 is no port; 10.0.0.7 skipped'],
  ])('%s is said', (entry, message) => {
    expect(read(`virtual_server_group G {\n ${entry}\n}\n`).said).toContain(message)
  })

  it('without its group, and one that has no VIP, is said', () => {
    expect(read(server('group WEB')).said).toContain(
      'there is no virtual_server_group WEB; the virtual_server is skipped',
    )
    expect(read(`virtual_server_group G {\n 10.9.0.1 80\n 10.9.0.2 80\n}\n${server('group G')}`).said).toContain(
      'no address of group G is a virtual_ipaddress of an instance: its real servers move nothing, only their scripts run',
    )
  })
})

describe('virtual_server', () => {
  it('fwmark N: its servers are watched, and move nothing', () => {
    const { virtual, said } = read(server('fwmark 7'))
    expect(virtual).toMatchObject({ name: 'FWM 7', label: 'fwmark 7', addresses: [], realServers: [{ port: 80 }] })
    expect(said).toContain('fwmark 7 has no address: its real servers move nothing, only their scripts run')
    expect(read(server('fwmark x')).virtual).toBeUndefined()
  })

  it('is called by its protocol', () => {
    const text = server('10.0.0.7 53').replace('{', '{\n protocol UDP')
    expect(read(text).virtual).toMatchObject({ name: '[10.0.0.7]:udp:53', label: '10.0.0.7:53/udp', protocol: 'udp' })
    expect(read(server('fd00::1 80')).virtual).toMatchObject({ name: '[fd00::1]:tcp:80', label: '[fd00::1]:80' })
  })

  it('one server in several virtual servers has a tracker in each: one that recovers does not speak for another', () => {
    const twice = server('10.0.0.7 53') + server('10.0.0.7 53')
    const udp = server('10.0.0.7 53').replace('{', '{\n protocol UDP')
    const { config } = read(instance('VI_1', 51, '10.0.0.7') + twice + udp)
    const [one] = config.instances
    expect(one === undefined ? [] : serverTrackers(config, one)).toEqual([
      'real_server 192.0.2.1:80 of 10.0.0.7:53',
      'real_server 192.0.2.1:80 of 10.0.0.7:53#2',
      'real_server 192.0.2.1:80 of 10.0.0.7:53/udp',
    ])
  })

  it('a server that stands twice in one counts once', () => {
    const text = 'virtual_server 10.0.0.7 80 {\n real_server 192.0.2.1 80 {\n }\n real_server 192.0.2.1 80 {\n }\n}\n'
    expect(read(text).virtual?.realServers).toHaveLength(1)
    expect(read(text).said).toContain('real_server 192.0.2.1 80 stands here twice, this one is skipped')
  })

  it('a check that knows no port is not run, and does not take the address away', () => {
    const missing = (check: string) => read(server('10.0.0.7', check, '')).said.some((said) => said.includes('no port'))
    expect(missing('TCP_CHECK {\n }')).toBe(true)
    expect(missing('SMTP_CHECK {\n host {\n connect_port 25\n }\n host {\n connect_ip 192.0.2.9\n }\n }')).toBe(true)
    expect(read(server('10.0.0.7', 'TCP_CHECK {\n }', '')).virtual?.realServers[0]?.checks).toEqual([])
    expect(missing('TCP_CHECK {\n connect_port 80\n }')).toBe(false)
    expect(missing('PING_CHECK {\n }')).toBe(false)
    expect(missing('SMTP_CHECK {\n connect_port 25\n }')).toBe(false)
  })
})

describe('SSL', () => {
  const ssl = (lines: string) => `SSL {\n${lines}\n}\n`
  const check = (type: string) => server('10.0.0.7 443', `${type} {\n url {\n path /\n }\n }`, '443')
  const identity = (lines: string, type = 'SSL_GET') => {
    const [first] = read(ssl(lines) + check(type)).virtual?.realServers[0]?.checks ?? []
    return first !== undefined && 'identity' in first ? first.identity : undefined
  }

  it('is what SSL_GET shows; one file may hold both', () => {
    expect(identity('certificate /c.pem\nkey /k.pem\npassword s3cret')).toEqual({
      certificateFile: '/c.pem',
      keyFile: '/k.pem',
      password: 's3cret',
    })
    expect(identity('key /k.pem')).toEqual({ certificateFile: '/k.pem', keyFile: '/k.pem', password: null })
    expect(identity('ca /ca.pem')).toBeNull()
    expect(identity('key /k.pem', 'HTTP_GET')).toBeNull()
  })

  it('says that nobody is verified', () => {
    const { diagnostics } = parseConfig(ssl('ca /ca.pem'), 'f')
    expect(diagnostics.map(({ message }) => message)).toContain(
      "ca has no effect: a server's certificate is not verified, as in keepalived",
    )
  })
})
