import { rmSync } from 'node:fs'
import { test } from 'vitest'
import { Daemons } from './daemon.ts'
import { builtDaemon, whyNot } from './environment.ts'
import { Segment } from './segment.ts'

/** Null: the wire tests can run here. */
export const reason = whyNot()
if (reason !== null) process.stderr.write(`skipped: ${reason}\n`)

let opened = 0
let build: Promise<string> | undefined

/** Built once per test file; removed when its process ends. */
export function bundle(): Promise<string> {
  build ??= builtDaemon().then((built) => {
    process.on('exit', () => rmSync(built.dir, { recursive: true, force: true }))
    return built.bundle
  })
  return build
}

/** A test with a network segment of its own, and a way to start daemons on it; both are gone afterwards. */
export const wireTest = test.extend<{ segment: Segment; daemons: Daemons }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the parameter's text
  segment: async ({}, use) => {
    const segment = await Segment.open(`${++opened}`)
    await use(segment)
    await segment.close()
  },
  daemons: async ({ segment }, use) => {
    const daemons = new Daemons(segment, await bundle())
    await use(daemons)
    daemons.close()
  },
})
