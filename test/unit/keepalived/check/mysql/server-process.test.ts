import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { isStopped, ServerProcess } from '../../../../../src/keepalived/check/mysql/server-process.ts'

const dir = mkdtempSync(join(tmpdir(), 'mmha-server-process-'))
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(dir, { recursive: true }))

/** A process that the kernel calls `name`. */
async function started(name: string): Promise<{ child: ChildProcess; pid: number }> {
  const program = join(dir, name)
  copyFileSync('/bin/sleep', program)
  const child = spawn(program, ['300'])
  children.push(child)
  await once(child, 'spawn')
  return { child, pid: child.pid ?? 0 }
}

describe('/proc/PID/stat', () => {
  it.each([
    ['1 (mysqld) S 1', false],
    ['1 (mysqld) R 1', false],
    ['1 (mysqld) D 1', false],
    ['1 (my T) d) T 1', true],
    ['1 (mysqld) t 1', true],
  ])('%s: stopped %s', (stat, stopped) => {
    expect(isStopped(stat)).toBe(stopped)
  })
})

describe('the server’s process', () => {
  it('stopped for long enough: said once; killed although it is stopped', async () => {
    const { child, pid } = await started('mysqld')
    let exited: () => void = () => undefined
    const exiting = new Promise<void>((resolve) => {
      exited = resolve
    })
    const stopped = new Promise<number>((resolve) => {
      const watched = ServerProcess.watch(pid, 400, {
        onStopped(ms) {
          resolve(ms)
          expect(watched?.kill()).toBe('')
        },
        onExiting: () => exited(),
      })
      expect(watched).not.toBeNull()
      child.kill('SIGSTOP')
    })
    expect(await stopped).toBe(400)
    await exiting
  })

  it('a stale pid file leads to somebody else, who is left alone', async () => {
    const { pid } = await started('sleep')
    expect(ServerProcess.watch(pid, 300, { onStopped: () => undefined, onExiting: () => undefined })).toBeNull()
  })

  it('gone already: nothing is killed in its place', async () => {
    const { child, pid } = await started('mariadbd')
    const watched = ServerProcess.watch(pid, 300, { onStopped: () => undefined, onExiting: () => undefined })
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    expect(() => readFileSync(`/proc/${pid}/stat`)).toThrow()
    expect(watched?.kill()).toBe('')
    watched?.forget()
  })
})
