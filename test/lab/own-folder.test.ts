import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { must } from '../../src/lab/command.ts'
import { unmountUnder } from '../../src/lab/network.ts'
import { removeFolders } from './support/own-folder.ts'

it.runIf(process.getuid?.() === 0)('a killed run’s folder goes, and nothing of what was mounted in it', async () => {
  const ended = spawnSync('true').pid
  const cache = mkdtempSync(join(tmpdir(), 'mmha-cache-'))
  const left = mkdtempSync(join(tmpdir(), `mmha-left-${ended}-`))
  try {
    writeFileSync(join(cache, 'package.deb'), '')
    mkdirSync(join(left, 'a b'))
    await must(['mount', '--bind', cache, join(left, 'a b')])
    await removeFolders((run) => run === ended)
    expect(existsSync(left)).toBe(false)
    expect(existsSync(join(cache, 'package.deb'))).toBe(true)
  } finally {
    await unmountUnder(left)
    for (const folder of [left, cache]) rmSync(folder, { recursive: true, force: true })
  }
})
