import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unmountUnder } from '../../../src/lab/network.ts'

/** Process of the run; its workers have it from their environment. */
const RUN = 'MMHA_TEST_RUN'

/** A folder of a test file's own. It goes with the run at the latest: where a filter leaves nothing to run, nothing is run afterwards either. */
export function ownFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `mmha-${name}-${process.env[RUN] ?? process.pid}-`))
}

/** Before the run: what one that was killed has left goes. */
export async function setup(): Promise<void> {
  process.env[RUN] = String(process.pid)
  await removeFolders((run) => !existsSync(`/proc/${run}`))
}

export async function teardown(): Promise<void> {
  await removeFolders((run) => run === process.pid)
}

/** Never through a mount: what is mounted in a folder of ours is not ours to remove. */
export async function removeFolders(ofRun: (run: number) => boolean): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const run = /^mmha-[a-z-]+-(\d+)-\w{6}$/.exec(name)?.[1]
    if (run === undefined || !ofRun(Number(run))) continue
    await unmountUnder(join(tmpdir(), name))
    rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}
