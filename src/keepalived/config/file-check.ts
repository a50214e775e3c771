import { nodeOf, numberOf, textOf } from './access.ts'
import { weightOf } from './build-track.ts'
import type { Report } from './diagnostics.ts'
import type { Block, Node } from './interpret.ts'
import type { CheckTiming } from './servers.ts'
import type { TrackFile } from './tracked.ts'

/** FILE_CHECK: the number in a track_file decides, or is weighed. The kernel says when it changes. */
export interface FileCheck extends CheckTiming {
  readonly type: 'FILE_CHECK'
  readonly file: TrackFile
  /** Times the number, added to the server's; 0: any number but 0 is a fault (with `reverse`: 0 is). */
  readonly weight: number
  readonly reverse: boolean
}

/** Nothing is asked again and again: each change is the next attempt, and counts. */
const AT_ONCE: CheckTiming = {
  ...{ retry: 0, delayBeforeRetry: 0, delayLoop: 0, warmup: 0, alpha: false, logAllFailures: false },
}

/** [] when there is no such track_file, which is said. `address`: the real server's, for messages. */
export function fileCheck(
  { node, block }: { readonly node: Node; readonly block: Block },
  address: string,
  trackFiles: readonly TrackFile[],
  report: Report,
): FileCheck[] {
  const name = textOf(block, 'track_file')
  const file = trackFiles.find((one) => one.name === name)
  if (file === undefined) {
    const said = name === null ? 'names no track_file' : `of ${address}: no track_file is called ${name}`
    report('error', 'value-missing', nodeOf(block, 'track_file') ?? node, `FILE_CHECK ${said}, it is not run`)
    return []
  }
  // keepalived's rule: 0 here is as none.
  const { weight, reverse } = numberOf(block, 'weight') === 0 ? file : weightOf(block)
  return [{ type: 'FILE_CHECK', ...AT_ONCE, file, weight, reverse }]
}
