import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { applySteps } from '../../../src/engine/apply.ts'
import { Guard } from '../../../src/engine/guard.ts'
import { Journal } from '../../../src/engine/journal.ts'
import { type Connection, connect } from '../../../src/hosts/connection.ts'
import { runSections } from '../../../src/hosts/run-sections.ts'
import { RUNS, runId } from '../../../src/modules/host-journal.ts'
import { type Step, sh } from '../../../src/modules/step.ts'
import { type LocalSshd, SSHD, startSshd } from '../hosts/local-sshd.ts'

const silent = () => undefined
const SOON = { timeout: 60_000, interval: 50 }
/** s; time enough for the step itself, on a busy machine too. */
const WAIT = 5

// /run/mmha and /var/lib/mmha of the host are this machine's: root only.
describe.skipIf(SSHD === null || process.getuid?.() !== 0)('a step that may shut SSH out', { timeout: 120_000 }, () => {
  let sshd: LocalSshd
  let connection: Connection
  let folder = ''
  const journal = new Journal({
    id: runId(new Date(), Buffer.from([process.pid >> 8, process.pid & 255])),
    command: 'provision',
    by: 'a test',
    started: '',
  })
  const said = () => readFileSync(join(folder, 'said'), 'utf8')

  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(async () => {
    await sshd.stop()
    rmSync(join(RUNS, journal.header.id), { recursive: true, force: true })
  })
  beforeEach(async () => {
    connection = await connect('m1', sshd.target)
    folder = mkdtempSync(join(tmpdir(), 'mmha-unit-guard-'))
    writeFileSync(join(folder, 'said'), '')
  })
  afterEach(async () => {
    await connection.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const step = (id: string, run: string, changes: Partial<Step> = {}): Step => ({
    id,
    host: 'm1',
    title: `step ${id}`,
    diff: '',
    run: sh`${run}; echo ${id} >>${folder}/said`,
    undo: sh`echo '${id} back' >>${folder}/said\n`,
    impact: 'none',
    notify: [],
    ...changes,
  })
  /** sshd goes on with whom it knows, and lets nobody in any more. */
  const keys = () => join(sshd.folder, 'authorized_keys')
  const shut = () => `mv ${keys()} ${keys()}.away`
  const open = () => `mv ${keys()}.away ${keys()}; echo 'a back' >>${folder}/said`

  it('stays when a new connection gets in, before the next one begins', async () => {
    const another = vi.spyOn(connection, 'another')
    const calls: number[] = []
    await applySteps(connection, [step('a', ':', { guarded: true }), step('b', ':')], ({ code }) => {
      if (code === 'step.begin') calls.push(another.mock.calls.length)
    })
    expect(calls).toEqual([0, 1])
    expect(said()).toBe('a\nb\n')
  })

  it('is taken back over the old connection when none does; what comes after it never begins', async () => {
    const guarded = step('a', shut(), { guarded: true, undo: sh`${open()}\n` })
    await expect(applySteps(connection, [guarded, step('b', ':')], silent, journal)).rejects.toMatchObject({
      code: 'SHUT_OUT',
      exit: 3,
      host: 'm1',
      where: 'a',
      message: expect.stringMatching(/^step a: after it m1 let no new SSH connection in \(.*\); it was taken back$/),
    })
    expect(said()).toBe('a\na back\n')
    expect(existsSync(join(RUNS, journal.header.id, '0001/undone'))).toBe(true)
    await (await connection.another()).close()
  })

  it('is taken back by the host itself when nobody comes', async () => {
    const guarded = step('a', shut(), { guarded: true, undo: sh`${open()}\n` })
    const guard = new Guard(guarded, WAIT)
    const { finished } = await runSections(connection, 'step', [
      { id: 'a', text: `${shut()}; echo a >>${folder}/said`, before: guard.before },
    ])
    expect(finished.map(({ code }) => code)).toEqual([0])
    await connection.close()
    await vi.waitFor(() => expect(said()).toBe('a\na back\n'), SOON)
    // Too late to say that it is to stay.
    connection = await connect('m1', sshd.target)
    await expect(guard.confirm(connection)).rejects.toMatchObject({
      code: 'SHUT_OUT',
      message: 'step a: after it m1 was not reached anew for 5 s; the host has taken it back',
    })
    expect(said()).toBe('a\na back\n')
  })
})
