import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CheckWorker, startCheckWorker } from '../../../../src/keepalived/check/worker.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import type { ToVrrp } from '../../../../src/keepalived/process/messages.ts'
import { Heard, Sandbox } from '../sandbox.ts'

const instance = (more = '') => `
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.10
    }
    ${more}
}
`

describe('the check worker', () => {
  let sandbox: Sandbox
  let worker: CheckWorker | null = null
  let sent: Heard<ToVrrp>
  const servers: Server[] = []

  beforeEach(() => {
    sandbox = new Sandbox()
    sent = new Heard()
  })
  afterEach(async () => {
    await worker?.stop()
    for (const server of servers.splice(0)) server.close()
    sandbox.remove()
  })

  function start(text: string): CheckWorker {
    const { config, diagnostics } = parseConfig(text, sandbox.file('keepalived.conf'))
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    worker = startCheckWorker({
      config,
      send: (message) => sent.add(message),
      log: () => {},
      configFile: sandbox.file('x'),
    })
    return worker
  }

  async function listen(port = 0): Promise<number> {
    const server = createServer((socket) => socket.destroy())
    servers.push(server)
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return address.port
  }

  const virtualServer = (port: number) => `
virtual_server 192.0.2.10 3306 {
    delay_loop 0.05
    real_server 127.0.0.1 ${port} {
        notify_down ${sandbox.script('down.sh', `echo down >> ${sandbox.file('log')}`)}
        notify_up ${sandbox.script('up.sh', `echo up >> ${sandbox.file('log')}`)}
        TCP_CHECK {
            connect_timeout 1
            retry 1
            delay_before_retry 0.05
        }
    }
}
`

  it('takes the address away when the server behind it ends, and runs notify_down, then notify_up', async () => {
    const port = await listen()
    start(instance() + virtualServer(port))
    const track = {
      t: 'track',
      instance: 'VI_1',
      tracker: `real_server 127.0.0.1:${port} of 192.0.2.10:3306`,
      weight: null,
    }
    expect(await sent.first(() => true)).toMatchObject({ ...track, up: true })
    servers.splice(0)[0]?.close()
    expect(await sent.first((message) => message.t === 'track' && !message.up)).toEqual({
      ...track,
      up: false,
      reason: `TCP 127.0.0.1:${port}: ECONNREFUSED`,
    })
    await sandbox.until('log', (text) => text === 'down\n')
    await listen(port)
    await sandbox.until('log', (text) => text === 'down\nup\n')
    expect(sent.all.map((message) => message.t === 'track' && message.up)).toEqual([true, false, true])
  })

  it("leaves the address alone when the server is another host's", async () => {
    start(
      instance() +
        virtualServer(1).replace('127.0.0.1', '192.0.2.77').replace('TCP_CHECK {', 'TCP_CHECK {\nconnect_ip 127.0.0.1'),
    )
    await sandbox.until('log', (text) => text === 'down\n')
    expect(sent.all).toEqual([])
  })

  it('tells of scripts with the weight that counts in the instance', async () => {
    const script = (name: string, weight: number) => `
vrrp_script ${name} {
    script ${sandbox.script(`${name}.sh`, 'exit 1')}
    interval 0.05
    timeout 5
    weight ${weight}
}
`
    const tracked = 'track_script {\n fatal\n heavy\n lighter weight -5\n}'
    start(script('fatal', 0) + script('heavy', -20) + script('lighter', 0) + script('untracked', 0) + instance(tracked))
    const of = (name: string) => sent.first((message) => message.t === 'track' && message.tracker === name)
    const track = { t: 'track', instance: 'VI_1', up: false, reason: 'exit code 1' }
    expect(await of('fatal')).toEqual({ ...track, tracker: 'fatal', weight: null })
    expect(await of('heavy')).toEqual({ ...track, tracker: 'heavy', weight: -20 })
    expect(await of('lighter')).toEqual({ ...track, tracker: 'lighter', weight: -5 })
  })

  it('answers at once for an instance without a database', () => {
    const { receive } = start(instance())
    receive({ t: 'promote', instance: 'VI_1', id: 7, deadlineMs: 100, farewell: false })
    receive({ t: 'demote', instance: 'VI_1', id: 8, reason: 'x' })
    receive({ t: 'leave', instance: 'VI_1', id: 9, holdDownMs: 5000, reason: 'y' })
    expect(sent.all).toEqual([
      { t: 'promoted', instance: 'VI_1', id: 7, ok: true, reason: 'no database' },
      { t: 'demoted', instance: 'VI_1', id: 8, ok: true, reason: 'no database' },
      { t: 'leave', instance: 'VI_1', id: 9, holdDownMs: 5000, reason: 'y' },
    ])
  })

  // A stop waits a second for them: too little where the machine has no time for eight programs in it.
  it('runs the notify scripts of every state in order, the last ones while it stops', { retry: 3 }, async () => {
    const log = sandbox.file('log')
    const slow = sandbox.script('slow.sh', `sleep 0.3; echo "$@" >> ${log}`)
    const quick = sandbox.script('quick.sh', `echo "$@" >> ${log}`)
    const { receive, stop } = start(
      instance(
        `notify_master "${slow} master"\nnotify_backup "${quick} backup"\nnotify_stop "${quick} stop"\nnotify "${quick} any"`,
      ),
    )
    for (const [index, state] of (['INIT', 'BACKUP', 'MASTER', 'MASTER', 'BACKUP', 'STOP'] as const).entries()) {
      receive({ t: 'state', instance: 'VI_1', state, priority: 100 + index, at: 0 })
    }
    await stop()
    worker = null
    expect(sandbox.read('log').split('\n')).toEqual([
      'backup',
      'any INSTANCE VI_1 BACKUP 101',
      'master',
      'any INSTANCE VI_1 MASTER 102',
      'backup',
      'any INSTANCE VI_1 BACKUP 104',
      'stop',
      'any INSTANCE VI_1 STOP 105',
      '',
    ])
  })
})
