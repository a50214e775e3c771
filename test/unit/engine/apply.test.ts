import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applySteps } from '../../../src/engine/apply.ts'
import { takeLock } from '../../../src/engine/lock.ts'
import type { MmhaEvent } from '../../../src/events/event.ts'
import { type Connection, connect } from '../../../src/hosts/connection.ts'
import { stopSteps } from '../../../src/hosts/run-sections.ts'
import { Secret } from '../../../src/inventory/secret.ts'
import { type Script, type Step, sh } from '../../../src/modules/step.ts'
import { type LocalSshd, SSHD, startSshd } from '../hosts/local-sshd.ts'

function step(id: string, run: Script): Step {
  return { id, host: 'm1', title: `step ${id}`, diff: '', run, undo: { none: 'a test' }, impact: 'none', notify: [] }
}

// Steps take /run/mmha/steps of the host, which is this machine: root only, and other tests' steps are waited for.
describe.skipIf(SSHD === null || process.getuid?.() !== 0)('steps on a real host', { timeout: 60_000 }, () => {
  let sshd: LocalSshd
  let connection: Connection
  const events: MmhaEvent[] = []
  const sink = (event: MmhaEvent) => void (event.level !== 'trace' && events.push(event))

  beforeAll(async () => {
    sshd = await startSshd()
    connection = await connect('m1', sshd.target)
  })
  afterAll(async () => {
    await connection.close()
    await sshd.stop()
  })

  it('are seen as they happen, and one that fails ends them', async () => {
    events.length = 0
    const steps = [step('a', sh`echo one`), step('b', sh`echo two; exit 4`), step('c', sh`echo never`)]
    await expect(applySteps(connection, steps, sink)).rejects.toMatchObject({
      code: 'STEP_FAILED',
      exit: 1,
      host: 'm1',
      where: 'b',
      message: 'step b: failed on m1 with status 4\n    two',
    })
    expect(events.map(({ code, level, data }) => [code, level, data?.step])).toEqual([
      ['step.begin', 'info', 'a'],
      ['step.output', 'debug', 'a'],
      ['step.changed', 'info', 'a'],
      ['step.begin', 'info', 'b'],
      ['step.output', 'debug', 'b'],
      ['step.failed', 'error', 'b'],
    ])
  })

  it('that only wait say so', async () => {
    events.length = 0
    await applySteps(connection, [step('a', sh`:`), { ...step('b', sh`:`), waits: true }], sink)
    expect(events.filter(({ code }) => code === 'step.changed').map(({ data }) => data?.waited)).toEqual([
      undefined,
      true,
    ])
  })

  it('tell no secret, not even what a shell repeats of it', async () => {
    events.length = 0
    const secret = new Secret('hunter2-and-more')
    const steps = [
      step(
        'a',
        sh`cat >/dev/null <<'END'\n${secret}\nEND\necho "it was ${secret}"; ps -eo args | grep -c [h]unter2 || :; exit 1`,
      ),
    ]
    const error: unknown = await applySteps(connection, steps, sink).catch((caught: unknown) => caught)
    expect(String(error)).toContain('it was ***\n    0')
    expect(JSON.stringify([events, String(error)])).not.toContain('hunter2-and-more')
  })

  it('end after the one that is at work when they are asked to', async () => {
    events.length = 0
    const lock = await takeLock(connection)
    const waits = sh`echo begins; until [ -e /run/mmha/stop ]; do sleep 0.05; done`
    let asked: Promise<void> = Promise.resolve()
    await applySteps(connection, [step('a', waits), step('b', sh`echo never`)], (event) => {
      sink(event)
      if (event.message === 'begins') asked = stopSteps(connection)
    })
    await asked
    expect(events.map(({ code, data }) => `${code} ${String(data?.step)}`)).toEqual([
      'step.begin a',
      'step.output a',
      'step.changed a',
    ])
    await lock.release()
    // The next run begins without it.
    await (await takeLock(connection)).release()
    await applySteps(connection, [step('c', sh`echo goes on`)], sink)
    expect(events.at(-1)).toMatchObject({ code: 'step.changed', data: { step: 'c' } })
  })

  it('of an earlier run that was cut are waited for', async () => {
    const other = await connect('m1', sshd.target)
    // The order is the host's own: two connections may be read in another.
    const diary = join(mkdtempSync(join(tmpdir(), 'mmha-unit-apply-')), 'diary')
    let started: () => void = () => {}
    const begun = new Promise<void>((resolve) => {
      started = resolve
    })
    const slow = sh`echo begins; sleep 1; echo 'first ends' >>${diary}`
    const first = applySteps(other, [step('slow', slow)], ({ message }) => {
      if (message === 'begins') started()
    })
    await begun
    await applySteps(connection, [step('next', sh`echo 'second begins' >>${diary}`)], sink)
    await first
    expect(readFileSync(diary, 'utf8')).toBe('first ends\nsecond begins\n')
    rmSync(dirname(diary), { recursive: true })
    await other.close()
  })
})
