import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { logFolder, RunLog } from '../../../src/cli/run-log.ts'
import type { MmhaEvent } from '../../../src/events/event.ts'

const event = (code: MmhaEvent['code'], message: string): MmhaEvent => ({ code, level: 'info', host: 'm1', message })

describe('the log of a run', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mmha-unit-log-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('begins with the first step, and has what was said before it', () => {
    const heard: MmhaEvent[] = []
    const runs = join(folder, 'runs')
    const sink = new RunLog('2026', 'mmha provision', runs).through((one) => heard.push(one))
    sink(event('plan.ready', 'the plan'))
    expect(readdirSync(folder)).toEqual([])
    sink(event('step.begin', 'one'))
    sink(event('step.output', 'it prints'))
    // As it happens: nobody told it that the run ends.
    const file = join(runs, '2026.log')
    expect(readFileSync(file, 'utf8').replaceAll(/^\S+Z /gm, '')).toBe(
      'mmha provision\nplan.ready m1: the plan\nstep.begin m1: one\nstep.output m1: it prints\n',
    )
    expect([statSync(file).mode & 0o777, statSync(runs).mode & 0o777]).toEqual([0o600, 0o700])
    expect(heard).toHaveLength(3)
  })

  it('is none where nothing was done', () => {
    const log = new RunLog('2026', 'mmha provision', folder)
    log.through(() => undefined)(event('plan.ready', 'nothing to change'))
    expect(log.end('done')).toBeNull()
    expect(readdirSync(folder)).toEqual([])
  })

  it('keeps the last hundred', () => {
    for (let i = 0; i < 120; i += 1) writeFileSync(join(folder, `2026${String(i).padStart(3, '0')}.log`), '')
    const log = new RunLog('2027', 'mmha provision', folder)
    log.through(() => undefined)(event('step.begin', 'one'))
    expect(log.end('done')).toBe(join(folder, '2027.log'))
    const left = readdirSync(folder).sort()
    expect([left.length, left[0], left.at(-1)]).toEqual([100, '2026021.log', '2027.log'])
  })

  it('that can’t be written stops nothing', () => {
    writeFileSync(join(folder, 'file'), '')
    const log = new RunLog('2026', 'mmha provision', join(folder, 'file/runs'))
    log.through(() => undefined)(event('step.begin', 'one'))
    expect(log.end('done')).toBeNull()
  })

  it('is in the state folder', () => {
    expect(logFolder({ HOME: '/home/me' })).toBe('/home/me/.local/state/mmha/runs')
    expect(logFolder({ HOME: '/home/me', XDG_STATE_HOME: '/state' })).toBe('/state/mmha/runs')
  })
})
