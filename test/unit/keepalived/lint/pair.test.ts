import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../../src/keepalived/config/config.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { lintPair } from '../../../../src/keepalived/lint/pair.ts'
import type { Trap } from '../../../../src/keepalived/lint/trap.ts'
import { fixture } from '../config/fixtures.ts'
import { grouped, type Parts, sample } from './sample.ts'

const A = { instance: 'state BACKUP\nnopreempt\npriority 254' }
const B = { instance: 'state BACKUP\nnopreempt\npriority 253' }

function between(a: string, b: string): Diagnostic[] {
  return lintPair(parseConfig(a, 'a.conf'), parseConfig(b, 'b.conf'))
}

const text = (parts: Parts | string) => (typeof parts === 'string' ? parts : sample(parts))
const withLine = (base: { instance: string }, line: string) => ({ instance: `${base.instance}\n${line}` })
const password = (pass: string) => `authentication {\nauth_type PASS\nauth_pass ${pass}\n}`
const unicast = (own: string, peer: string) => `unicast_src_ip ${own}\nunicast_peer {\n${peer}\n}`
const weighted = (priority: number, weight: number, more = ''): Parts => ({
  script: `script /bin/x\ninterval 1\nweight ${weight}`,
  instance: `priority ${priority}\n${more}`,
})
const role = (peer: string, more = '') =>
  `role {\nmysql m\npeer ${peer} 3306\npeer_credentials /etc/x.cnf\nheartbeat_port 3399\n${more}\n}`
const database = (own: string, other: string, rest: string, priority = 100): Parts => ({
  instance: `state BACKUP\nnopreempt\npriority ${priority}\n${unicast(own, other)}\n${rest}`,
  more: 'mysql_server m {\nsocket /run/mysqld/mysqld.sock\ncredentials /etc/y.cnf\n}',
})

const signed = (id: number, letter: string, more = '') => `auth_hmac {\nkey ${id} ${letter.repeat(32)}\n${more}\n}`

type Case = readonly [trap: Trap, a: Parts | string, b: Parts | string, said: string]

const WRONG: readonly Case[] = [
  ['pair-vrid', { ...A, vrid: 60 }, { ...B, vrid: 61 }, 'virtual_router_id 61 here, 60 in a.conf:13'],
  [
    'pair-missing',
    grouped('priority 9', 'priority 9'),
    sample({ instance: 'priority 8' }),
    'VI_2 (virtual_router_id 61) is not in b.conf',
  ],
  ['pair-version', withLine(A, 'version 3'), B, 'version 2 here, 3 in a.conf'],
  ['pair-interval', withLine(A, 'advert_int 1'), withLine(B, 'advert_int 2'), 'advert_int 2 s here, 1 s in a.conf'],
  ['pair-auth', withLine(A, password('1111')), withLine(B, password('1112')), 'auth_pass differs'],
  ['pair-auth', withLine(A, password('1111')), B, 'no authentication here, PASS in a.conf'],
  ['pair-auth', withLine(A, signed(1, 'a')), B, 'auth_hmac: only one of the nodes has it'],
  ['pair-auth', withLine(A, signed(1, 'a')), withLine(B, signed(1, 'b')), 'auth_hmac: key 1 differs'],
  ['pair-auth', withLine(A, signed(1, 'a')), withLine(B, signed(2, 'a')), 'is active on one node and unknown'],
  [
    'pair-auth',
    withLine(A, signed(1, 'a')),
    withLine(B, signed(1, 'a', 'mode receive-only')),
    'one node enforces signatures, the other sends none',
  ],
  ['pair-group', withLine(A, 'mcast_dst_ip 224.0.0.77'), B, 'adverts go to 224.0.0.18 here, to 224.0.0.77 in a.conf'],
  ['pair-vips', { ...A, vips: '10.0.0.100' }, { ...B, vips: '10.0.0.100\n10.0.0.101' }, '10.0.0.101/32 only here'],
  ['pair-vips', { ...A, vips: '10.0.0.100/24' }, { ...B, vips: '10.0.0.100' }, '10.0.0.100/24 only in a.conf'],
  ['pair-vip-order', { ...A, vips: '10.0.0.1\n10.0.0.2' }, { ...B, vips: '10.0.0.2\n10.0.0.1' }, 'another order'],
  ['pair-priority', A, A, 'priority 254 here and in a.conf'],
  ['pair-nopreempt', A, { instance: 'priority 253' }, 'no nopreempt here, unlike a.conf'],
  [
    'pair-master',
    { instance: 'state MASTER\npriority 100' },
    { instance: 'state MASTER\npriority 90' },
    'state MASTER here and in a.conf',
  ],
  ['pair-weight-gap', weighted(150, -2), weighted(100, -2), 'lowers 150 to 148, and the peer has 100'],
  ['pair-weight-gap', weighted(150, -50), weighted(100, -50), 'lowers 150 to 100, and the peer has 100'],
  ['pair-weight-gap', weighted(100, 2), weighted(90, 2), 'lowers 102 to 100, and the peer has 92'],
  ['pair-unicast', withLine(A, unicast('10.0.0.1', '10.0.0.2')), B, 'multicast here, unicast in a.conf'],
  [
    'pair-unicast',
    withLine(A, unicast('10.0.0.1', '10.0.0.2')),
    withLine(B, unicast('10.0.0.3', '10.0.0.1')),
    'does not list 10.0.0.3',
  ],
  [
    'pair-unicast',
    withLine(A, unicast('10.0.0.1', '10.0.0.2')),
    withLine(B, unicast('10.0.0.1', '10.0.0.2')),
    'unicast_src_ip 10.0.0.1 on both nodes',
  ],
  [
    'pair-groups',
    grouped('priority 9', 'priority 9'),
    grouped('priority 8', 'priority 8').replace('\nVI_2\n}\n}', '\n}\n}'),
    'has no like in b.conf',
  ],
  [
    'pair-role',
    database('10.0.0.1', '10.0.0.2', role('10.0.0.2')),
    database('10.0.0.2', '10.0.0.1', role('10.0.0.9')),
    'peer 10.0.0.9, but the other node is 10.0.0.1',
  ],
  [
    'pair-role',
    database('10.0.0.1', '10.0.0.2', role('10.0.0.2')),
    database('10.0.0.2', '10.0.0.1', ''),
    'no role here',
  ],
  [
    'pair-policy',
    database('10.0.0.1', '10.0.0.2', role('10.0.0.2')),
    database('10.0.0.2', '10.0.0.1', role('10.0.0.1', 'policy consistency')),
    'policy consistency here, availability in a.conf',
  ],
]

const untracked = (parts: Parts) => sample(parts).replace('track_script {\nchk\n}', '')

const RIGHT: readonly (readonly [what: string, a: Parts | string, b: Parts | string])[] = [
  ['a pair as it should be', A, B],
  ['the same password', withLine(A, password('1111')), withLine(B, password('1111'))],
  [
    'passwords that differ after the eighth character',
    withLine(A, password('123456789')),
    withLine(B, password('123456780')),
  ],
  ['a weight that is larger than the gap', weighted(150, -51), weighted(100, -51)],
  ['a positive weight that is larger than the gap', weighted(100, 20), weighted(90, 20)],
  ['a fault instead of a weight', weighted(150, 0), weighted(100, 0)],
  ['unicast to each other', withLine(A, unicast('10.0.0.1', '10.0.0.2')), withLine(B, unicast('10.0.0.2', '10.0.0.1'))],
  ['checks on neither node', untracked(A), untracked(B)],
  [
    'a check that has another name',
    A,
    text(B).replace('vrrp_script chk', 'vrrp_script other').replace('track_script {\nchk', 'track_script {\nother'),
  ],
  ['one MASTER', { instance: 'state MASTER\npriority 100' }, { instance: 'state BACKUP\npriority 90' }],
  ['other interfaces', { ...A, nic: 'eth0' }, { ...B, nic: 'ens33' }],
  [
    'groups in another order',
    grouped('priority 9', 'priority 9'),
    grouped('priority 8', 'priority 8').replace('VI_1\nVI_2', 'VI_2\nVI_1'),
  ],
  [
    'two databases that know each other',
    database('10.0.0.1', '10.0.0.2', role('10.0.0.2'), 100),
    database('10.0.0.2', '10.0.0.1', role('10.0.0.1'), 99),
  ],
]

describe('two nodes that do not fit', () => {
  it.each(WRONG)('%s', (trap, a, b, said) => {
    const messages = between(text(a), text(b))
      .filter(({ code }) => code === trap)
      .map(({ message }) => message)
    expect(messages.join('\n')).toContain(said)
  })

  it.each(RIGHT)('nothing: %s', (_what, a, b) => {
    expect(between(text(a), text(b))).toEqual([])
  })

  it('pair-trackers', () => {
    expect(between(text(A), untracked(B))).toMatchObject([
      { code: 'pair-trackers', file: 'b.conf', message: 'VI_1: nothing is tracked here, chk in a.conf:11' },
    ])
  })

  it('never shows a password', () => {
    const said = between(text(withLine(A, password('s3cr3t-a'))), text(withLine(B, password('s3cr3t-b'))))
    expect(said.map(({ code }) => code)).toEqual(['pair-auth'])
    expect(JSON.stringify(said)).not.toContain('s3cr3t')
  })

  it('is an error on version 2 only when intervals differ: version 3 learns', () => {
    const [finding, ...more] = between(
      text(withLine(A, 'version 3\nadvert_int 1')),
      text(withLine(B, 'version 3\nadvert_int 2')),
    )
    expect(more).toEqual([])
    expect(finding).toMatchObject({ code: 'pair-interval', severity: 'warning' })
  })

  it('compares by number and address, not by name', () => {
    expect(between(text(A), text(B).replace('vrrp_instance VI_1', 'vrrp_instance OTHER'))).toEqual([])
  })

  it('finds what the wiki pages differ in', () => {
    const pair = (a: string, b: string) =>
      lintPair(parseConfig(fixture(`seeds/${a}`), a), parseConfig(fixture(`seeds/${b}`), b)).map(({ code }) => code)
    expect(pair('gtid-master1.conf', 'gtid-master2.conf')).toEqual([])
    expect(pair('unicast-nginx1.conf', 'unicast-nginx2.conf')).toEqual([])
  })
})
