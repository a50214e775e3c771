import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Daemons } from '../../test/wire/daemon.ts'
import { runtimeOf } from '../../test/wire/environment.ts'
import { type HostName, killGroup, type Segment } from '../../test/wire/segment.ts'
import { DatabasePair } from './database-pair.ts'
import { onSegment, type Plan } from './measure.ts'
import { SIDES, start } from './sides.ts'

/** As `mmha provision` has it. */
const ADVERT_S = 0.5
const READY_MS = 60_000

export interface Calm {
  readonly side: string
  /** Times that the address was taken although nothing was wrong. */
  readonly takeovers: number
  /** ms between two adverts of the holder, at most. */
  readonly longestGapMs: number
}

/**
 * Pairs with nothing wrong but the load: a process for each core that does nothing else, and one that writes to the disk without
 * an end. All pairs stand in it at the same time.
 */
export async function calm(plan: Plan & { readonly dir: string }, minutes: number): Promise<readonly Calm[]> {
  let missing = SIDES.length + 1
  let begin = (): void => undefined
  const load = new Promise<readonly ChildProcess[]>((resolve) => {
    begin = () => {
      begin = () => undefined
      resolve(startLoad(join(plan.dir, 'written')))
    }
  })
  const stands = (): Promise<unknown> => {
    missing -= 1
    if (missing === 0) begin()
    return load
  }
  const watched = (side: string, pair: (segment: Segment, daemons: Daemons) => Promise<void>) =>
    onSegment(plan, async (segment, daemons) => {
      await pair(segment, daemons).finally(stands)
      const since = segment.adverts().length
      await pause(minutes * 60_000)
      return seen(side, segment, since)
    })
  const pairs = [
    ...SIDES.map((side) =>
      watched(side, async (segment, daemons) => {
        start(daemons, side, 'a', { count: 1, priority: 200, advertInterval: ADVERT_S })
        await segment.vip('a', true, READY_MS)
        const standby = start(daemons, side, 'b', { count: 1, priority: 100, advertInterval: ADVERT_S })
        await standby.enters('BACKUP', READY_MS)
      }),
    ),
    watched('mmha-keepalived with a database', async (segment, daemons) => {
      const dir = join(daemons.dir, 'pair')
      mkdirSync(dir)
      await new DatabasePair({
        segment,
        dir,
        bundle: plan.bundle,
        runtime: (host: HostName) => runtimeOf(host),
      }).start()
    }),
  ]
  try {
    return await Promise.all(pairs)
  } finally {
    // Where one could not be made, nobody has begun.
    begin()
    for (const child of await load) killGroup(child, 'SIGKILL')
  }
}

/** @param file written again and again */
function startLoad(file: string): readonly ChildProcess[] {
  const shell = (script: string) => spawn('sh', ['-c', script, file], { stdio: 'ignore', detached: true })
  const write = 'while :; do dd if=/dev/zero bs=1M count=64 conv=fsync of="$0"; done'
  const children = [...cpus().map(() => shell('while :; do :; done')), shell(write)]
  process.once('exit', () => {
    for (const child of children) killGroup(child, 'SIGKILL')
  })
  return children
}

/** @param since adverts that came before the load */
function seen(side: string, segment: Segment, since: number): Calm {
  const adverts = segment.adverts()
  const times = adverts.slice(since).map(({ at }) => at)
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at))
  const taken = adverts.filter((one, index) => index > 0 && one.from !== adverts[index - 1]?.from && one.priority > 0)
  return { side, takeovers: taken.length, longestGapMs: Math.max(0, ...gaps) * 1000 }
}
