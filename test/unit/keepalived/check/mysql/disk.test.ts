import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isFull, watchDisk } from '../../../../../src/keepalived/check/mysql/disk.ts'

describe('room on the disk', () => {
  it.each([
    [100, 64, false, false],
    [63, 64, false, true],
    [80, 64, true, true],
    [96, 64, true, false],
  ])('%s MiB free of %s kept back, full before: %s → %s', (free, reserve, before, full) => {
    expect(isFull(free, reserve, before)).toBe(full)
  })

  it('less than what is kept back is said', async () => {
    const path = mkdtempSync(join(tmpdir(), 'mmha-disk-'))
    const { bavail, bsize } = statfsSync(path)
    const reserve = (bavail * bsize) / 1024 / 1024 + 1_000_000
    const said = await new Promise<boolean>((resolve) => {
      const stop = watchDisk({
        path,
        reserve,
        onChange(full) {
          stop()
          resolve(full)
        },
      })
    })
    rmSync(path, { recursive: true })
    expect(said).toBe(true)
  })
})
