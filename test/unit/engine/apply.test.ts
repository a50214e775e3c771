import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applySteps } from '../../../src/engine/apply.ts'
import type { MmhaEvent } from '../../../src/events/event.ts'
import { type Connection, connect } from '../../../src/hosts/connection.ts'
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
  const sink = (event: MmhaEvent) => void events.push(event)

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

  it('of an earlier run that was cut are waited for', async () => {
    const other = await connect('m1', sshd.target)
    const order: string[] = []
    const listen = (name: string) => (event: MmhaEvent) =>
      void (event.code === 'step.output' && order.push(`${name} ${event.message}`))
    const first = applySteps(other, [step('slow', sh`echo begins; sleep 1; echo ends`)], (event) => {
      listen('first')(event)
      if (event.message === 'begins') started()
    })
    let started: () => void = () => {}
    await new Promise<void>((resolve) => {
      started = resolve
    })
    await applySteps(connection, [step('next', sh`echo here`)], listen('second'))
    await first
    expect(order).toEqual(['first begins', 'first ends', 'second here'])
    await other.close()
  })
})
