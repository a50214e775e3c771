import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { Flow, type FlowState } from '../../../src/seeding/flow.ts'

it('lets everything through, not sooner than the rate allows, and tells how far it is', async () => {
  const told: FlowState[] = []
  const flow = new Flow({ throttle: 100_000, expected: 300_000, tell: (state) => told.push(state) })
  const chunks = Array.from({ length: 15 }, (_, i) => Buffer.alloc(10_000, i))
  const began = performance.now()
  const out = await buffer(Readable.from(chunks).pipe(flow))
  expect(performance.now() - began).toBeGreaterThanOrEqual(1490)
  expect(out.equals(Buffer.concat(chunks))).toBe(true)
  expect(told.length).toBeGreaterThan(0)
  for (const { bytes, rate, remaining } of told) {
    expect(rate).toBeLessThanOrEqual(111_000)
    expect(remaining).toBeCloseTo((300_000 - bytes) / rate)
  }
  expect(flow.state.bytes).toBe(150_000)
})
