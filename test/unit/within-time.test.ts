import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'mmha-late-'))
afterAll(() => rmSync(folder, { recursive: true }))

it.runIf(process.getuid?.() === 0)('a lab test whose time is up does not begin, is named, and is no failure', () => {
  const leftOut = join(folder, 'left-out')
  const tree = resolve(import.meta.dirname, '../..')
  const words = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'lab', 'test/lab/sysv.test.ts']
  const { status, stdout } = spawnSync(process.execPath, words, {
    cwd: tree,
    env: { ...process.env, MMHA_BEGIN_UNTIL: '1', MMHA_LEFT_OUT: leftOut },
    encoding: 'utf8',
  })
  expect(status, stdout).toBe(0)
  expect(readFileSync(leftOut, 'utf8').trim().split('\n')).toEqual(
    expect.arrayContaining([expect.stringContaining('test/lab/sysv.test.ts > a host with SysV init')]),
  )
})
