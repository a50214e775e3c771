import { monotonic } from '../clock.ts'
import type { FromSampler } from '../protocol.ts'
import { holdsAddress } from './local-address.ts'

const ALIVE_EVERY = 50

/** Looks every `every` ms whether the VIP is here; says when that changed, and that it is still looking. */
export function watchVip(vip: string, every: number, say: (message: FromSampler) => void): void {
  let before = monotonic()
  let held = holdsAddress(vip)
  let worst = 0
  let said = before
  say({ t: 'vip', held, since: before, mono: before })
  setInterval(() => {
    // The look happens between these two times; the earlier bounds the last look, the later this one.
    const start = monotonic()
    const now = holdsAddress(vip)
    const mono = monotonic()
    worst = Math.max(worst, mono - before)
    if (now !== held) say({ t: 'vip', held: now, since: before, mono })
    held = now
    before = start
    if (mono - said >= ALIVE_EVERY) {
      say({ t: 'alive', worst, mono })
      worst = 0
      said = mono
    }
  }, every)
}
