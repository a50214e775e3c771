import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Process of the run; its workers have it from their environment. */
const RUN = 'MMHA_TEST_RUN'

/** A folder of a test file's own. It goes with the run at the latest: where a filter leaves nothing to run, nothing is run afterwards either. */
export function ownFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `mmha-${name}-${process.env[RUN] ?? process.pid}-`))
}

/** Before the run: what one that was killed has left goes. */
export function setup(): void {
  process.env[RUN] = String(process.pid)
  removeFolders((run) => !existsSync(`/proc/${run}`))
}

export function teardown(): void {
  removeFolders((run) => run === process.pid)
}

function removeFolders(ofRun: (run: number) => boolean): void {
  for (const name of readdirSync(tmpdir())) {
    const run = /^mmha-[a-z-]+-(\d+)-\w{6}$/.exec(name)?.[1]
    if (run !== undefined && ofRun(Number(run))) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}
