import { describe, expect, it } from 'vitest'
import { endOf, outsideArgv } from '../../../../src/keepalived/notify/run-outside.ts'

describe('a notify script in a unit of its own', () => {
  const root = { name: 'root', uid: 0, gid: 0, home: '/root' }

  it('has its own time, environment and words, a $ kept from being a variable', () => {
    const words = outsideArgv('u.service', { argv: ['/etc/x y.sh', '$HOME', 'a$$b'], user: root, timeoutMs: 60_000 })
    expect(words.slice(0, 5)).toEqual([
      'systemd-run',
      '--quiet',
      '--collect',
      '--service-type=oneshot',
      '--unit=u.service',
    ])
    expect(words.slice(words.indexOf('--'))).toEqual(['--', '/etc/x y.sh', '$$HOME', 'a$$$$b'])
    expect(words).toContain('--property=TimeoutStartSec=60')
    expect(words.filter((word) => word.startsWith('--setenv='))).toEqual([
      '--setenv=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      '--setenv=HOME=/root',
      '--setenv=USER=root',
      '--setenv=LOGNAME=root',
      '--setenv=SHELL=/bin/sh',
    ])
    expect(words.some((word) => word.startsWith('--uid'))).toBe(false)
  })

  it('runs as its user, and a reader of a FIFO has no time limit', () => {
    const user = { name: 'keepalived_script', uid: 998, gid: 997, home: '/' }
    const words = outsideArgv('u.service', { argv: ['/bin/x'], user, timeoutMs: 2 ** 31 - 1 })
    expect(words).toContain('--uid=998')
    expect(words).toContain('--gid=997')
    expect(words).toContain('--property=TimeoutStartSec=infinity')
  })
})

describe('a check in a unit of its own', () => {
  it('stays when it fails, so that it can be asked for its exit code, and fills no journal', () => {
    const user = { name: 'root', uid: 0, gid: 0, home: '/root' }
    const words = outsideArgv('u.service', { argv: ['/bin/x'], user, timeoutMs: 1500 }, 'check')
    expect(words).not.toContain('--collect')
    expect(words).toContain('--property=LogLevelMax=notice')
    expect(words).toContain('--property=SyslogLevel=notice')
    expect(words).toContain('--property=TimeoutStartSec=2')
  })

  it.each([
    ['ExecMainCode=1\nExecMainStatus=3\n', { end: 'exit', code: 3 }],
    ['ExecMainStatus=255\nExecMainCode=1\n', { end: 'exit', code: 255 }],
    ['ExecMainCode=2\nExecMainStatus=9\n', { end: 'signal', signal: 'signal 9' }],
    ['ExecMainCode=0\nExecMainStatus=0\n', null],
    ['', null],
  ])('%j', (shown, outcome) => {
    expect(endOf(shown)).toEqual(outcome)
  })
})
