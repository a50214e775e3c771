import { rmSync } from 'node:fs'
import { afterAll, test } from 'vitest'
import { Daemons } from './daemon.ts'
import { builtDaemon, whyNot } from './environment.ts'
import { LAYOUT, type Layout, Segment } from './segment.ts'

/** Null: the wire tests can run here. */
export const reason = whyNot()
if (reason !== null) process.stderr.write(`skipped: ${reason}\n`)

let opened = 0
let build: ReturnType<typeof builtDaemon> | undefined

afterAll(async () => {
  if (build !== undefined) rmSync((await build).dir, { recursive: true, force: true })
})

/** Built once per test file, removed at its end. */
export async function bundle(): Promise<string> {
  build ??= builtDaemon()
  return (await build).bundle
}

/**
 * Of tests that hold the daemon to milliseconds: a machine that others use, too, stands still for longer than that now and
 * then, and stays a stall of the machine's. A daemon that is too slow is too slow each time.
 */
export const TIMED = { retry: 3 }

/** A test with a network segment of its own, and a way to start daemons on it; both are gone afterwards. */
export const wireTest = test.extend<{ layout: Layout; segment: Segment; daemons: Daemons }>({
  layout: LAYOUT,
  segment: async ({ layout }, use) => {
    const segment = await Segment.open(`${++opened}`, layout)
    await use(segment)
    await segment.close()
  },
  daemons: async ({ segment }, use) => {
    const daemons = new Daemons(segment, await bundle())
    await use(daemons)
    daemons.close()
  },
})
