import { describe, expect, it } from 'vitest'
import { readCommandLine } from '../../../../src/keepalived/process/command-line.ts'

describe('command line', () => {
  it.each([
    ['-t -f x.conf', { does: 'test', configFile: 'x.conf' }],
    ['--config-test', { does: 'test', configFile: '/etc/keepalived/keepalived.conf' }],
    ['-t -i m1', { does: 'test', configId: 'm1' }],
    ['format x.conf', { does: 'format', configFile: 'x.conf' }],
    ['ctl status --control=/x', { does: 'status', controlSocket: '/x' }],
    ['ctl leave', { does: 'leave', instance: null, holdDownMs: 10_000 }],
    ['ctl leave --hold-down 2.5 --instance VI_2', { does: 'leave', instance: 'VI_2', holdDownMs: 2500 }],
    ['ctl leave --hold-down soon', { does: 'refuse' }],
    ['ctl dance', { does: 'refuse', why: 'unknown command: ctl dance' }],
    ['--no-such-flag', { does: 'refuse' }],
    ['cleanup -f x.conf', { does: 'cleanup', configFile: 'x.conf' }],
    ['binlog-trim', { does: 'binlog-trim', configFile: '/etc/keepalived/keepalived.conf' }],
    ['--worker vrrp', { does: 'worker', kind: 'vrrp', systemLog: false }],
    ['-v', { does: 'version' }],
  ])('%s', (words, expected) => {
    expect(readCommandLine(words.split(' '))).toMatchObject(expected)
  })

  it('takes keepalived’s flags as its init scripts and containers give them', () => {
    expect(readCommandLine('-lnD -f /k.conf -P -p /p.pid -r /v.pid -c /c.pid'.split(' '))).toEqual({
      does: 'run',
      options: {
        configFile: '/k.conf',
        configId: null,
        pidFile: '/p.pid',
        controlSocket: '/run/mmha-keepalived.sock',
        dontFork: true,
        logConsole: true,
        dumpConfig: false,
        realTime: true,
      },
    })
  })
})
