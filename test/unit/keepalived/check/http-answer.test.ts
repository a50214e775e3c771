import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HttpAnswerReader } from '../../../../src/keepalived/check/http-answer.ts'

/** Bytes cut into pieces at these places. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return places.slice(1).map((to, index) => bytes.subarray(places[index], to))
}

describe('an answer of HTTP', () => {
  it('is the same however its bytes come; what is kept is what was asked for', () => {
    const body = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))
    const all = [body, fc.boolean(), fc.array(fc.nat(400)), fc.nat(250), fc.nat(250)] as const
    fc.assert(
      fc.property(...all, (page, sized, cuts, from, length) => {
        const head = `HTTP/1.1 203 Fine\r\nServer: x${sized ? `\r\ncontent-length: ${page.length}` : ''}`
        const reader = new HttpAnswerReader({ from, length })
        // What follows a page of a known size is not of it.
        const rest = sized ? 'HTTP/1.1 500 Not of this page\r\n\r\n' : ''
        const sent = Buffer.concat([Buffer.from(`${head}\r\n\r\n`), page, Buffer.from(rest)])
        for (const piece of pieces(sent, cuts)) if (reader.take(piece)) break
        expect(reader.finish()).toEqual({
          status: 203,
          head,
          digest: createHash('md5').update(page).digest('hex'),
          kept: page.subarray(from, from + length),
        })
      }),
      { numRuns: 300 },
    )
  })

  it('of any bytes is read or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), fc.boolean(), (parts, started) => {
        const reader = new HttpAnswerReader({ from: 0, length: 10 })
        try {
          if (started) reader.take(Buffer.from('HTTP/1.0 200 OK\r\n'))
          for (const part of parts) if (reader.take(Buffer.from(part))) break
          expect(reader.finish().kept.length).toBeLessThanOrEqual(10)
        } catch (error) {
          expect((error as Error).message).toMatch(/no answer of HTTP|closed (without|\d+ bytes)|no end of the headers/)
        }
      }),
      { numRuns: 300 },
    )
  })
})
