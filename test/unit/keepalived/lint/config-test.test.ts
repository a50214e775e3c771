import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type ConfigTestOptions, configTest } from '../../../../src/keepalived/lint/config-test.ts'
import type { Host } from '../../../../src/keepalived/lint/host.ts'
import { type Parts, sample } from './sample.ts'

const directory = mkdtempSync(join(tmpdir(), 'mmha-config-test-'))
chmodSync(directory, 0o755)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const check = join(directory, 'check.sh')
writeFileSync(check, '#!/bin/sh\n', { mode: 0o755 })

const HOST: Host = {
  interfaces: new Set(['lo', 'eth0']),
  addressesOf: () => [],
  user: (name) => (name === 'root' ? { name, uid: 0, gids: [0] } : null),
  fileFault: () => null,
}
const DEFAULTS = { configId: null, strict: false, json: false, language: 'en' } as const

const scripted = (parts: Parts = {}) => sample({ script: `script ${check}\ninterval 1\nfall 2`, ...parts })

function tested(text: string | null, options: Partial<ConfigTestOptions> = {}) {
  const configFile = join(directory, text === null ? 'none.conf' : 'k.conf')
  if (text !== null) writeFileSync(configFile, text)
  return configTest({ ...DEFAULTS, configFile, ...options }, HOST)
}

// Script security trusts only what root owns.
describe.runIf(process.getuid?.() === 0)('-t', () => {
  it('has nothing to say of what is right', () => {
    expect(tested(scripted())).toEqual({ exit: 0, text: '', to: 'stderr' })
  })

  it.each([
    [0, 'a warning', scripted({ instance: 'nopreempt\npreempt_delay 5' }), 'preempt-delay-unused'],
    [2, 'nothing that runs', '# empty\n', 'unusable'],
    [4, 'no file', null, 'unreadable'],
    [5, 'an interface that is not there', scripted({ nic: 'ens33' }), 'interface-missing'],
    [5, 'a script that is not there', scripted().replace(check, '/none/x.sh'), 'script-missing'],
    [5, 'a user that is not there', scripted().replace('script_user root', 'script_user nobody-here'), 'script-user'],
  ])('exits with %i for %s', (exit, _what, text, code) => {
    const said = tested(text)
    expect(said.text).toContain(`[${code}]`)
    expect(said).toMatchObject({ exit, to: 'stderr' })
  })

  it('exits with 6 for a script that others may change', () => {
    const open = join(directory, 'open.sh')
    writeFileSync(open, '#!/bin/sh\n')
    chmodSync(open, 0o777)
    const said = tested(scripted().replace(check, open))
    expect(said.exit).toBe(6)
    expect(said.text).toContain('[script-security]')
  })

  it('with --strict a warning is an error', () => {
    const said = tested(scripted({ instance: 'nopreempt\npreempt_delay 5' }), { strict: true })
    expect(said.exit).toBe(5)
    expect(said.text).toContain('error: VI_1: preempt_delay 5 s has no effect')
  })

  it('with --json is one document on stdout, in the file’s order', () => {
    const text = scripted({ nic: 'ens33', instance: 'nopreempt\npreempt_delay 5' })
    const said = tested(text, { json: true, language: 'zh' })
    expect(said.to).toBe('stdout')
    const document = JSON.parse(said.text) as { findings: { code: string; line: number; why: string | null }[] }
    expect(document).toMatchObject({
      exit: said.exit,
      errors: expect.any(Number),
      warnings: expect.any(Number),
      notes: 0,
    })
    const lines = document.findings.map(({ line }) => line)
    expect(lines).toEqual([...lines].sort((a, b) => a - b))
    const missing = document.findings.find(({ code }) => code === 'interface-missing')
    expect(missing).toMatchObject({ line: 12, column: 1, severity: 'error', why: '实例会一直处于 FAULT 状态。' })
  })
})
