import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FifoConfig } from '../../../../src/keepalived/config/notification.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { Fifo } from '../../../../src/keepalived/notify/fifo.ts'
import { Scripts } from '../../../../src/keepalived/notify/scripts.ts'
import { Sandbox } from '../sandbox.ts'

describe('notify_fifo in a file', () => {
  it('may say whose it is', () => {
    const fifos = (line: string) => parseConfig(`global_defs {\n ${line}\n}`, 'f').config.global.notification.fifos
    expect(fifos('vrrp_notify_fifo /run/f nobody nogroup').vrrp?.owner).toEqual({ user: 'nobody', group: 'nogroup' })
    expect(fifos('notify_fifo /run/f nobody').all?.owner).toEqual({ user: 'nobody', group: null })
    expect(fifos('lvs_notify_fifo /run/f').lvs?.owner).toBeNull()
  })
})

// Only root gives files away.
describe.runIf(process.getuid?.() === 0)('a FIFO that the daemon makes', () => {
  let sandbox: Sandbox
  const logs: string[] = []
  const made: Fifo[] = []
  beforeEach(() => {
    sandbox = new Sandbox()
    logs.splice(0)
  })
  afterEach(async () => {
    await Promise.all(made.splice(0).map((fifo) => fifo.stop(0)))
    sandbox.remove()
  })

  function fifo(config: Partial<FifoConfig>, global = ''): { fifo: Fifo; path: string } {
    const path = sandbox.file('fifo')
    const scripts = new Scripts(parseConfig(`global_defs {\n${global}\n}`, 'f').config.global, sandbox.file('conf'))
    const one = new Fifo({ path, script: null, owner: null, ...config }, scripts, (_, text) => logs.push(text))
    made.push(one)
    return { fifo: one, path }
  }

  const nobody = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }))
  const modeOf = (path: string) => statSync(path).mode & 0o777

  it("is its owner's alone", async () => {
    const { path } = fifo({ owner: { user: 'nobody', group: null } })
    expect(modeOf(path)).toBe(0o600)
    await expect.poll(() => statSync(path).uid).toBe(nobody)
    expect(logs).toEqual([])
  })

  it('is read by a script of another user', async () => {
    const heard = sandbox.file('heard')
    const script = sandbox.script('reader.sh', `head -n 1 "$1" > ${heard}; exec sleep 60`)
    const { fifo: one } = fifo({ script: { argv: [script], user: null, group: null } }, 'script_user nobody')
    one.write('INSTANCE "VI_1" MASTER 100\n')
    await expect.poll(() => readIfThere(heard), { timeout: 5000 }).toBe('INSTANCE "VI_1" MASTER 100\n')
  })

  it('whose owner is not there stays with root, which is said', async () => {
    const { path } = fifo({ owner: { user: 'nobody-at-all', group: null } })
    await expect.poll(() => logs).toEqual([`notify fifo ${path} stays root's: there is no user nobody-at-all`])
    expect([modeOf(path), statSync(path).uid]).toEqual([0o600, 0])
  })

  it('that nobody reads is full one day, and holds up nobody', () => {
    const { fifo: one } = fifo({})
    for (let line = 0; line < 5000; line += 1) one.write('INSTANCE "VI_1" MASTER 100\n')
    expect(logs).toEqual([expect.stringMatching(/lines are dropped: EAGAIN/)])
  })
})

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
