import { renameSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { judgeNumber } from '../../../../src/keepalived/check/file-probe.ts'
import { type CheckWorker, startCheckWorker } from '../../../../src/keepalived/check/worker.ts'
import type { FileCheck } from '../../../../src/keepalived/config/file-check.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import type { ToVrrp } from '../../../../src/keepalived/process/messages.ts'
import { Heard, Sandbox } from '../sandbox.ts'

const text = (path: string, check: string, file = '', server = '') => `track_file switch {
  file ${path}
  ${file}
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    192.0.2.10
  }
}
virtual_server 192.0.2.10 3306 {
  real_server 127.0.0.1 3306 {
    ${server}
    FILE_CHECK {
      ${check}
    }
  }
}
`

function read(check: string, file = '') {
  const { config, diagnostics } = parseConfig(text('/run/switch', check, file), 'k.conf')
  return {
    check: config.virtualServers[0]?.realServers[0]?.checks[0],
    errors: diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message),
  }
}

describe('FILE_CHECK in a file', () => {
  it("has the track_file's weight, or its own", () => {
    expect(read('track_file switch').check).toMatchObject({ weight: 1, reverse: false, retry: 0, delayLoop: 0 })
    expect(read('track_file switch', 'weight 0 reverse').check).toMatchObject({ weight: 0, reverse: true })
    expect(read('track_file switch\nweight -3 reverse').check).toMatchObject({ weight: -3, reverse: true })
  })

  it('one of no track_file is said, and not run', () => {
    const { check, errors } = read('track_file other')
    expect(check).toBeUndefined()
    expect(errors).toEqual(['FILE_CHECK of 127.0.0.1: no track_file is called other, it is not run'])
  })
})

describe('the number in the file', () => {
  const file = { name: 'switch', file: '/s', init: null, weight: 0, reverse: false }
  const judge = (value: number, weight: number, reverse = false) =>
    judgeNumber(value, { file, weight, reverse } as FileCheck, 10)

  it.each([
    [0, 0, false, { fault: null }],
    [1, 0, false, { fault: '/s is 1' }],
    [0, 0, true, { fault: '/s is 0' }],
    [-1, 0, true, { fault: null }],
    [3, 2, false, { fault: null, weight: 16 }],
    [3, 2, true, { fault: null, weight: 4 }],
    [-65_534, 1, false, { fault: null, weight: -65_524 }],
    [-65_535, 1, false, { fault: '/s is -65535' }],
    [999_999_999_999_999, 2_147_483_647, false, { fault: null, weight: 65_535 }],
  ])('%i with weight %i (reverse %s) is %j', (value, weight, reverse, finding) => {
    expect(judge(value, weight, reverse)).toEqual(finding)
  })
})

describe('a server with FILE_CHECK', () => {
  let sandbox: Sandbox
  let worker: CheckWorker | null = null
  let sent: Heard<ToVrrp>
  beforeEach(() => {
    sandbox = new Sandbox()
    sent = new Heard()
  })
  afterEach(async () => {
    await worker?.stop()
    sandbox.remove()
  })

  function write(value: string): void {
    writeFileSync(sandbox.file('new'), value)
    renameSync(sandbox.file('new'), sandbox.file('switch'))
  }

  function start(check: string, server = ''): void {
    const { config } = parseConfig(text(sandbox.file('switch'), check, '', server), sandbox.file('k.conf'))
    worker = startCheckWorker({ config, send: (message) => sent.add(message), log: () => undefined })
  }
  const states = () => sent.all.map((message) => message.t === 'track' && message.up)
  const nth = (count: number) => sent.first(() => sent.all.length >= count)

  it('goes down and up as the number changes, without waiting for a delay_loop', async () => {
    start('track_file switch\nweight 0', 'weight 1')
    await nth(1)
    write('-70000')
    await nth(2)
    write('0')
    await nth(3)
    expect(states()).toEqual([true, false, true])
    expect(sent.all[1]).toMatchObject({ reason: expect.stringMatching(/^FILE_CHECK switch: .*switch is -70000$/) })
  })

  it('of weight 0 counts by the number alone', async () => {
    write('5')
    start('track_file switch\nweight 2', 'weight 0')
    await nth(1)
    write('0')
    await nth(2)
    write('1')
    await nth(3)
    expect(states().slice(0, 3)).toEqual([true, false, true])
  })

  it('ends at once although it waits for a change', async () => {
    start('track_file switch')
    await nth(1)
    await worker?.stop()
    worker = null
    expect(states()).toEqual([true])
  })
})
