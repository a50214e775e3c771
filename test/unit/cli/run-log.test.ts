import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { logFolder, RunLog, withLog } from '../../../src/cli/run-log.ts'
import { MmhaError } from '../../../src/events/error.ts'
import type { MmhaEvent } from '../../../src/events/event.ts'

const event = (code: MmhaEvent['code'], message: string): MmhaEvent => ({ code, level: 'info', host: 'm1', message })

const refused = () =>
  new MmhaError('not moved', { code: 'SWITCHOVER_REFUSED', source: 'user', exit: 5, hint: 'look at it' })

describe('a command with a log', () => {
  let home: string
  const said: string[] = []
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'mmha-unit-log-'))
    said.length = 0
    vi.stubEnv('XDG_STATE_HOME', home)
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
    rmSync(home, { recursive: true, force: true })
  })
  const logs = () => readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.log'))

  it('that fails says where it is, and has the error', async () => {
    const failing = withLog('switchover', 'pair.yml', (log) => {
      log.begin()
      return Promise.reject(refused())
    })
    await expect(failing).rejects.toMatchObject({ code: 'SWITCHOVER_REFUSED' })
    const [name = ''] = logs()
    expect(said).toEqual([`log: ${join(home, name)}\n`])
    const text = readFileSync(join(home, name), 'utf8')
    expect(text).toMatch(/^mmha switchover pair\.yml, \S+@\S+, \S+Z\n/)
    expect(text).toMatch(/ ended with an error: not moved \(do: look at it\)\n$/)
  })

  it('that does it says nothing of it, and keeps it', async () => {
    await withLog('promote', 'pair.yml m2', (log) => Promise.resolve(log.begin()))
    expect([said, logs()]).toEqual([[], [expect.stringMatching(/^mmha\/runs\/\d{8}T\d{6}Z-[0-9a-f]{4}\.log$/)]])
  })

  it('that is refused before it does anything has none', async () => {
    await expect(withLog('rejoin', 'pair.yml m1', () => Promise.reject(refused()))).rejects.toThrow('not moved')
    expect([said, logs()]).toEqual([[], []])
  })
})

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

  it('of what has no steps begins when it is told, with what was noted before', () => {
    const log = new RunLog('2026', 'mmha switchover pair.yml', folder)
    log.note('m1: holds it')
    expect([log.path, readdirSync(folder)]).toEqual([null, []])
    log.begin()
    log.note('m1: switch: done')
    const file = join(folder, '2026.log')
    expect(log.path).toBe(file)
    expect(readFileSync(file, 'utf8').replaceAll(/^\S+Z /gm, '')).toBe(
      'mmha switchover pair.yml\nm1: holds it\nm1: switch: done\n',
    )
  })

  it('is in the state folder', () => {
    expect(logFolder({ HOME: '/home/me' })).toBe('/home/me/.local/state/mmha/runs')
    expect(logFolder({ HOME: '/home/me', XDG_STATE_HOME: '/state' })).toBe('/state/mmha/runs')
  })
})
