import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../../src/keepalived/config/config.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { scriptDetection } from '../../../../src/keepalived/lint/delays.ts'
import { lint } from '../../../../src/keepalived/lint/lint.ts'
import type { Trap } from '../../../../src/keepalived/lint/trap.ts'
import { grouped, type Parts, sample } from './sample.ts'

function found(text: string): Diagnostic[] {
  const parsed = parseConfig(text, 'k.conf')
  return [...parsed.diagnostics, ...lint(parsed)]
}

const codes = (text: string) => found(text).map(({ code }) => code)

function only(text: string, trap: Trap): Diagnostic {
  const [first, ...more] = found(text).filter(({ code }) => code === trap)
  if (first === undefined || more.length > 0) throw new Error(`${trap} is found ${more.length + (first ? 1 : 0)} times`)
  return first
}

type Case = readonly [trap: Trap, wrong: Parts | string, line: string | null, right: Parts | string]

const text = (parts: Parts | string) => (typeof parts === 'string' ? parts : sample(parts))
const weight = (value: string) => `script /usr/local/sbin/check.sh\ninterval 1\n${value}`
const run = (command: string) => `script "${command}"\ninterval 1`
const server = (loop: string) =>
  `virtual_server 10.0.0.100 3306 {\n${loop}\nreal_server 10.0.0.3 3306 {\nTCP_CHECK {\nconnect_timeout 1\nretry 1\n}\n}\n}`

/** Wrong, the line it is found at, and what looks like it and is right. */
const CASES: readonly Case[] = [
  ['nopreempt-weight', { script: weight('weight -20'), instance: 'nopreempt' }, 'nopreempt', { instance: 'nopreempt' }],
  [
    'nopreempt-weight',
    { script: weight('weight 20'), instance: 'nopreempt' },
    'nopreempt',
    { script: weight('weight 20') },
  ],
  [
    'nopreempt-master',
    { instance: 'state MASTER\npriority 100\nnopreempt' },
    'nopreempt',
    { instance: 'state BACKUP\nnopreempt' },
  ],
  [
    'preempt-delay-unused',
    { instance: 'nopreempt\npreempt_delay 5' },
    'preempt_delay 5',
    { instance: 'preempt_delay 5' },
  ],
  [
    'preempt-delay-unused',
    { instance: 'state MASTER\npriority 99\npreempt_delay 5' },
    'preempt_delay 5',
    { instance: 'state MASTER\npriority 99\npreempt_delay 0' },
  ],
  ['priority-owner', { instance: 'priority 255' }, 'priority 255', { instance: 'priority 254' }],
  ['priority-owner', { instance: 'state MASTER' }, null, { instance: 'state MASTER\npriority 100' }],
  [
    'weight-clamped',
    { script: weight('weight 20'), instance: 'priority 250' },
    'priority 250',
    { script: weight('weight 20'), instance: 'priority 234' },
  ],
  ['weight-needs', { script: weight('weight -20') }, 'priority 100', { script: weight('weight 0') }],
  ['script-untracked', { more: 'vrrp_script lost {\nscript /bin/true\n}' }, 'vrrp_script lost {', {}],
  ['slow-detection', { script: 'script /usr/local/sbin/check.sh\ninterval 10\nfall 5' }, 'interval 10', {}],
  ['slow-detection', { more: server('delay_loop 20') }, 'delay_loop 20', { more: server('delay_loop 2') }],
  ['slow-detection', { more: server('') }, 'virtual_server 10.0.0.100 3306 {', { more: server('delay_loop 3') }],
  ['script-timeout-long', { script: weight('timeout 3') }, 'timeout 3', { script: weight('timeout 1') }],
  ['slow-failover', { instance: 'advert_int 5' }, 'advert_int 5', { instance: 'advert_int 1' }],
  [
    'advert-short',
    { instance: 'version 3\nadvert_int 0.05' },
    'advert_int 0.05',
    { instance: 'version 3\nadvert_int 0.1' },
  ],
  ['advert-fraction', { instance: 'advert_int 1.5' }, 'advert_int 1.5', { instance: 'version 3\nadvert_int 1.5' }],
  [
    'auth-pass-long',
    { instance: 'authentication {\nauth_type PASS\nauth_pass 123456789\n}' },
    'auth_pass 123456789',
    { instance: 'authentication {\nauth_type PASS\nauth_pass 12345678\n}' },
  ],
  ['strict', { global: 'vrrp_strict' }, 'vrrp_strict', { global: '# vrrp_strict' }],
  [
    'unicast-no-peer',
    { instance: 'unicast_src_ip 10.0.0.3' },
    'unicast_src_ip 10.0.0.3',
    { instance: 'unicast_src_ip 10.0.0.3\nunicast_peer {\n10.0.0.4\n}' },
  ],
  [
    'unicast-self',
    { instance: 'unicast_src_ip 10.0.0.3\nunicast_peer {\n10.0.0.4\n10.0.0.3\n}' },
    '10.0.0.3',
    { instance: 'unicast_src_ip 10.0.0.3\nunicast_peer {\n10.0.0.4\n10.0.0.5\n}' },
  ],
  [
    'source-is-vip',
    { instance: 'unicast_src_ip 10.0.0.100\nunicast_peer {\n10.0.0.4\n}' },
    'unicast_src_ip 10.0.0.100',
    { instance: 'unicast_src_ip 10.0.0.10\nunicast_peer {\n10.0.0.4\n}' },
  ],
  [
    'source-is-vip',
    { instance: 'mcast_src_ip 10.0.0.100' },
    'mcast_src_ip 10.0.0.100',
    { instance: 'mcast_src_ip 10.0.0.10' },
  ],
  ['interface-loopback', { nic: 'lo' }, 'interface lo', { vips: '10.0.0.100 dev lo' }],
  ['vrid-51', { vrid: 51 }, 'virtual_router_id 51', { vrid: 52 }],
  ['garp-none', { instance: 'garp_master_repeat 0' }, 'garp_master_repeat 0', { instance: 'garp_master_delay 0' }],
  ['vip-not-a-host', { vips: '10.0.0.0/24' }, '10.0.0.0/24', { vips: '10.0.0.0/32' }],
  ['vip-not-a-host', { vips: '10.0.0.255/24' }, '10.0.0.255/24', { vips: '10.0.0.255/16' }],
  [
    'script-shell',
    { script: run('killall -0 mysqld || exit 1') },
    'script "killall -0 mysqld || exit 1"',
    { script: run("/bin/sh -c 'a || b'") },
  ],
  [
    'script-shell',
    { script: run('/bin/check >/dev/null') },
    'script "/bin/check >/dev/null"',
    { script: run('/bin/check --if a=b') },
  ],
  [
    'script-process-only',
    { script: run('killall -0 mysqld') },
    'script "killall -0 mysqld"',
    { script: run('/usr/bin/mysqladmin ping') },
  ],
  ['script-process-only', { script: run('/bin/pidof mysqld') }, null, { instance: 'notify_fault "/bin/pidof mysqld"' }],
  [
    'group-of-one',
    { more: 'vrrp_sync_group G {\ngroup {\nVI_1\n}\n}' },
    'vrrp_sync_group G {',
    grouped('nopreempt', 'nopreempt'),
  ],
  ['group-nopreempt', grouped('nopreempt', 'preempt'), null, grouped('nopreempt', 'nopreempt')],
  ['group-priorities', grouped('priority 9', 'priority 8'), null, grouped('priority 9', 'priority 9')],
  [
    'vrid-twice',
    { more: 'vrrp_instance X {\ninterface eth0\nvirtual_router_id 60\nvirtual_ipaddress {\n10.0.0.7\n}\n}' },
    null,
    { more: 'vrrp_instance X {\ninterface eth1\nvirtual_router_id 60\nvirtual_ipaddress {\n10.0.0.7\n}\n}' },
  ],
]

const VIP = `\${_ENV VIP}`

describe('legal but wrong', () => {
  it.each(CASES)('%s', (trap, wrong, line, right) => {
    const finding = only(text(wrong), trap)
    if (line !== null) {
      const said = text(wrong).split('\n')
      expect(said[finding.line - 1]).toBe(line)
    }
    expect(finding.message).not.toBe('')
    expect(codes(text(right))).not.toContain(trap)
  })

  it('has nothing to say of a configuration that is right', () => {
    expect(found(sample())).toEqual([])
  })

  it('says in seconds how long a failure goes unseen', () => {
    const { message, severity } = only(sample({ script: 'script /bin/x\ninterval 10\nfall 5' }), 'slow-detection')
    expect(message).toContain('up to 50 s')
    expect(message).toContain('up to 60 s')
    expect(severity).toBe('warning')
  })

  it('counts skipped runs while one hangs', () => {
    expect(scriptDetection({ interval: 1, timeout: 1, fall: 2 })).toEqual({ exits: 2, hangs: 3 })
    expect(scriptDetection({ interval: 2, timeout: 5, fall: 3 })).toEqual({ exits: 6, hangs: 2 + 2 * 6 + 5 })
  })

  it('computes the priority that a failure leaves', () => {
    const { message } = only(sample({ script: weight('weight 20'), instance: 'priority 250' }), 'weight-clamped')
    expect(message).toContain('from 254 to 250, by 4 and not by 20')
  })

  it('does not show what came from the environment', () => {
    const said = parseConfig(sample({ instance: `priority 99\nmcast_src_ip ${VIP}`, vips: VIP }), 'k.conf', undefined, {
      environment: { VIP: '10.77.66.55' },
    })
    const findings = lint(said)
    expect(findings.map(({ code }) => code)).toContain('source-is-vip')
    expect(JSON.stringify(findings)).not.toContain('10.77.66.55')
  })
})
