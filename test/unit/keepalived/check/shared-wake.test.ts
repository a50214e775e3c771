import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { SharedWake } from '../../../../src/keepalived/check/shared-wake.ts'

/** A clock that is turned by hand, and how often the process had to wake up for a deadline. */
class Clock {
  now = 0
  wakes = 0
  #deadline: number | null = null
  #ring: () => void = () => undefined
  readonly wake = new SharedWake(
    () => this.now,
    (ring) => {
      this.#ring = ring
      return { set: (deadline) => (this.#deadline = deadline) }
    },
  )

  until(time: number): void {
    while (this.#deadline !== null && this.#deadline <= time) {
      this.now = Math.max(this.now, this.#deadline)
      this.#deadline = null
      this.wakes += 1
      this.#ring()
    }
    this.now = time
  }
}

function times(clock: Clock, ms: number): number[] {
  const at: number[] = []
  const again = (): unknown =>
    clock.wake.after(ms, () => {
      at.push(clock.now)
      again()
    })
  again()
  return at
}

it('never later than it was asked for', () => {
  const clock = new Clock()
  const at = times(clock, 100)
  clock.until(350)
  expect(at).toEqual([100, 200, 300])
})

it('waits of one length end in one wake-up, and so do those that may', () => {
  const clock = new Clock()
  const all = [times(clock, 500), times(clock, 500)]
  clock.until(10)
  all.push(times(clock, 500))
  clock.until(2010)
  expect(all.map((at) => at.length)).toEqual([4, 4, 4])
  expect(clock.wakes).toBe(4)
})

it('ends early when the process is awake anyway, by a fifth at most, and is not woken for it again', () => {
  const clock = new Clock()
  const at = times(clock, 500)
  for (let time = 490; time <= 5000; time += 490) {
    clock.until(time)
    clock.wake.touch()
  }
  expect(at).toHaveLength(10)
  expect(clock.wakes).toBe(0)
  for (const [time, last] of [
    [5299, 4900],
    [5300, 5300],
  ] as const) {
    clock.until(time)
    clock.wake.touch()
    expect(at.at(-1)).toBe(last)
  }
})

it('one that was called off is not called, nor waited for', () => {
  const clock = new Clock()
  let called = false
  clock.wake.after(100, () => {
    called = true
  })()
  clock.until(1000)
  expect(called).toBe(false)
  expect(clock.wakes).toBe(0)
})

it('on the real clock: after its time, and at once when it is aborted', async () => {
  const wake = new SharedWake()
  const began = performance.now()
  await wake.pause(30, new AbortController().signal)
  expect(performance.now() - began).toBeGreaterThanOrEqual(23)
  const stop = new AbortController()
  const late = wake.pause(60_000, stop.signal)
  stop.abort()
  expect(await Promise.race([late.then(() => 'ended'), delay(5000, 'not ended')])).toBe('ended')
})
