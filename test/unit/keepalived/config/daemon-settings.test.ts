import { describe, expect, it } from 'vitest'
import { umaskOf } from '../../../../src/keepalived/config/daemon-settings.ts'
import { formatDiagnostic } from '../../../../src/keepalived/config/diagnostics.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'

describe('umask', () => {
  it.each([
    ['022', 0o022],
    ['0x12', 0o022],
    ['18', 0o022],
    ['0', 0],
    ['IWGRP|IWOTH', 0o022],
    ['IRUSR | IXOTH', 0o401],
    ['7777', null],
    ['IWALL', null],
    ['', null],
  ])('%s is %s', (text, mode) => {
    expect(umaskOf(text)).toBe(mode)
  })
})

describe('the settings of the daemon', () => {
  it('have keepalived’s defaults', () => {
    expect(parseConfig('', 'f').config.global.daemon).toEqual({ startup: null, shutdown: null, umask: 0o022 })
  })

  it('are read, and their scripts are looked at as all are', () => {
    const text =
      'global_defs {\n startup_script "/bin/a b" root\n startup_script_timeout 3\n shutdown_script /bin/c\n umask IRWXO\n}\n'
    const { config, scripts, diagnostics } = parseConfig(text, 'f')
    expect(config.global.daemon).toEqual({
      startup: { command: { argv: ['/bin/a', 'b'], user: 'root', group: null }, timeout: 3 },
      shutdown: { command: { argv: ['/bin/c'], user: null, group: null }, timeout: 10 },
      umask: 0o022,
    })
    expect(scripts.map(({ role }) => role)).toEqual(['startup_script', 'shutdown_script'])
    expect(diagnostics.map(formatDiagnostic)).toContain(
      'f:5:2 error: umask: IRWXO is no mode (write umask 022, or IWGRP|IWOTH)',
    )
  })

  it('say once a topic what has no effect here', () => {
    const text =
      'global_defs {\n vrrp_priority -20\n enable_traps\n checker_cpu_affinity 0 1\n lvs_flush\n vrrp_rt_priority 50\n}\nvirtual_server 192.0.2.1 80 {\n lb_algo rr\n lb_kind DR\n}\n'
    const said = parseConfig(text, 'f').diagnostics.map(formatDiagnostic)
    expect(said.filter((line) => line.includes('without effect'))).toEqual([
      'f:2:2 note: the processes are scheduled as their systemd unit says; without effect: vrrp_priority, checker_cpu_affinity, vrrp_rt_priority',
      'f:3:2 note: there is no SNMP here; status is on the control socket and in the metrics; without effect: enable_traps',
      'f:5:2 note: no balancing here, real servers are only checked; without effect: lvs_flush, lb_algo, lb_kind',
    ])
  })
})
