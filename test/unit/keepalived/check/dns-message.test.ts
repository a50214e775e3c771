import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeQuery, judgeAnswer } from '../../../../src/keepalived/check/dns-message.ts'
import { Heard } from '../sandbox.ts'

const answerTo = (query: Buffer, code: number): Buffer => {
  const answer = Buffer.from(query)
  answer.writeUInt16BE(0x8180 | code, 2)
  return answer
}

describe('a message of DNS', () => {
  it('asks as the resolver of Node does, byte for byte after the id', async () => {
    const heard = new Heard<Buffer>()
    const server = createSocket('udp4', (bytes) => heard.add(bytes))
    server.bind(0, '127.0.0.1')
    await once(server, 'listening')
    const resolver = new Resolver()
    resolver.setServers([`127.0.0.1:${server.address().port}`])
    const cancelled = resolver.resolveMx('db.example.com').catch(() => null)
    const theirs = await heard.first(() => true)
    resolver.cancel()
    await cancelled
    server.close()
    const ours = encodeQuery(theirs.readUInt16BE(0), ['db', 'example', 'com'], 'MX')
    // Theirs may end with an OPT record, which is counted in the last two bytes of the header.
    expect(ours.subarray(0, 10)).toEqual(theirs.subarray(0, 10))
    expect(ours.subarray(12)).toEqual(theirs.subarray(12, ours.length))
  })

  it.each([
    [0, null],
    [2, 'answer SERVFAIL'],
    [3, 'answer NXDOMAIN'],
    [5, 'answer REFUSED'],
    [9, 'answer with error 9'],
  ])('with the code %i is %s', (code, fault) => {
    expect(judgeAnswer(513, answerTo(encodeQuery(513, [], 'SOA'), code))).toBe(fault)
  })

  it('is no answer with another id, as a question, or cut short', () => {
    const query = encodeQuery(513, ['x'], 'A')
    expect(judgeAnswer(514, answerTo(query, 0))).toBeUndefined()
    expect(judgeAnswer(513, query)).toBeUndefined()
    expect(judgeAnswer(513, answerTo(query, 0).subarray(0, 11))).toBeUndefined()
  })

  it('of any bytes is an answer only with its id and the bit of a response', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.uint8Array({ maxLength: 40 }), fc.boolean(), (id, bytes, isOurs) => {
        const sent = isOurs ? Uint8Array.from([id >> 8, id & 0xff, ...bytes]) : bytes
        const [high = 0, low = 0, flags = 0, code = 0] = sent
        const isAnswer = sent.length >= 12 && high * 256 + low === id && flags >= 128
        const judged = judgeAnswer(id, sent)
        expect(judged !== undefined).toBe(isAnswer)
        if (isAnswer) expect(judged === null).toBe(code % 16 === 0)
      }),
      { numRuns: 500 },
    )
  })
})
