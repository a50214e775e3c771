import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ScriptTracker } from '../../../../src/keepalived/check/script-tracker.ts'
import type { VrrpScript } from '../../../../src/keepalived/config/config.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { Scripts } from '../../../../src/keepalived/notify/scripts.ts'
import { Heard, isRunning, Sandbox } from '../sandbox.ts'

const { global } = parseConfig('', 'test').config

interface Verdict {
  readonly up: boolean
  readonly reason: string
  readonly counted: boolean
}

describe('a tracked script', () => {
  let sandbox: Sandbox
  let tracker: ScriptTracker | null = null

  beforeEach(() => {
    sandbox = new Sandbox()
  })
  afterEach(async () => {
    await tracker?.stop()
    sandbox.remove()
  })

  function track(
    program: string,
    settings: Partial<VrrpScript> = {},
    lookAgain?: number,
  ): { verdicts: Heard<Verdict>; logs: Heard<string> } {
    const verdicts = new Heard<Verdict>()
    const logs = new Heard<string>()
    const script: VrrpScript = {
      name: 'chk',
      script: { argv: [program], user: null, group: null },
      interval: 0.05,
      timeout: 5,
      rise: 1,
      fall: 1,
      weight: 0,
      reverse: false,
      initFail: false,
      ...settings,
    }
    tracker = new ScriptTracker({
      script,
      scripts: new Scripts(global, sandbox.file('keepalived.conf')),
      onChange: (up, reason, counted) => verdicts.add({ up, reason, counted }),
      log: (_, text) => logs.add(text),
      ...(lookAgain === undefined ? {} : { lookAgain }),
    })
    return { verdicts, logs }
  }

  it('is up while it exits 0 and down when it does not', async () => {
    const flag = sandbox.file('down')
    const { verdicts } = track(sandbox.script('chk', `test ! -e ${flag} || exit 3`))
    expect(await verdicts.first(() => true)).toEqual({ up: true, reason: 'exit code 0', counted: true })
    sandbox.script('down', '')
    expect(await verdicts.first(({ up }) => !up)).toEqual({ up: false, reason: 'exit code 3', counted: true })
  })

  it('is found beside the configuration file, and gets its arguments without a shell', async () => {
    sandbox.script('chk', `printf '%s|' "$@" > ${sandbox.file('args')}`)
    const { verdicts } = track('chk', { script: { argv: ['chk', 'a b', '$HOME;'], user: null, group: null } })
    await verdicts.first(({ up }) => up)
    expect(sandbox.read('args')).toBe('a b|$HOME;|')
  })

  it('that takes too long is down at its timeout, and nothing of it is left', async () => {
    const pids = sandbox.file('pids')
    const body = `trap '' TERM; sleep 300 & echo $! > ${pids}; wait; wait`
    const { verdicts, logs } = track(sandbox.script('chk', body), { timeout: 0.2 })
    expect(await verdicts.first(() => true)).toEqual({ up: false, reason: 'timed out', counted: true })
    expect(await logs.first((text) => text.includes('still runs'))).toContain('chk')
    const left = Number(sandbox.read('pids'))
    await tracker?.stop()
    await expect.poll(() => isRunning(left)).toBe(false)
  })

  it('that is not there counts for nothing, loudly', async () => {
    const { verdicts, logs } = track('/nowhere/chk.sh')
    expect(await verdicts.first(() => true)).toMatchObject({ up: true, counted: false })
    expect(logs.all).toEqual([
      'vrrp_script chk is not run and counts for nothing: /nowhere/chk.sh is not there or not executable',
    ])
  })

  it('that can be run after all counts from then on, and was said once', async () => {
    const { verdicts, logs } = track(sandbox.file('late'), {}, 20)
    await verdicts.first(({ counted }) => !counted)
    sandbox.script('late', 'exit 3')
    expect(await verdicts.first(({ counted }) => counted)).toEqual({ up: false, reason: 'exit code 3', counted: true })
    const said = logs.all.filter((text) => !text.startsWith('vrrp_script chk is down'))
    expect(said).toEqual([expect.stringContaining('counts for nothing'), 'vrrp_script chk can be run now'])
  })

  it('with a user that the system does not have is not run as somebody else', async () => {
    const path = sandbox.script('chk', `touch ${sandbox.file('ran')}`)
    const { verdicts } = track(path, { script: { argv: [path], user: 'mmha-nobody-here', group: null } })
    expect(await verdicts.first(() => true)).toMatchObject({
      counted: false,
      reason: 'not run: there is no user mmha-nobody-here',
    })
    expect(sandbox.read('ran')).toBe('')
  })
})
