import { describe, expect, it } from 'vitest'
import { readCommandLine } from '../../../../src/keepalived/process/command-line.ts'

/** A pattern stands for a text that it fits. */
function matching(expected: object): object {
  return JSON.parse(
    JSON.stringify(expected, (_, value) => (value instanceof RegExp ? `re:${value.source}` : value)),
    (_, value) =>
      typeof value === 'string' && value.startsWith('re:') ? expect.stringMatching(new RegExp(value.slice(3))) : value,
  )
}

describe('command line', () => {
  it.each([
    ['-t -f x.conf', { does: 'test', configFile: 'x.conf' }],
    ['--config-test', { does: 'test', configFile: '/etc/keepalived/keepalived.conf' }],
    ['-t -i m1', { does: 'test', configId: 'm1' }],
    ['format x.conf', { does: 'format', configFile: 'x.conf' }],
    ['ctl status --control=/x', { does: 'ctl', controlSocket: '/x', request: { command: 'status' } }],
    ['ctl leave', { request: { command: 'leave', instance: null, holdDownMs: 10_000 } }],
    ['ctl leave --hold-down 2.5 --instance VI_2', { request: { instance: 'VI_2', holdDownMs: 2500 } }],
    ['ctl leave --hold-down soon', { does: 'refuse' }],
    ['ctl switch --instance VI_1', { request: { command: 'switch', instance: 'VI_1' } }],
    ['ctl maintenance', { request: { command: 'maintenance', on: null } }],
    ['ctl maintenance on', { request: { command: 'maintenance', on: true } }],
    ['ctl maintenance maybe', { does: 'refuse', why: 'ctl maintenance wants on or off, not maybe' }],
    ['ctl events --follow', { request: { command: 'events', follow: true } }],
    ['ctl reload now', { does: 'refuse', why: 'ctl reload: now is not expected there' }],
    ['ctl promote', { does: 'refuse', why: 'ctl promote wants the word force' }],
    ['ctl promote force --instance VI_1', { request: { command: 'promote', instance: 'VI_1' } }],
    [
      'ctl',
      { does: 'refuse', why: 'ctl wants one of: status, switch, promote force, leave, maintenance, reload, events' },
    ],
    ['ctl dance', { does: 'refuse', why: /^unknown command: ctl dance/ }],
    ['--signum=JSON', { does: 'signum', name: 'JSON' }],
    ['-t --config-test=/tmp/log', { does: 'test', logFile: '/tmp/log' }],
    ['-V', { does: 'refuse', why: /^--dont-release-vrrp: / }],
    ['-S local8', { does: 'refuse', why: /^--log-facility: local8 is none of/ }],
    ['-n -S 3', { does: 'run', options: { facility: '3' } }],
    ['-n -x -R', { does: 'run', options: { ignored: [/^--snmp has no effect/, /^--dont-respawn/] } }],
    ['--no-such-flag', { does: 'refuse' }],
    ['cleanup -f x.conf', { does: 'cleanup', configFile: 'x.conf' }],
    ['binlog-trim', { does: 'binlog-trim', configFile: '/etc/keepalived/keepalived.conf' }],
    ['--worker vrrp', { does: 'worker', kind: 'vrrp', systemLog: false, facility: null }],
    ['-v', { does: 'version' }],
  ])('%s', (words, expected) => {
    expect(readCommandLine(words.split(' '))).toMatchObject(matching(expected))
  })

  it('takes keepalived’s flags as its init scripts and containers give them', () => {
    const invocation = readCommandLine('-lnD -f /k.conf -P -p /p.pid -r /v.pid -c /c.pid'.split(' '))
    expect(invocation).toEqual({
      does: 'run',
      options: {
        configFile: '/k.conf',
        configId: null,
        pidFile: '/p.pid',
        workerPidFiles: { vrrp: '/v.pid', check: '/c.pid' },
        controlSocket: '/run/mmha-keepalived.sock',
        maintenanceFile: '/var/lib/mmha/maintenance',
        dontFork: true,
        logConsole: true,
        facility: null,
        dumpConfig: false,
        realTime: true,
        ignored: ['--vrrp has no effect: both parts always run'],
      },
    })
  })
})
