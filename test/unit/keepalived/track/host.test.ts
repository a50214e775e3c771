import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { TrackFile, TrackProcess } from '../../../../src/keepalived/config/tracked.ts'
import { FileTracker } from '../../../../src/keepalived/track/file-tracker.ts'
import { ProcessTracker } from '../../../../src/keepalived/track/process-tracker.ts'

/** Real files and real processes. */
class Heard<Value> {
  readonly all: Value[] = []
  readonly #waiting = new Set<() => void>()

  push(value: Value): void {
    this.all.push(value)
    for (const look of this.#waiting) look()
  }

  until(fits: (all: readonly Value[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!fits(this.all)) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }
}

const dir = mkdtempSync(join(tmpdir(), 'mmha-track-'))
const children: ChildProcess[] = []
const trackers: { stop: () => Promise<void> }[] = []
afterEach(async () => {
  for (const tracker of trackers.splice(0)) await tracker.stop()
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

describe('a file on disk', () => {
  function follow(file: string, overrides: Partial<TrackFile> = {}): { values: Heard<number>; logs: string[] } {
    const values = new Heard<number>()
    const logs: string[] = []
    const log = (_: string, text: string): void => void logs.push(text)
    const tracked: TrackFile = { name: 'f', file, init: null, weight: 1, reverse: false, ...overrides }
    trackers.push(new FileTracker({ file: tracked, onValue: (value) => values.push(value), log }))
    return { values, logs }
  }

  it('is 0 while it is not there; then its number, also when it is replaced or removed', async () => {
    mkdirSync(dir, { recursive: true })
    const file = join(dir, 'number')
    const { values } = follow(file)
    expect(values.all).toEqual([0])
    writeFileSync(file, '5\n')
    await values.until((all) => all.at(-1) === 5)
    writeFileSync(`${file}.new`, '-7\n')
    renameSync(`${file}.new`, file)
    await values.until((all) => all.at(-1) === -7)
    rmSync(file)
    await values.until((all) => all.at(-1) === 0)
  })

  it('init_file makes it, and leaves what is there unless it says overwrite', () => {
    mkdirSync(dir, { recursive: true })
    const file = join(dir, 'number')
    expect(follow(file, { init: { value: 3, overwrite: false } }).values.all).toEqual([3])
    writeFileSync(file, '9')
    expect(follow(file, { init: { value: 3, overwrite: false } }).values.all).toEqual([9])
    expect(follow(file, { init: { value: 3, overwrite: true } }).values.all).toEqual([3])
    expect(readFileSync(file, 'utf8')).toBe('3\n')
  })

  it('nonsense counts as 0, and is said', () => {
    mkdirSync(dir, { recursive: true })
    const file = join(dir, 'number')
    writeFileSync(file, 'yes')
    const { values, logs } = follow(file)
    expect(values.all).toEqual([0])
    expect(logs[0]).toContain('does not begin with a whole number')
  })

  it('what is no file, or very long, holds up nobody', async () => {
    mkdirSync(dir, { recursive: true })
    const file = join(dir, 'number')
    execFileSync('mkfifo', [file])
    const { values, logs } = follow(file)
    expect(values.all).toEqual([0])
    expect(logs[0]).toContain('it is no regular file')
    expect(follow(file, { init: { value: 3, overwrite: true } }).values.all).toEqual([0])
    rmSync(file)
    symlinkSync('/dev/zero', `${file}.new`)
    renameSync(`${file}.new`, file)
    writeFileSync(`${file}.new`, '6\n')
    // 8 GiB, none of which is on the disk.
    truncateSync(`${file}.new`, 2 ** 33)
    renameSync(`${file}.new`, file)
    await values.until((all) => all.at(-1) === 6)
  })

  it('a folder that comes later is found', async () => {
    const { values, logs } = follow(join(dir, 'later', 'number'))
    expect(logs[0]).toContain('can not be watched')
    mkdirSync(join(dir, 'later'), { recursive: true })
    writeFileSync(join(dir, 'later', 'number'), '4')
    await values.until((all) => all.at(-1) === 4)
  })
})

describe('a process on this host', () => {
  let programs = 0
  /** A name that nothing else has. */
  function program(): { path: string; name: string } {
    mkdirSync(dir, { recursive: true })
    const name = `mt${process.pid}-${++programs}`
    const path = join(dir, name)
    copyFileSync('/bin/sleep', path)
    return { path, name }
  }

  async function start(path: string, seconds = '60'): Promise<ChildProcess> {
    const child = spawn(path, [seconds], { stdio: 'ignore' })
    children.push(child)
    await once(child, 'spawn')
    return child
  }

  function follow(process: string, overrides: Partial<TrackProcess> = {}): Heard<boolean> {
    const heard = new Heard<boolean>()
    const one: TrackProcess = {
      name: 'p',
      process,
      parameters: [],
      paramMatch: null,
      fullCommand: false,
      quorum: 1,
      quorumMax: null,
      forkDelay: 0,
      terminateDelay: 0,
      weight: 0,
      reverse: false,
      ...overrides,
    }
    const tracker = new ProcessTracker({ processes: [one], onChange: (_, up) => heard.push(up), log: () => {} })
    trackers.push(tracker)
    return heard
  }

  it('its end is told by the kernel, its start is found', async () => {
    const { path, name } = program()
    const first = await start(path)
    const heard = follow(name)
    await heard.until((all) => all.at(-1) === true)
    first.kill('SIGKILL')
    await heard.until((all) => all.at(-1) === false)
    await start(path)
    await heard.until((all) => all.at(-1) === true)
  })

  it('quorum and parameters', async () => {
    const { path, name } = program()
    await start(path, '61')
    const heard = follow(name, { quorum: 2, parameters: ['61'] })
    expect(heard.all).toEqual([false])
    await start(path, '62')
    const second = await start(path, '61')
    await heard.until((all) => all.at(-1) === true)
    second.kill('SIGKILL')
    await heard.until((all) => all.at(-1) === false)
  })

  it('quorum_max 0: it must not run', async () => {
    const { path, name } = program()
    const heard = follow(name, { quorum: 0, quorumMax: 0 })
    expect(heard.all).toEqual([true])
    await start(path)
    await heard.until((all) => all.at(-1) === false)
  })

  it('terminate_delay: a restart in time is no news', async () => {
    const { path, name } = program()
    const first = await start(path)
    const heard = follow(name, { terminateDelay: 60 })
    await heard.until((all) => all.at(-1) === true)
    first.kill('SIGKILL')
    await once(first, 'exit')
    await start(path)
    const last = follow(name, { quorum: 1 })
    await last.until((all) => all.at(-1) === true)
    expect(heard.all).toEqual([true])
  })
})
