import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { TcpTarget } from '../../../../src/keepalived/check/tcp-probe.ts'
import { judgeReply, probeUdp } from '../../../../src/keepalived/check/udp-probe.ts'
import { agrees, hexPattern } from '../../../../src/keepalived/config/hex-pattern.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { ANY_SOURCE } from '../../../../src/keepalived/config/source.ts'

function read(lines: string) {
  const text = `virtual_server 192.0.2.10 53 {\nreal_server 192.0.2.1 53 {\nUDP_CHECK {\n${lines}\n}\n}\n}\n`
  const { config, diagnostics } = parseConfig(text, 'k.conf')
  const check = config.virtualServers[0]?.realServers[0]?.checks[0]
  if (check?.type !== 'UDP_CHECK') throw new Error('no UDP_CHECK')
  return {
    check,
    said: diagnostics.map(({ message }) => message).filter((said) => !said.includes('is no virtual_ipaddress')),
  }
}

const hex = (bytes: readonly number[] | Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex')

describe('hex digits', () => {
  it("are read as keepalived's manual shows it", () => {
    expect(hex(hexPattern('Ab12f 3 456 546443123', false)?.bytes)).toBe('ab120f0345065464431203')
  })

  it('X is any digit', () => {
    const pattern = hexPattern('1x x', true)
    expect([hex(pattern?.bytes), hex(pattern?.mask)]).toEqual(['1000', 'f0f0'])
    expect(pattern !== null && agrees(pattern, Buffer.from('1a0b', 'hex'))).toBe(true)
    expect(pattern !== null && agrees(pattern, Buffer.from('2a0b', 'hex'))).toBe(false)
    expect(hexPattern('1x', false)).toBeNull()
  })

  it.each(['', ' ', 'hello', '0x12', '1,2'])('%j are none', (text) => {
    expect(hexPattern(text, false)).toBeNull()
  })

  it('never throw, and agree with what they were made of', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.uint8Array(), (bytes, more) => {
        const pattern = hexPattern(hex(bytes), true)
        expect(pattern !== null && agrees(pattern, Buffer.concat([bytes, more]))).toBe(true)
      }),
    )
    fc.assert(fc.property(fc.string(), (text) => void hexPattern(text, true)))
  })
})

describe('UDP_CHECK in a file', () => {
  it('without a word: something random, and silence is good', () => {
    expect(read('')).toMatchObject({ check: { payload: null, reply: null, retry: 1, connectTimeout: 5 }, said: [] })
  })

  it('lengths: 255 at most where the answer is looked at, as keepalived does', () => {
    expect(read('require_reply').check.reply).toEqual({ min: 0, max: 65_535, pattern: null })
    expect(read('require_reply aX').check.reply).toMatchObject({ min: 0, max: 255 })
    expect(read('require_reply\nmin_reply_length 3\nmax_reply_length 9').check.reply).toMatchObject({ min: 3, max: 9 })
  })

  it('goes to the check worker as JSON, and is the same there', () => {
    const { check } = read('payload 0a\nrequire_reply 1x')
    expect(JSON.parse(JSON.stringify(check))).toEqual(check)
  })

  it.each([
    ['payload hello', /payload hello is not of hex digits, ignored/],
    ['require_reply 1y', /require_reply 1y is not of hex digits/],
    ['require_reply\nmin_reply_length 9\nmax_reply_length 3', /min_reply_length 9 is more than 3, .* always fails/],
    ['min_reply_length 9', /without require_reply any answer is good/],
  ])('%j is said', (lines, said) => {
    expect(read(lines).said).toEqual([expect.stringMatching(said)])
  })

  it('a hang that nobody would see is said where the detection time stands', () => {
    const text = `vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n192.0.2.10\n}\n}
virtual_server 192.0.2.10 53 {\nreal_server 192.0.2.1 53 {\ndelay_loop 3\nUDP_CHECK {\nconnect_timeout 2\n}\n}\n}\n`
    const messages = parseConfig(text, 'k.conf').diagnostics.map(({ message }) => message)
    expect(messages).toContainEqual(
      expect.stringMatching(/a dead server is seen after 6 s at most, a hanging one never/),
    )
  })
})

describe('a UDP probe', () => {
  const signal = () => new AbortController().signal
  const servers: Socket[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })

  async function serving(type: 'udp4' | 'udp6', answer: (query: Buffer) => Uint8Array | null, timeoutMs = 5000) {
    const server = createSocket(type)
    servers.push(server)
    server.on('message', (query, from) => {
      const bytes = answer(query)
      if (bytes !== null) server.send(bytes, from.port, from.address)
    })
    const host = type === 'udp4' ? '127.0.0.1' : '::1'
    server.bind(0, host)
    await once(server, 'listening')
    return { host, port: server.address().port, source: ANY_SOURCE, timeoutMs } satisfies TcpTarget
  }

  it.each(['udp4', 'udp6'] as const)('over %s: the payload goes out, the answer is compared', async (type) => {
    const target = await serving(type, (query) => Buffer.concat([query, Buffer.from([0x5a])]))
    expect(await probeUdp(target, read('payload 0a 0b\nrequire_reply 0a 0b 5x').check, signal())).toBeNull()
    const other = read('payload 0a 0b\nrequire_reply 0a 0b 6x').check
    expect(await probeUdp(target, other, signal())).toBe('answer does not match require_reply')
    const longer = read('payload 0a\nrequire_reply\nmin_reply_length 3').check
    expect(await probeUdp(target, longer, signal())).toBe('answer of 2 bytes')
  })

  it('silence is a fault with require_reply only, a refusal always', async () => {
    const silent = await serving('udp4', () => null, 100)
    expect(await probeUdp(silent, read('require_reply').check, signal())).toBe('no answer for 0.1 s')
    expect(await probeUdp(silent, read('').check, signal())).toBeNull()
    servers.pop()?.close()
    const gone = { ...silent, timeoutMs: 5000 }
    expect(await probeUdp(gone, read('').check, signal())).toBe('ECONNREFUSED')
    expect(await probeUdp(gone, read('require_reply').check, signal())).toBe('ECONNREFUSED')
  })

  it('any answer is judged without throwing', () => {
    const pattern = hexPattern('0a XX 0b', true)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const isGood =
          bytes.length <= 255 && (bytes[0] ?? 0x0a) === 0x0a && (bytes[2] === undefined || bytes[2] === 0x0b)
        expect(judgeReply({ min: 0, max: 255, pattern }, bytes) === null).toBe(isGood)
      }),
    )
  })
})
