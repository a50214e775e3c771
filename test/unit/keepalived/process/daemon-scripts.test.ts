import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { runDaemonScript } from '../../../../src/keepalived/process/daemon-scripts.ts'
import { Sandbox } from '../sandbox.ts'

describe('a script of the daemon', () => {
  let sandbox: Sandbox
  beforeEach(() => {
    sandbox = new Sandbox()
  })
  afterEach(() => sandbox.remove())

  async function run(line: string): Promise<string[]> {
    const { global } = parseConfig(`global_defs {\n script_user root\n ${line}\n}\n`, 'f').config
    const said: string[] = []
    const log = (level: string, text: string) => void said.push(`${level} ${text}`)
    await runDaemonScript('startup_script', global.daemon.startup, global, sandbox.file('k.conf'), log)
    return said
  }

  it('is awaited', async () => {
    sandbox.script('prepare.sh', `echo "$1" > ${sandbox.file('done')}`)
    expect(await run(`startup_script "${sandbox.file('prepare.sh')} ready"`)).toEqual([
      'info startup_script: exit code 0',
    ])
    expect(readFileSync(sandbox.file('done'), 'utf8')).toBe('ready\n')
  })

  it('that fails, or is not there, is said and holds nothing up', async () => {
    sandbox.script('fails.sh', 'exit 3')
    expect(await run(`startup_script ${sandbox.file('fails.sh')}`)).toEqual(['warn startup_script: exit code 3'])
    expect(await run('startup_script /nowhere.sh')).toEqual([
      'error startup_script: /nowhere.sh is not there or not executable',
    ])
    expect(await run('')).toEqual([])
  })

  it('that takes longer than it may is ended', async () => {
    sandbox.script('hangs.sh', 'exec sleep 60')
    const line = `startup_script ${sandbox.file('hangs.sh')}\n startup_script_timeout 1`
    expect(await run(line)).toEqual(['warn startup_script: timed out'])
  })
})
