import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Config } from '../../../../src/keepalived/config/config.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { type Change, fifoLine } from '../../../../src/keepalived/notify/change.ts'
import type { Mail } from '../../../../src/keepalived/notify/mail.ts'
import { Notifier } from '../../../../src/keepalived/notify/notifier.ts'
import { NotifyQueue } from '../../../../src/keepalived/notify/notify-queue.ts'
import { Scripts } from '../../../../src/keepalived/notify/scripts.ts'
import { isRunning, Sandbox } from '../sandbox.ts'

const instance = (name: string, id: number) => `
vrrp_instance ${name} {
    interface eth0
    virtual_router_id ${id}
    virtual_ipaddress {
        192.0.2.${id}
    }
    smtp_alert
}
`

describe('state changes are told', () => {
  let sandbox: Sandbox
  beforeEach(() => {
    sandbox = new Sandbox()
  })
  afterEach(() => sandbox.remove())

  function notifier(config: Config): {
    notifier: Notifier
    queue: NotifyQueue
    mails: Mail[]
    logs: string[]
    told: Change[]
  } {
    const mails: Mail[] = []
    const told: Change[] = []
    const logs: string[] = []
    const queue = new NotifyQueue(new Scripts(config.global, sandbox.file('keepalived.conf')), (_, text) =>
      logs.push(text),
    )
    const tell = (change: Change) => told.push(change)
    return {
      notifier: new Notifier({ config, queue, mail: (mail) => mails.push(mail), tell }),
      queue,
      mails,
      logs,
      told,
    }
  }

  it('for a sync group when all its members have arrived, and once', async () => {
    const any = sandbox.script('any.sh', `echo "$@" >> ${sandbox.file('log')}`)
    const group = `vrrp_sync_group G {\n group {\n A\n B\n }\n notify ${any}\n}\n`
    const told = notifier(parseConfig(group + instance('A', 1) + instance('B', 2), 'f').config)
    told.notifier.onState('A', 'MASTER', 100)
    told.notifier.onState('B', 'BACKUP', 100)
    told.notifier.onState('B', 'MASTER', 100)
    told.notifier.onState('A', 'MASTER', 90)
    told.notifier.onState('A', 'FAULT', 90)
    told.notifier.onState('B', 'FAULT', 90)
    await told.queue.idle()
    expect(sandbox.read('log')).toBe('GROUP G MASTER 0\nGROUP G FAULT 0\n')
    expect(told.mails.map((mail) => mail.subject)).toEqual([
      'VRRP Instance A - Entering MASTER state',
      'VRRP Instance B - Entering BACKUP state',
      'VRRP Instance B - Entering MASTER state',
      'VRRP Instance A - Entering FAULT state',
      'VRRP Instance B - Entering FAULT state',
    ])
  })

  it('where a database was left, its scripts wait until the successor has it; those of the new holder do not', () => {
    const text = (name: string, id: number, more: string) =>
      instance(name, id).replace('smtp_alert', `notify /n\n${more}`)
    const server = 'mysql_server db {\n socket /s\n credentials /c\n}\n'
    const role = 'role {\n mysql db\n peer 192.0.2.9\n peer_credentials /p\n}'
    const group = 'vrrp_sync_group G {\n group {\n A\n B\n }\n notify /n\n}\n'
    const { notifier: about, queue } = notifier(
      parseConfig(server + group + text('A', 1, role) + text('B', 2, ''), 'f').config,
    )
    const added = vi.spyOn(queue, 'add').mockImplementation(() => undefined)
    for (const state of ['MASTER', 'BACKUP'] as const) for (const name of ['A', 'B']) about.onState(name, state, 100)
    expect(added.mock.calls.map(([key, { extra, afterMs }]) => [key, extra[2], (afterMs ?? 0) > 0])).toEqual([
      ['INSTANCE A', 'MASTER', false],
      ['INSTANCE B', 'MASTER', false],
      ['GROUP G', 'MASTER', false],
      ['INSTANCE A', 'BACKUP', true],
      ['INSTANCE B', 'BACKUP', false],
      ['GROUP G', 'BACKUP', true],
    ])
  })

  it('a script that waits for its time holds up those behind it, and nothing else', async () => {
    const { queue } = notifier(parseConfig('', 'f').config)
    const ok = sandbox.script('ok.sh', `echo $1 >> ${sandbox.file('log')}`)
    const told = (what: string, afterMs: number) => ({
      what,
      command: { argv: [ok], user: null, group: null } as const,
      extra: [what],
      afterMs,
    })
    queue.add('A', told('late', 500))
    queue.add('A', told('behind', 0))
    queue.add('B', told('beside', 0))
    await queue.idle()
    expect(sandbox.read('log')).toBe('beside\nlate\nbehind\n')
  })

  it('on a reload: what is known is told to FIFOs alone, what is removed as the file wants', async () => {
    const any = sandbox.script('any.sh', `echo "$@" >> ${sandbox.file('log')}`)
    const deleted = sandbox.script('deleted.sh', `echo deleted >> ${sandbox.file('log')}`)
    const text = (name: string, id: number, more: string) =>
      instance(name, id).replace('smtp_alert', `notify ${any}\n${more}`)
    const config = parseConfig(
      `global_defs {\n fifo_write_vrrp_states_on_reload\n}${text('A', 1, '')}${text('B', 2, `notify_deleted ${deleted}`)}`,
      'f',
    ).config
    const { notifier: about, queue, told } = notifier(config)
    const state = { t: 'state', state: 'MASTER', priority: 100, at: 0 } as const
    about.receive({ ...state, instance: 'A', known: true })
    about.receive({ ...state, instance: 'A' })
    about.receive({ t: 'priority', instance: 'A', state: 'MASTER', priority: 90 })
    about.receive({ t: 'lower', instance: 'A', priority: 90 })
    about.receive({ ...state, instance: 'A', state: 'STOP', deleted: true })
    about.receive({ ...state, instance: 'B', state: 'STOP', deleted: true })
    await queue.idle()
    expect(sandbox.read('log').split('\n').sort()).toEqual([
      '',
      'INSTANCE A FAULT 100',
      'INSTANCE B DELETED 100',
      'deleted',
    ])
    expect(told.map(fifoLine)).toEqual([
      'INSTANCE "A" MASTER 100\n',
      'INSTANCE "A" MASTER_PRIORITY 90\n',
      'INSTANCE "A" MASTER_RX_LOWER_PRI 90\n',
      'INSTANCE "A" FAULT 100\n',
      'INSTANCE "B" DELETED 100\n',
    ])
  })

  it('in the log, when a script fails or is not there, and the next one runs', async () => {
    const ok = sandbox.script('ok.sh', `echo ok >> ${sandbox.file('log')}`)
    const { queue, logs } = notifier(parseConfig('', 'f').config)
    const add = (what: string, program: string) =>
      queue.add('A', { what, command: { argv: [program], user: null, group: null }, extra: [] })
    const bad = sandbox.script('bad.sh', 'exit 4')
    add('one', bad)
    add('two', '/nowhere')
    add('three', ok)
    await queue.idle()
    expect(sandbox.read('log')).toBe('ok\n')
    expect(logs).toEqual([`one (${bad}): exit code 4`, 'two is not run: /nowhere is not there or not executable'])
  })

  it('to a script that others can change only without script security', async () => {
    const open = sandbox.script('open.sh', `echo ran >> ${sandbox.file('log')}`)
    const config = parseConfig('global_defs {\n enable_script_security\n script_user root\n}', 'f').config
    const { queue, logs } = notifier(config)
    queue.add('A', { what: 'notify', command: { argv: [open], user: null, group: null }, extra: [] })
    await queue.idle()
    expect(sandbox.read('log')).toBe('')
    expect(logs.join()).toMatch(
      /^notify is not run: script security does not run it as root: everyone can write to \/tmp\/mmha-config-\w+ \(chmod o-w /,
    )
  })

  it('and a reload ends no script, and loses none', async () => {
    const slow = sandbox.script('slow.sh', `echo $$ > ${sandbox.file('pid')}; exec sleep 300`)
    const ok = sandbox.script('ok.sh', `echo $1 >> ${sandbox.file('log')}`)
    const { queue, logs } = notifier(parseConfig('', 'f').config)
    const told = (program: string, what: string) => ({
      what,
      command: { argv: [program], user: null, group: null } as const,
      extra: [what],
    })
    queue.add('A', told(slow, 'slow'))
    queue.add('A', told(ok, 'first'))
    queue.add('A', told(ok, 'second'))
    const pid = Number(await sandbox.until('pid', (text) => text.endsWith('\n')))
    const left = await queue.stop(10, true)
    expect(left.map(({ key, notification }) => [key, notification.what])).toEqual([
      ['A', 'first'],
      ['A', 'second'],
    ])
    expect(isRunning(pid)).toBe(true)
    const next = notifier(parseConfig('', 'f').config).queue
    next.resume(JSON.parse(JSON.stringify(left)))
    await next.idle()
    expect(sandbox.read('log')).toBe('first\nsecond\n')
    process.kill(pid)
    expect(logs).toEqual([])
  })

  it('and a script that does not end holds up nobody else and goes when the daemon goes', async () => {
    const hang = sandbox.script('hang.sh', `echo $$ > ${sandbox.file('pid')}; exec sleep 300`)
    const ok = sandbox.script('ok.sh', `echo ok >> ${sandbox.file('log')}`)
    const { queue, logs } = notifier(parseConfig('', 'f').config)
    const add = (key: string, program: string) =>
      queue.add(key, { what: key, command: { argv: [program], user: null, group: null }, extra: [] })
    add('A', hang)
    add('A', ok)
    const pid = Number(await sandbox.until('pid', (text) => text.endsWith('\n')))
    add('B', ok)
    await sandbox.until('log', (text) => text === 'ok\n')
    await queue.stop(50)
    await expect.poll(() => isRunning(pid)).toBe(false)
    expect(logs).toContain('A is not run: the daemon stops')
    expect(sandbox.read('log')).toBe('ok\n')
  })
})
