import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { Scripts } from '../../../../src/keepalived/notify/scripts.ts'
import { askVeto } from '../../../../src/keepalived/role/veto.ts'
import { Sandbox } from '../sandbox.ts'

let sandbox: Sandbox
beforeEach(() => {
  sandbox = new Sandbox()
})
afterEach(() => sandbox.remove())

function asked(program: string, deadline: number, said: string[] = []): Promise<string | null> {
  const { config } = parseConfig('global_defs {\n}\n', 'keepalived.conf')
  return askVeto({
    instance: 'VI_1',
    role: { prePromote: { argv: [program], user: null, group: null }, prePromoteDeadline: deadline },
    scripts: new Scripts(config.global, sandbox.file('keepalived.conf')),
    log: (_, message) => said.push(message),
  })
}

describe('pre_promote', () => {
  it('exit code 0: no objection; it is told what for', async () => {
    expect(await asked(sandbox.script('ok', `echo "$@" >${sandbox.file('args')}`), 30)).toBeNull()
    expect(sandbox.read('args')).toBe('INSTANCE VI_1 PROMOTE\n')
  })

  it('another exit code: a veto', async () => {
    expect(await asked(sandbox.script('no', 'exit 3'), 30)).toBe('pre_promote vetoed it with exit code 3')
  })

  it('too late: it has no word', async () => {
    const said: string[] = []
    expect(await asked(sandbox.script('slow', 'sleep 300'), 0.1, said)).toBeNull()
    expect(said.join()).toContain('said nothing within 0.1 s')
  })

  it('not there: said, and no veto', async () => {
    const said: string[] = []
    expect(await asked('/nowhere/script', 30, said)).toBeNull()
    expect(said.join()).toContain('was not asked')
  })

  it('none configured', async () => {
    const { config } = parseConfig('global_defs {\n}\n', 'keepalived.conf')
    const scripts = new Scripts(config.global, '/nowhere')
    const role = { prePromote: null, prePromoteDeadline: 1 }
    expect(await askVeto({ instance: 'VI_1', role, scripts, log: () => undefined })).toBeNull()
  })
})
