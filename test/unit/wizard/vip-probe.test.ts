import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { revealed } from '../../../src/modules/step.ts'
import { parseVipProbe, vipProbeScript } from '../../../src/wizard/vip-probe.ts'

describe('what the probe says', () => {
  it.each([
    ['free\n', { outcome: 'free' }],
    ['taken 52:54:00:12:34:56\n', { outcome: 'taken', mac: '52:54:00:12:34:56' }],
    ['taken \n', { outcome: 'taken', mac: null }],
    ['unknown no tool\n', { outcome: 'unknown', why: 'no tool' }],
    ['', { outcome: 'unknown', why: 'the probe gave no answer' }],
    ['motd of the day\nfree\n', { outcome: 'free' }],
  ])('%j', (stdout, probe) => {
    expect(parseVipProbe(stdout)).toEqual(probe)
  })

  it('is asked in sh that a POSIX shell reads, whatever the interface is called', () => {
    const script = revealed(vipProbeScript('10.0.0.1', "x'; reboot #"))
    expect(() => execFileSync('/bin/sh', ['-n'], { input: script })).not.toThrow()
    expect(script).toContain(`nic='x'\\''; reboot #'`)
  })
})
