import { describe, expect, it } from 'vitest'
import type { ParsedConfig, VrrpInstance } from '../../../../src/keepalived/config/config.ts'
import { formatDiagnostic } from '../../../../src/keepalived/config/diagnostics.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'

const BASE = 'interface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n192.0.2.1\n}\n'
const inInstance = (line: string) => `vrrp_instance VI_1 {\n${BASE}${line}${line === '' ? '' : '\n'}}\n`
const inCheck = (check: string, line: string) =>
  `${inInstance('')}virtual_server 192.0.2.1 3306 {\nreal_server 192.0.2.5 3306 {\n${check} {\n${line}\n}\n}\n}\n`
const inVirtual = (line: string) =>
  `${inInstance('')}virtual_server 192.0.2.1 3306 {\n${line}\nreal_server 192.0.2.5 3306 {\nTCP_CHECK {\n}\n}\n}\n`

function read(text: string): ParsedConfig & { readonly said: readonly string[]; readonly only: VrrpInstance } {
  const parsed = parseConfig(text, 'f')
  const [only] = parsed.config.instances
  if (only === undefined) throw new Error(parsed.diagnostics.map(formatDiagnostic).join('\n'))
  return { ...parsed, only, said: parsed.diagnostics.map(formatDiagnostic) }
}

function checkOf(parsed: ParsedConfig) {
  return parsed.config.virtualServers[0]?.realServers[0]?.checks[0]
}

/** The typing errors, placeholders and habits that are found in people's files, and in the pages that they copy from. */
describe('what the pages that people copy from have', () => {
  it('ahth_pass: a password all the same, and said', () => {
    const { only, said } = read(inInstance('authentication {\nauth_type PASS\nahth_pass 123\n}'))
    expect(only.authentication).toMatchObject({ type: 'PASS', password: '123' })
    expect(said).toContainEqual(
      expect.stringMatching(/^f:9:1 warning: ahth_pass is read as auth_pass: .*write auth_pass/),
    )
  })

  it('nopreemt: no preemption, and said', () => {
    const { only, said } = read(inInstance('nopreemt'))
    expect(only.nopreempt).toBe(true)
    expect(said).toContainEqual(expect.stringMatching(/^f:7:1 warning: nopreemt is read as nopreempt/))
  })

  it('nb_get_retry in TCP_CHECK: as many attempts as were meant, and how long that takes', () => {
    const parsed = read(inCheck('TCP_CHECK', 'nb_get_retry 3\ndelay_before_retry 3'))
    expect(checkOf(parsed)).toMatchObject({ retry: 3, delayBeforeRetry: 3 })
    expect(parsed.said).toContainEqual(expect.stringMatching(/^f:11:1 note: nb_get_retry is read as retry/))
  })

  it('presitence_timeout: the nearest spelling, which is balancing', () => {
    const { said } = read(inVirtual('presitence_timeout 50'))
    expect(said).toContainEqual(
      expect.stringMatching(/^f:9:1 warning: unknown keyword presitence_timeout is taken as persistence_timeout/),
    )
    expect(said).toContainEqual(expect.stringMatching(/^f:9:1 note: no balancing here.*persistence_timeout/))
  })

  it('hello_name: the HELO name', () => {
    const { said } = read(inCheck('SMTP_CHECK', 'hello_name x'))
    expect(said).toContainEqual(expect.stringMatching(/^f:11:1 warning: hello_name is read as helo_name/))
  })

  it('lb_kind RUN: TUN', () => {
    const { said } = read(inVirtual('lb_kind RUN'))
    expect(said).toContainEqual(expect.stringMatching(/^f:9:9 warning: RUN is taken as TUN/))
  })

  it('raise 3: rise', () => {
    const text = `vrrp_script s {\nscript /bin/true\nraise 3\n}\n${inInstance('track_script {\ns\n}')}`
    const { config, said } = read(text)
    expect(config.scripts[0]?.rise).toBe(3)
    expect(said).toContainEqual(expect.stringMatching(/^f:3:1 warning: unknown keyword raise is taken as rise/))
  })

  it.each(['mcast_src_ip', 'garp_master_delay', 'preempt_delay', 'priority', 'advert_int'])(
    '%s #…, without a value: as if it were not there, where keepalived would not start',
    (keyword) => {
      const { said, only } = read(inInstance(`${keyword} #the value`))
      expect(only).toEqual(read(inInstance('')).only)
      expect(said).toContainEqual(expect.stringMatching(`^f:7:1 warning: ${keyword} has no value`))
    },
  )

  it.each(['connect_ip', 'connect_port', 'connect_timeout'])('%s without a value in a check', (keyword) => {
    const { said } = read(inCheck('TCP_CHECK', keyword))
    expect(said).toContainEqual(expect.stringMatching(`^f:11:1 warning: ${keyword} has no value`))
  })

  it.each([
    ['priority <0~255>', 'f:7:10 warning: <0~255> was left from a template, line skipped (fill it in)'],
    ['unicast_src_ip <IPADDR>', 'f:7:16 warning: <IPADDR> was left from a template, line skipped (fill it in)'],
    ['<NETMASK>', 'f:7:1 warning: <NETMASK> was left from a template, line skipped (fill it in)'],
    [
      'virtual_ipaddress {\n<IPADDR>/<MASK>\n}',
      'f:8:1 warning: <IPADDR>/<MASK> was left from a template, line skipped (fill it in)',
    ],
  ])('a placeholder: %s', (line, expected) => {
    expect(read(inInstance(line)).said).toContain(expected)
  })

  it('sorry_server<IPADDR> <port>: a placeholder', () => {
    const { said } = read(inVirtual('sorry_server<IPADDR> <port>'))
    expect(said).toContainEqual(expect.stringMatching(/^f:9:1 warning: sorry_server<IPADDR> was left from a template/))
  })

  it.each(['HTTP_GET | SSL_GET{', 'HTTP_GET|SSL_GET {', 'HTTP_GET或SSL_GET {'])('a choice left open: %s', (line) => {
    const text = `${inInstance('')}virtual_server 192.0.2.1 80 {\nreal_server 192.0.2.5 80 {\n${line}\nurl {\npath /\n}\n}\n}\n}\n`
    const { said } = read(text)
    const about = said.filter((one) => one.startsWith('f:10:'))
    expect(about).toHaveLength(1)
    expect(about[0]).toMatch(/(error|warning): .*\(choose one\)/)
    expect(said.filter((one) => /^f:1[1-5]:/.test(one))).toEqual([])
  })

  it.each(['注：这个配置只能设置在backup主机上', '设置为 BACKUP', 'Note：only here'])('a line of prose: %s', (line) => {
    const { said, only } = read(inInstance(line))
    expect(only).toEqual(read(inInstance('')).only)
    expect(said).toContainEqual(
      expect.stringMatching(/^f:7:1 warning: .* looks like prose, line skipped \(put # before it\)/),
    )
  })

  it('backticks: left out', () => {
    const { config, said } = read(
      `${inInstance('')}virtual_server 192.0.2.1 80 {\nreal_server \`192.0.2.5\` 80 {\nTCP_CHECK {\n}\n}\n}\n`,
    )
    expect(config.virtualServers[0]?.realServers[0]?.address).toBe('192.0.2.5')
    expect(said).toContainEqual(expect.stringMatching(/^f:9:13 warning: backticks around 192.0.2.5, left out/))
  })

  it('an address with 300: an error, and the others stay', () => {
    const { only, said } = read(inInstance('virtual_ipaddress {\n192.0.2.300\n192.0.2.9\n}'))
    expect(only.virtualAddresses.map(({ address }) => address)).toEqual(['192.0.2.1', '192.0.2.9'])
    expect(said).toContainEqual(expect.stringMatching(/^f:8:1 error: 192.0.2.300 is no address: 300 is above 255/))
  })

  it('a block that is never closed: where it was opened', () => {
    const { said } = read(inInstance('authentication {\nauth_pass 1\n'))
    expect(said).toContainEqual(expect.stringMatching(/^f:1:1 error: the block of vrrp_instance VI_1 is never closed/))
  })

  it('virtual_ipaddress outside of an instance: said once, with where it belongs', () => {
    const { said } = read(`${inInstance('')}virtual_ipaddress {\n192.0.2.7/24\n192.0.2.8/24\n}\n`)
    expect(said).toEqual([expect.stringMatching(/^f:8:1 error: virtual_ipaddress belongs inside vrrp_instance/)])
  })

  it('a vrrp_script that nothing tracks: said', () => {
    const { said } = read(`vrrp_script check_run {\nscript /bin/true\n}\n${inInstance('')}`)
    expect(said.filter((one) => one.includes('check_run'))).not.toEqual([])
  })

  it('smtp_server with a name: kept, and looked up when mail is sent', () => {
    const { config } = read(
      `global_defs {\nnotification_email {\na@b.c\n}\nsmtp_server smtp.126.com\n}\n${inInstance('')}`,
    )
    expect(config.global.smtpServer).toMatchObject({ host: 'smtp.126.com', port: 25 })
  })

  it('vrrp_strict with a password: no password, as keepalived, and said', () => {
    const { only, said } = read(`global_defs {\nvrrp_strict\n}\n${inInstance('authentication {\nauth_pass 1\n}')}`)
    expect(only.authentication).toBeNull()
    expect(said.filter((one) => one.includes('vrrp_strict'))).not.toEqual([])
  })

  it.each([
    ['a full-width space', '\u3000priority\u3000150', 150],
    ['a no-break space', '\u00a0priority\u00a0150', 150],
    ['a semicolon', 'priority 150;', 150],
    ['a full-width comma', 'priority 150，', 150],
    ['two slashes', 'priority 150 // higher', 150],
    ['quotes of a word processor', 'priority \u201c150\u201d', 150],
  ])('%s: read as it was meant, and said', (_, line, priority) => {
    const { only, said } = read(inInstance(line))
    expect(only.priority).toBe(priority)
    expect(said).toContainEqual(expect.stringMatching(/^f:7:\d+ warning: /))
  })

  it('a byte order mark and CRLF: read as they were meant, and said', () => {
    const { only, said } = read(`\ufeff${inInstance('priority 150').replaceAll('\n', '\r\n')}`)
    expect(only.priority).toBe(150)
    expect(said).toEqual([
      expect.stringMatching(/^f:1:1 warning: the file starts with a byte order mark/),
      expect.stringMatching(/^f:1:1 note: lines end in CRLF/),
    ])
  })

  it('!misc_dynamic is a comment', () => {
    expect(read(inCheck('MISC_CHECK', 'misc_path /bin/true\n!misc_dynamic')).said.join('\n')).not.toContain(
      'misc_dynamic',
    )
  })

  it('vrrp_garp_interval 0: no pacing, which keepalived takes for an error', () => {
    const { diagnostics } = read(`global_defs {\nvrrp_garp_interval 0\nvrrp_gna_interval 0\n}\n${inInstance('')}`)
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  })
})
