import { closeSync, fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { encodeRecord, type LedgerRecord } from '../ledger.ts'

/**
 * The ledger of one phase. Each record is handed to the kernel (write(2), a few µs) before the writer's next operation,
 * so it survives the death of this process. It is flushed to the disk only at the end: a flush per record would make the
 * client's disk, not the pair, set the pace, and the client's own power is not among the faults.
 */
export class LedgerFile {
  readonly path: string
  #fd: number
  #records = 0

  constructor(directory: string, phase: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.path = join(directory, `ledger-${phase}.ndjson`)
    this.#fd = openSync(this.path, 'a', 0o600)
  }

  get records(): number {
    return this.#records
  }

  append(record: LedgerRecord): void {
    writeSync(this.#fd, encodeRecord(record))
    this.#records++
  }

  /** Flushes and closes; the file is complete when this returns. */
  close(): void {
    fdatasyncSync(this.#fd)
    closeSync(this.#fd)
    this.#fd = -1
  }
}
