import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LabState } from '../../../src/lab/state.ts'
import { bundle } from './pair.ts'

export interface LoadResult {
  readonly inserted: readonly string[]
  readonly counters: readonly (readonly [number, number])[]
  readonly longestGapMs: number
}

/** Clients inside the lab's network; this test process stays outside. */
export class Load {
  readonly #dir = mkdtempSync(join(tmpdir(), 'mmha-role-load-'))
  readonly #child: ChildProcess
  #output = ''

  /** @param pauseMs between two writes of each client; by default so little that they write all the time */
  constructor(lab: LabState, pauseMs?: number) {
    const file = join(this.#dir, 'writers.mjs')
    bundle('writer-process.ts', file)
    const argv = [
      `--net=/run/netns/${lab.namespace}`,
      '--',
      process.execPath,
      file,
      ...(pauseMs === undefined ? [] : [`${pauseMs}`]),
    ]
    this.#child = spawn('nsenter', argv, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text
    })
  }

  moveTo(address: string): void {
    this.#child.stdin?.write(`${address}\n`)
  }

  /** Ends the clients. @returns what they were told OK for */
  async stop(): Promise<LoadResult> {
    const closed = once(this.#child, 'close')
    this.#child.stdin?.end()
    await closed
    rmSync(this.#dir, { recursive: true, force: true })
    return JSON.parse(this.#output) as LoadResult
  }
}
