import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KnownPool } from '../../../../src/keepalived/check/pool.ts'
import { type CheckWorker, startCheckWorker } from '../../../../src/keepalived/check/worker.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import type { ToVrrp } from '../../../../src/keepalived/process/messages.ts'
import { Heard, isRunning, Sandbox } from '../sandbox.ts'

const INSTANCE = `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    192.0.2.10
  }
}
`

describe('real servers with MISC_CHECK', () => {
  let sandbox: Sandbox
  let worker: CheckWorker | null = null
  let sent: Heard<ToVrrp>
  let logged: Heard<string>

  beforeEach(() => {
    sandbox = new Sandbox()
    sent = new Heard()
    logged = new Heard()
    known = {}
  })
  let known: Record<string, KnownPool>
  afterEach(async () => {
    await worker?.stop()
    sandbox.remove()
  })

  /** Exits with the number in `code`, which can change. */
  function script(): string {
    return sandbox.script('check.sh', `echo run >> ${sandbox.file('runs')}\nexit $(cat ${sandbox.file('code')})`)
  }

  /** A script that writes its name and arguments into `log`. */
  const noting = (name: string) => sandbox.script(`${name}.sh`, `echo ${name} >> ${sandbox.file('log')}`)

  function exitWith(code: number): void {
    // Whole at any moment: the script reads it meanwhile.
    writeFileSync(sandbox.file('code.new'), `${code}\n`)
    renameSync(sandbox.file('code.new'), sandbox.file('code'))
  }

  function start(check: string, head = '', weight = 1): void {
    // The default is delay_loop: on a busy machine a shell takes longer than that to start.
    const patience = check.includes('misc_timeout') ? '' : 'misc_timeout 20'
    const text = `${INSTANCE}virtual_server 192.0.2.10 3306 {
  delay_loop 0.05
  quorum_up ${noting('quorum_up')}
  quorum_down ${noting('quorum_down')}
  ${head}
  real_server 127.0.0.1 3306 {
    weight ${weight}
    notify_up ${noting('notify_up')}
    notify_down ${noting('notify_down')}
    MISC_CHECK {
      ${check}
      ${patience}
    }
  }
}
`
    const { config, diagnostics } = parseConfig(text, sandbox.file('keepalived.conf'))
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    const log = (_level: string, line: string) => logged.add(line)
    const send = (message: ToVrrp) => sent.add(message)
    const onKnown = (name: string, pool: KnownPool) => {
      known = { ...known, [name]: pool }
    }
    worker = startCheckWorker({ config, send, log, configFile: sandbox.file('x'), known, onKnown })
  }

  const track = (up: boolean) => (message: ToVrrp) => message.t === 'track' && message.up === up
  const states = () => sent.all.map((message) => message.t === 'track' && message.up)

  it('exit code 0 is up, another is down after its retries; scripts run as the server and its quorum change', async () => {
    exitWith(0)
    start(`misc_path ${script()}\nretry 2\ndelay_before_retry 0.02`)
    await sent.first(track(true))
    exitWith(1)
    expect(await sent.first(track(false))).toMatchObject({
      tracker: expect.stringMatching(/^real_server 127\.0\.0\.1:3306 of /),
      weight: null,
      reason: expect.stringMatching(/^MISC_CHECK .*check\.sh: exit code 1$/),
    })
    exitWith(0)
    await sandbox.until('log', (text) => text.split('\n').length > 5)
    expect(states()).toEqual([true, false, true])
    const lines = sandbox.read('log').trim().split('\n')
    // Scripts of the server and of the virtual server run side by side.
    expect(lines.filter((line) => line.startsWith('notify'))).toEqual(['notify_down', 'notify_up'])
    expect(lines.filter((line) => line.startsWith('quorum'))).toEqual(['quorum_up', 'quorum_down', 'quorum_up'])
  })

  it("says it in keepalived's words", async () => {
    exitWith(1)
    start(`misc_path ${script()}`)
    await logged.first((line) => line === 'Removing service [127.0.0.1]:tcp:3306 from VS [192.0.2.10]:tcp:3306')
    expect(logged.all).toContain('Starting with quorum up 1+0=1 <= 1 for VS [192.0.2.10]:tcp:3306')
    await logged.first((line) => line.startsWith('Lost quorum 1-0=1 > 0 for VS [192.0.2.10]:tcp:3306: MISC_CHECK '))
    exitWith(0)
    await logged.first((line) => line === 'Adding service [127.0.0.1]:tcp:3306 to VS [192.0.2.10]:tcp:3306')
  })

  it('inhibit_on_failure: the server is said to be disabled', async () => {
    exitWith(1)
    start(`misc_path ${script()}`, 'inhibit_on_failure')
    await logged.first((line) => line === 'Disabling service [127.0.0.1]:tcp:3306 of VS [192.0.2.10]:tcp:3306')
  })

  it('misc_dynamic: the exit code is the weight plus two, and a weight of 0 moves the address', async () => {
    exitWith(9)
    start(`misc_path ${script()}\nmisc_dynamic`)
    await logged.first((line) => line.startsWith('Changing weight from 1 to 7 for service [127.0.0.1]:tcp:3306 of VS'))
    await sent.first(track(true))
    exitWith(2)
    await sent.first(track(false))
    exitWith(0)
    const runs = sandbox.read('runs').length
    // The one that has begun meanwhile, and two after that.
    await sandbox.until('runs', (text) => text.length >= runs + 3 * 'run\n'.length)
    // "Unchanged", and no failure: notify_down has not run.
    expect(states()).toEqual([true, false])
    expect(sandbox.read('log')).not.toContain('notify_down')
    exitWith(255)
    await logged.first((line) => line.startsWith('Changing weight from 0 to 253 '))
    expect(states()).toEqual([true, false, true])
  })

  it('without misc_dynamic, exit code 2 is a failure', async () => {
    exitWith(2)
    start(`misc_path ${script()}`)
    await sent.first(track(false))
  })

  it('a hang is down at misc_timeout; the next run begins when nothing is left of it', async () => {
    const pid = sandbox.file('pid')
    const hanging = sandbox.script('hang.sh', `trap '' TERM\necho $$ >> ${pid}\nsleep 1000 & wait\nsleep 1000`)
    start(`misc_path ${hanging}\nmisc_timeout 0.1`)
    expect(await sent.first(track(false))).toMatchObject({ reason: expect.stringMatching(/hang\.sh: timed out$/) })
    const [first] = readFileSync(pid, 'utf8').split('\n')
    expect(isRunning(Number(first))).toBe(true)
    await sandbox.until('pid', (text) => text.split('\n').length > 2)
    expect(isRunning(Number(first))).toBe(false)
  })

  it('one that is not there is said, and counts as up, as keepalived takes it out', async () => {
    start('misc_path /nowhere/check.sh', 'alpha')
    await logged.first((line) => /real server 127\.0\.0\.1:3306 is not run and counts as up: \/nowhere/.test(line))
    await sent.first(track(true))
  })

  it('omega: the end of the daemon runs notify_down and quorum_down; a reload does not', async () => {
    exitWith(0)
    start(`misc_path ${script()}`, 'omega')
    await sent.first(track(true))
    await worker?.stop(false)
    expect(sandbox.read('log')).toBe('quorum_up\n')
    start(`misc_path ${script()}`, 'omega')
    const runs = sandbox.read('runs').length
    await sandbox.until('runs', (text) => text.length >= runs + 2 * 'run\n'.length)
    // The quorum was there before.
    expect(sandbox.read('log')).toBe('quorum_up\n')
    await worker?.stop(true)
    expect(sandbox.read('log').trim().split('\n').slice(1).sort()).toEqual(['notify_down', 'quorum_down'])
  })

  it('a reload: an alpha server stays up, and a dead one is not told again', async () => {
    exitWith(0)
    start(`misc_path ${script()}`, 'alpha')
    await sent.first(track(true))
    await worker?.stop(false)
    start(`misc_path ${script()}`, 'alpha')
    exitWith(1)
    await sandbox.until('log', (text) => text.includes('notify_down'))
    expect(states()).toEqual([false, true, true, false])
    await worker?.stop(false)
    start(`misc_path ${script()}`, 'alpha')
    const runs = sandbox.read('runs').length
    await sandbox.until('runs', (text) => text.length >= runs + 3 * 'run\n'.length)
    expect(states()).toEqual([false, true, true, false, false])
    expect(sandbox.read('log').match(/notify_down/g)).toHaveLength(1)
  })

  it('log_all_failures: those that change nothing, too', async () => {
    exitWith(3)
    start(`misc_path ${script()}\nretry 2\ndelay_before_retry 0.02\nlog_all_failures`)
    await sent.first(track(false))
    const failures = logged.all.filter((line) =>
      /^real server 127\.0\.0\.1:3306: MISC_CHECK .*: exit code 3$/.test(line),
    )
    expect(failures).toHaveLength(3)
  })
})
