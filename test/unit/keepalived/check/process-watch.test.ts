import { spawn } from 'node:child_process'
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

  it('a process that is not there is not watched', async () => {
    const child = spawn('true')
    await once(child, 'exit')
    expect(watchProcess(child.pid ?? 0, () => undefined)).toBeNull()
  })
})
