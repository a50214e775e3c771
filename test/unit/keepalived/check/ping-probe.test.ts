import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { probePing } from '../../../../src/keepalived/check/ping-probe.ts'
import type { TcpTarget } from '../../../../src/keepalived/check/tcp-probe.ts'
import { ANY_SOURCE } from '../../../../src/keepalived/config/source.ts'
import { answersEcho, echoOf } from '../../../../src/keepalived/linux/echo-exchange.ts'

const DATA = Buffer.from('0123456789abcdef')
const IP_HEADER = Buffer.concat([Buffer.from([0x45]), Buffer.alloc(19)])

/** As the other side answers: the same, with the type of a reply. */
function reply(family: 4 | 6): Buffer {
  const packet = echoOf(family, DATA)
  packet.writeUInt8(family === 4 ? 0 : 129, 0)
  return family === 4 ? Buffer.concat([IP_HEADER, packet]) : packet
}

describe('an echo', () => {
  it('over IPv4 has a checksum that sums up to nothing (RFC 1071)', () => {
    const packet = echoOf(4, DATA)
    let sum = 0
    for (let at = 0; at < packet.length; at += 2) sum += packet.readUInt16BE(at)
    expect((sum & 0xffff) + (sum >>> 16)).toBe(0xffff)
  })

  it.each([4, 6] as const)('of IPv%i is answered by its own data only', (family) => {
    expect(answersEcho(family, reply(family), DATA)).toBe(true)
    expect(answersEcho(family, reply(family), Buffer.from('0123456789abcdeF'))).toBe(false)
    expect(answersEcho(family, reply(family).subarray(0, -1), DATA)).toBe(false)
    // The request itself comes by on loopback.
    const request = family === 4 ? Buffer.concat([IP_HEADER, echoOf(4, DATA)]) : echoOf(6, DATA)
    expect(answersEcho(family, request, DATA)).toBe(false)
  })

  it('noise is no answer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(4 as const, 6 as const), (bytes, family) => {
        expect(answersEcho(family, Buffer.from(bytes), DATA)).toBe(false)
      }),
    )
  })
})

describe.skipIf(process.getuid?.() !== 0)('a ping probe (needs root)', () => {
  const target = (host: string, address: string | null = null, timeoutMs = 20_000): TcpTarget => ({
    ...{ host, port: 0, source: { ...ANY_SOURCE, address }, timeoutMs },
  })
  const signal = () => new AbortController().signal

  it.each(['127.0.0.1', '::1'])('%s answers', async (host) => {
    expect(await probePing(target(host), signal())).toBeNull()
    expect(await probePing(target(host, host), signal())).toBeNull()
  })

  it('a source that is not ours is said, and it can be cut off', async () => {
    expect(await probePing(target('127.0.0.1', '192.0.2.77'), signal())).toBe('bind: Cannot assign requested address')
    expect(await probePing(target('127.0.0.1'), AbortSignal.abort())).toBe('cut off')
  })

  it('many at once each hear their own answer', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => probePing(target('127.0.0.1'), signal())))
    expect(all.every((fault) => fault === null)).toBe(true)
  })
})
