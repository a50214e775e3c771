import { mkdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ParsedConfig } from '../../../../src/keepalived/config/config.ts'
import { exitCodeOf, formatDiagnostic } from '../../../../src/keepalived/config/diagnostics.ts'
import { parseConfig, parseConfigFile } from '../../../../src/keepalived/config/parse.ts'
import { didYouMean } from '../../../../src/keepalived/config/suggest.ts'
import { KEYWORDS, keywordsOf } from '../../../../src/keepalived/config/table.ts'
import { Sandbox } from '../sandbox.ts'

const base = 'interface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n192.0.2.1\n}\n'
const instance = (more: string, name = 'VI_1') => `vrrp_instance ${name} {\n${base}${more}\n}\n`

function said(parsed: ParsedConfig): string[] {
  return parsed.diagnostics.map(formatDiagnostic)
}

function saysOf(text: string): string[] {
  return said(parseConfig(text, 'f'))
}

describe('the keyword table', () => {
  it('has for every alias the keyword that it means, in the same block', () => {
    const lost = KEYWORDS.filter(({ status, block, of }) => status === 'alias' && !keywordsOf(block).has(of ?? ''))
    expect(lost).toEqual([])
  })

  it('knows every block that a keyword opens', () => {
    const blocks = new Set(KEYWORDS.map(({ block }) => block))
    const lists = [
      'notification_email',
      'group',
      'virtual_ipaddress',
      'unicast_peer',
      'virtual_routes',
      'virtual_rules',
      'interfaces',
      'track_interface',
      'track_script',
      'tracked_process',
      'tracked_file',
      'interface_up_down_delays',
      'virtual_server_group',
      'skipped',
    ]
    expect(KEYWORDS.filter(({ opens }) => opens !== null && !blocks.has(opens) && !lists.includes(opens))).toEqual([])
  })

  it('has each keyword of a block once, with a default inside of its range', () => {
    const names = KEYWORDS.map(({ block, name }) => `${block} ${name}`)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    for (const { default: value, values } of KEYWORDS) {
      const [spec] = values
      if (typeof value !== 'number' || spec === undefined || !('min' in spec)) continue
      expect(value).toBeGreaterThanOrEqual(spec.min)
      expect(value).toBeLessThanOrEqual(spec.max)
    }
  })
})

describe('a near miss', () => {
  it.each([
    ['raise', ['rise', 'fall'], 'rise'],
    ['presitence_timeout', ['persistence_timeout', 'protocol'], 'persistence_timeout'],
    ['advert_int', ['advert_int'], 'advert_int'],
    ['fwll', ['fall', 'full'], null],
    ['priorityyyy', ['priority'], null],
    ['x', ['y'], null],
  ])('%s among %j is %s', (word, candidates, expected) => {
    expect(didYouMean(word, candidates)).toBe(expected)
  })

  it('is not made of a keyword that keepalived knows', () => {
    expect(saysOf(instance('track_bfd {\n x\n}'))).toContain(
      'f:7:1 warning: track_bfd is not supported yet: it is not tracked',
    )
  })
})

describe('what does not go together is said', () => {
  it.each([
    [
      'role without its server',
      instance('role {\n mysql db\n peer 192.0.2.2\n peer_credentials /x\n}'),
      'f:8:2 error: VI_1: no mysql_server is called db; the instance does not run',
    ],
    [
      'role half written',
      instance('role {\n mysql db\n}'),
      'f:7:1 error: VI_1: role without peer ADDRESS, peer_credentials FILE; the instance does not run (add it)',
    ],
    [
      'a lease that outlives the peer',
      instance('version 3\nadvert_int 0.5\nvip_lease 1.2'),
      "f:9:1 warning: VI_1: a lease of 2 s outlives the peer's patience of 1.50 s; both may hold the address (a lease shorter than 3 × advert_int − 0.35 s)",
    ],
    [
      'nopreempt with a weight',
      `vrrp_script s {\n script /bin/true\n weight -5\n}\n${instance('nopreempt\ntrack_script {\n s\n}')}`,
      'f:11:1 warning: VI_1: with nopreempt the weight of s never moves the address (leave the weight out: then a failure is a fault and the peer takes over)',
    ],
    [
      'recipients without a relay',
      `global_defs {\n notification_email {\n  a@example.com\n }\n}\n${instance('')}`,
      'f:2:2 warning: notification_email without smtp_server: nobody gets mail (add smtp_server 127.0.0.1, or the address of your relay)',
    ],
    [
      'a password on version 3',
      instance('version 3\nauthentication {\n auth_pass x\n}'),
      'f:8:1 warning: VI_1: VRRP version 3 has no authentication, ignored (remove it, or write version 2)',
    ],
    [
      'two families',
      instance('virtual_ipaddress {\n 2001:db8::1\n}'),
      'f:8:2 error: VI_1 holds IPv4 addresses, 2001:db8::1 skipped (virtual_ipaddress_excluded, or a second vrrp_instance)',
    ],
    [
      'one address in two instances',
      instance('') + instance('virtual_router_id 52', 'VI_2'),
      'f:9:1 error: 192.0.2.1 is in VI_1 and in VI_2 (each address in one instance)',
    ],
    [
      'a value twice',
      instance('priority 9\npriority 8'),
      'f:8:1 warning: priority is given again (line 7); the last one counts',
    ],
    [
      'arguments without quotes',
      instance('notify /bin/x --to y z'),
      'f:7:15 warning: taken as arguments; keepalived takes the words after a script as user and group (write "/bin/x --to y z")',
    ],
  ])('%s', (_, text, expected) => {
    expect(saysOf(text)).toContain(expected)
  })

  it.each([
    ['a group that is none', 'mcast_dst_ip 192.0.2.99', 'error value-bad'],
    ['a signature without a key', 'auth_hmac {\n active_key 1\n}', 'error conflict'],
    ['a key that is too short', 'auth_hmac {\n key 1 hex:00ff\n}', 'error value-bad'],
  ])('an instance that its peer would not hear does not run: %s', (_, more, said) => {
    const { config, diagnostics } = parseConfig(instance(more), 'f')
    expect(config.instances).toEqual([])
    expect(diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual(
      expect.arrayContaining(['error unusable', said]),
    )
    expect(exitCodeOf(diagnostics)).toBe(2)
  })

  it('an instance that must be unicast and has no peer does not run', () => {
    const text = instance('unicast_src_ip 192.0.2.3\nunicast_fault_no_peer')
    expect(parseConfig(text, 'f').config.instances).toEqual([])
    expect(saysOf(text)).toContain('f:7:1 error: VI_1: unicast without a peer; it does not run (add unicast_peer)')
  })

  it('an instance whose role can not work does not run as a plain one', () => {
    const text = instance('role {\n mysql db\n}')
    const { config, diagnostics } = parseConfig(text, 'f')
    expect(config.instances).toEqual([])
    expect(exitCodeOf(diagnostics)).toBe(2)
  })

  it('settings that a } too many has thrown out of their block are said once', () => {
    const text = 'vrrp_instance A {\n interface eth0\n}\n virtual_router_id 5\n priority 9\n nopreempt\n}\n'
    expect(saysOf(text)).toEqual([
      'f:1:1 error: A has no virtual_router_id and does not run (add virtual_router_id 1..255)',
      'f:1:1 error: no vrrp_instance is left to run',
      'f:4:2 error: virtual_router_id 5 and 2 more settings up to line 6 stand outside of their block, skipped (look for a } too many before this line)',
      'f:7:1 error: a } that closes nothing, skipped (remove it)',
    ])
  })

  it('a block that is not closed ends where the next one starts', () => {
    const text = `vrrp_instance A {\n${base}\nvrrp_instance B {\n${base.replace('51', '52').replace('2.1', '2.2')}}\n`
    const { config, diagnostics } = parseConfig(text, 'f')
    expect(config.instances.map(({ name }) => name)).toEqual(['A', 'B'])
    expect(diagnostics.map(formatDiagnostic)).toEqual([
      'f:1:1 error: the block of vrrp_instance A is never closed before line 8 (add })',
    ])
  })
})

describe('a name in other defaults', () => {
  it('scripts: user and group after the command', () => {
    const { config } = parseConfig(instance('notify_master "/bin/x \'a b\' \\"c d\\"" haproxy adm'), 'f')
    expect(config.instances[0]?.notify.master).toEqual({
      argv: ['/bin/x', 'a b', 'c d'],
      user: 'haproxy',
      group: 'adm',
    })
  })

  it('real servers: timing from the nearest block that has it', () => {
    const text = `virtual_server 192.0.2.1 3306 {
    retry 7
    weight 4
    connect_timeout 9
    real_server 192.0.2.5 {
        connect_timeout 8
        TCP_CHECK {
            delay_before_retry 2
        }
    }
}
`
    const [virtual] = parseConfig(text + instance(''), 'f').config.virtualServers
    expect(virtual).toMatchObject({
      realServers: [
        { port: 3306, weight: 4, checks: [{ delayLoop: 60, retry: 7, connectTimeout: 8, delayBeforeRetry: 2 }] },
      ],
    })
  })

  it('instances: from global_defs', () => {
    const global =
      'global_defs {\n default_interface eth9\n vrrp_version 3\n vrrp_garp_master_refresh 60\n vrrp_min_garp\n smtp_alert\n}\n'
    const text = 'vrrp_instance A {\n state MASTER\n virtual_router_id 5\n virtual_ipaddress {\n 192.0.2.1\n }\n}\n'
    expect(parseConfig(global + text, 'f').config.instances[0]).toMatchObject({
      interface: 'eth9',
      version: 3,
      priority: 255,
      garpMasterDelay: 0,
      garpMasterRepeat: 1,
      garpMasterRefresh: 60,
      smtpAlert: true,
    })
  })
})

describe('a file of this host', () => {
  let sandbox: Sandbox
  beforeEach(() => {
    sandbox = new Sandbox()
  })
  afterEach(() => sandbox.remove())

  function write(name: string, text: string): string {
    writeFileSync(sandbox.file(name), text)
    return sandbox.file(name)
  }

  it('that can not be read is exit code 4', () => {
    const { config, diagnostics } = parseConfigFile(sandbox.file('none.conf'))
    expect(diagnostics.map(formatDiagnostic)).toEqual([
      `${sandbox.file('none.conf')}:1:1 error: can't read the file (check path and rights)`,
    ])
    expect(exitCodeOf(diagnostics)).toBe(4)
    expect(config.instances).toEqual([])
  })

  it('includes others, by pattern and relative to itself, with their own lines', () => {
    mkdirSync(sandbox.file('conf.d'))
    write('conf.d/b.conf', instance('prioritty 9', 'B').replace('51', '52').replace('2.1', '2.2'))
    write('conf.d/a.conf', 'vrrp_instance A {\n include ../inner.txt\n}\n')
    write('conf.d/.hidden.conf', 'x')
    write('inner.txt', base)
    const parsed = parseConfigFile(write('main.conf', 'include conf.d/*.conf\n'))
    expect(parsed.config.instances.map(({ name, priority }) => [name, priority])).toEqual([
      ['A', 100],
      ['B', 9],
    ])
    expect(said(parsed)).toEqual([
      `${sandbox.file('conf.d/b.conf')}:7:1 warning: unknown keyword prioritty is taken as priority; keepalived would ignore it (write priority)`,
    ])
  })

  it('that includes itself, or what is not there, is read as far as it goes', () => {
    const path = write('main.conf', `include main.conf\ninclude gone.conf\n${instance('')}`)
    const parsed = parseConfigFile(path)
    expect(parsed.config.instances).toHaveLength(1)
    expect(said(parsed)).toEqual([
      `${path}:1:9 error: ${path} includes itself, skipped`,
      `${path}:2:9 error: can't read ${sandbox.file('gone.conf')}, which is included here (create it or remove the line)`,
    ])
    expect(exitCodeOf(parsed.diagnostics)).toBe(5)
  })

  it('has its scripts looked at: there, executable, and safe from others', () => {
    sandbox.script('beside.sh', 'exit 0')
    const global = 'global_defs {\n enable_script_security\n script_user root\n}\n'
    const path = write('main.conf', global + instance('notify_master /nowhere/x.sh\nnotify_backup beside.sh'))
    const parsed = parseConfigFile(path)
    const [missing, found, unsafe] = said(parsed)
    expect(missing).toBe(
      `${path}:11:1 error: notify_master of VI_1: /nowhere/x.sh is not there or not executable; it is not run (create it, then: chmod +x /nowhere/x.sh)`,
    )
    expect(found).toBe(
      `${path}:12:1 warning: notify_backup of VI_1: beside.sh is found as ${sandbox.file('beside.sh')} (write the path)`,
    )
    expect(unsafe).toContain(
      `${path}:12:1 error: notify_backup of VI_1: not run as root: everyone can write to ${sandbox.path} (`,
    )
    expect(exitCodeOf(parsed.diagnostics)).toBe(6)
  })
})
