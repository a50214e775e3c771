import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { isExiting, watchProcess } from '../../../../src/keepalived/check/process-watch.ts'

describe('/proc/PID/stat', () => {
  it.each([
    ['123 (mysqld) S 1 123 123 0 -1 4194560 5 0', false],
    ['123 (mysqld) R 1 123 123 0 -1 4194564 5 0', true],
    ['123 (my) sq (ld) S 1 123 123 0 -1 4194560 5 0', false],
    ['123 (mysqld) Z 1 123 123 0 -1 4194560 5 0', true],
  ])('%s: %s', (stat, exiting) => {
    expect(isExiting(stat)).toBe(exiting)
  })
})

describe('watching a process', () => {
  it('tells of its death', async () => {
    const child = spawn('sleep', ['60'])
    await once(child, 'spawn')
    const died = new Promise<void>((resolve) => {
      expect(watchProcess(child.pid ?? 0, resolve)).not.toBeNull()
    })
    child.kill('SIGKILL')
    await died
  })

  /** Node has threads from its start. */
  async function manyThreads(script: string): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['-e', `${script};console.log('runs');setInterval(() => {}, 1000)`])
    await once(child.stdout, 'data')
    return child
  }

  it('tells of the death of a process with threads', async () => {
    const child = await manyThreads('')
    const died = new Promise<void>((resolve) => {
      expect(watchProcess(child.pid ?? 0, resolve)).not.toBeNull()
    })
    child.kill('SIGKILL')
    await died
  })

  it('threads that come and go are no death', async () => {
    const worker = `new (require('node:worker_threads').Worker)('setTimeout(() => {}, 5)', { eval: true }).on('exit', () => console.log('ended'))`
    const child = await manyThreads(`setInterval(() => ${worker}, 20)`)
    let deaths = 0
    const died = new Promise<void>((resolve) => {
      watchProcess(child.pid ?? 0, () => {
        deaths += 1
        resolve()
      })
    })
    // Some dozen threads have come and gone meanwhile.
    for (let ends = 0; ends < 12; ends++) await once(child.stdout ?? child, 'data')
    expect(deaths).toBe(0)
    child.kill('SIGKILL')
    await died
    expect(deaths).toBe(1)
  })

  it('a process that is not there is not watched', async () => {
    const child = spawn('true')
    await once(child, 'exit')
    expect(watchProcess(child.pid ?? 0, () => undefined)).toBeNull()
  })
})
