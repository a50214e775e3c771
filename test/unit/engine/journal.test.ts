import { spawnSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applySteps } from '../../../src/engine/apply.ts'
import { Journal } from '../../../src/engine/journal.ts'
import { MmhaError } from '../../../src/events/error.ts'
import { type Connection, connect } from '../../../src/hosts/connection.ts'
import { runSections } from '../../../src/hosts/run-sections.ts'
import { FactLines } from '../../../src/modules/fact-lines.ts'
import { journalAfter, journalBefore, journalSetup, RUNS, runId } from '../../../src/modules/host-journal.ts'
import { restoreFile } from '../../../src/modules/placed-file.ts'
import { type HostRun, parseRuns, runsProbe } from '../../../src/modules/run-records.ts'
import { runUndo } from '../../../src/modules/run-undo.ts'
import { type Step, sh } from '../../../src/modules/step.ts'
import { type LocalSshd, SSHD, startSshd } from '../hosts/local-sshd.ts'
import { context } from '../modules/pair-context.ts'

const silent = () => undefined

// The journal is in /var/lib/mmha of the host, which is this machine: root only.
describe.skipIf(SSHD === null || process.getuid?.() !== 0)('what a host keeps of a run', { timeout: 60_000 }, () => {
  let sshd: LocalSshd
  let connection: Connection
  const folder = mkdtempSync(join(tmpdir(), 'mmha-unit-journal-'))
  const begun: string[] = []

  beforeAll(async () => {
    sshd = await startSshd()
    connection = await connect('m1', sshd.target)
  })
  afterAll(async () => {
    await connection.close()
    await sshd.stop()
    for (const id of begun) rmSync(join(RUNS, id), { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  })

  const file = (name: string) => join(folder, name)

  function step(id: string, run: string, changes: Partial<Step> = {}): Step {
    return {
      id,
      host: 'm1',
      title: `step ${id}`,
      diff: '',
      run: sh`${run}`,
      undo: { none: '' },
      impact: 'none',
      notify: [],
      ...changes,
    }
  }

  const writes = (name: string, text: string) =>
    step(
      name,
      `mkdir -p ${dirname(file(name))}\nprintf ${text} >${file(name)}.x\nmv -f ${file(name)}.x ${file(name)}\n`,
      {
        writes: [file(name)],
        undo: restoreFile(file(name)),
      },
    )

  /** Ids sort by time, and later ones of this test come later, whatever the clock says. */
  async function runs(command: string, steps: readonly Step[]): Promise<string> {
    const id = runId(new Date(Date.UTC(2100, 0, 1, 0, begun.length, 0)), Buffer.from('ab12', 'hex'))
    begun.push(id)
    const journal = new Journal({ id, command, by: 'me@here', started: '2100-01-01T00:00:00.000Z' })
    await applySteps(connection, steps, silent, journal)
    return id
  }

  async function known(from: string | null): Promise<HostRun[]> {
    const { finished } = await runSections(connection, 'probe', [{ id: 'runs', text: runsProbe(from) }])
    return parseRuns(new FactLines(finished[0]?.output ?? '')).filter(({ id }) => begun.includes(id))
  }

  async function planned(run: string, later = false): Promise<readonly Step[]> {
    return runUndo.plan({ run, later }, context(null, await known(run), []))
  }

  it('gives everything back, byte for byte, and says what stays', async () => {
    const bytes = Buffer.from([0, 255, 10, 39, 92])
    writeFileSync(file('old'), bytes, { mode: 0o604 })
    symlinkSync('old', file('link'))
    const order = file('order')
    const id = await runs('provision', [
      writes('old', 'changed'),
      writes('link', 'a-file-now'),
      writes('new/made', 'new'),
      step('restart', ':', { undo: { none: '' }, undoLast: sh`echo again >>${order}\n`, undoImpact: 'restart' }),
      step('stays', ':', { undo: { none: 'nobody knows how' } }),
    ])
    expect(readFileSync(file('old'), 'utf8')).toBe('changed')
    expect(await known(null)).toMatchObject([
      { id, by: 'me@here', rolledBack: false, steps: [0, 0, 0, 0, 0].map((status) => ({ status, undone: false })) },
    ])

    const steps = await planned(id)
    expect(steps.map(({ title, impact }) => [title, impact])).toEqual([
      ['take back: step new/made', 'none'],
      ['take back: step link', 'none'],
      ['take back: step old', 'none'],
      ['after it: step restart', 'restart'],
      [`${id} counts as rolled back`, 'none'],
    ])
    expect(steps.at(-1)?.diff).toBe('! stays: step stays: nobody knows how')
    await runs('rollback', steps)
    expect(readFileSync(file('old')).equals(bytes)).toBe(true)
    expect(lstatSync(file('old')).mode & 0o777).toBe(0o604)
    expect(readlinkSync(file('link'))).toBe('old')
    expect(existsSync(file('new'))).toBe(false)
    expect(readFileSync(order, 'utf8')).toBe('again\n')
    expect(await planned(id)).toEqual([])
  })

  it('finishes a rollback that was cut, its restart too', async () => {
    const order = file('order')
    rmSync(order, { force: true })
    const last = { undoLast: sh`echo again >>${order}\n` }
    const id = await runs('provision', [writes('one', '1'), { ...writes('two', '2'), ...last }])
    const [first] = await planned(id)
    await runs('rollback', first === undefined ? [] : [first])
    const left = await planned(id)
    expect(left.map(({ title }) => title)).toEqual([
      'take back: step one',
      'after it: step two',
      `${id} counts as rolled back`,
    ])
    await runs('rollback', left)
    expect([existsSync(file('one')), existsSync(file('two'))]).toEqual([false, false])
    expect(readFileSync(order, 'utf8')).toBe('again\n')
  })

  it('tells of a file that somebody changed since, of a step that failed, of one that never ended', async () => {
    const id = await runs('provision', [writes('mine', 'ours')])
    writeFileSync(file('mine'), 'theirs')
    expect((await planned(id))[0]?.diff).toContain(`! ${file('mine')} was changed since`)
    const failed = await runs('provision', [step('bad', 'exit 3')]).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'STEP_FAILED' })
    const bad = begun.at(-1) ?? ''
    rmSync(join(RUNS, id, '0001', 'ended'))
    expect((await known(null)).filter((run) => run.id === id || run.id === bad)).toMatchObject([
      { steps: [{ status: null }] },
      { steps: [{ status: 3 }] },
    ])
    await runs('rollback', await planned(id, true))
  })

  it('gives each file that a step has written the label that SELinux wants there', () => {
    const header = { id: `${runId(new Date(), Buffer.from('5e11'))}`, command: 'test', by: 'us', started: 'now' }
    begun.push(header.id)
    const [there, gone] = [file('labelled file'), file('gone')]
    const own = step('labels', '', { writes: [there, gone] })
    const script = `${journalSetup(header)}${journalBefore('0001', own)}echo x >'${there}'\nmmha_rc=0\n${journalAfter('0001')}\n`
    const run = (before: string) => spawnSync('dash', ['-euc', `${before}${script}`], { encoding: 'utf8' })
    expect(run('restorecon() { echo "restorecon $*"; }\n')).toMatchObject({
      status: 0,
      stdout: `restorecon ${there}\n`,
    })
    rmSync(join(RUNS, header.id), { recursive: true })
    // Most hosts have no SELinux.
    expect(run('')).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })

  it('is taken back newest first', async () => {
    const first = await runs('provision', [writes('text', 'first')])
    const second = await runs('provision', [writes('text', 'second')])
    await expect(planned(first)).rejects.toMatchObject({
      code: 'RUNS_AFTER',
      exit: 5,
      message: expect.stringContaining(second),
    })
    await runs('rollback', await planned(second))
    expect(readFileSync(file('text'), 'utf8')).toBe('first')
    const third = await runs('provision', [writes('text', 'third')])
    const all = await planned(first, true)
    expect(all.map(({ id }) => id.split('/').slice(-2).join('/'))).toEqual([
      `${third}/0001`,
      `${third}/mark`,
      `${first}/0001`,
      `${first}/mark`,
    ])
    const rollback = await runs('rollback', all)
    expect(existsSync(file('text'))).toBe(false)
    await expect(planned(rollback)).rejects.toMatchObject({ code: 'RUN_IS_ROLLBACK', exit: 4 })
    await expect(planned('19990101T000000Z-0000')).rejects.toBeInstanceOf(MmhaError)
  })

  it('is for root only', async () => {
    const id = begun[0] ?? ''
    expect(lstatSync(join(RUNS, id)).mode & 0o077).toBe(0)
    expect(lstatSync(join(RUNS, id, '0001', 'step.json')).mode & 0o077).toBe(0)
  })
})
