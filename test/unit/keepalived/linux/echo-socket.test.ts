import { describe, expect, it } from 'vitest'
import { untilWitness } from '../../../../src/keepalived/heartbeat/until-witness.ts'
import { EchoSocket, echoReply, echoRequest } from '../../../../src/keepalived/linux/echo-socket.ts'

/** With an IPv4 header of 20 bytes from 10.0.0.1. */
function received(icmp: Buffer): Buffer {
  const header = Buffer.alloc(20)
  header[0] = 0x45
  header.set([10, 0, 0, 1], 12)
  return Buffer.concat([header, icmp])
}

describe('echo, RFC 792', () => {
  it('the sum over a packet with its checksum is all ones', () => {
    const packet = echoRequest(0x1234, 7)
    let sum = 0
    for (let i = 0; i < packet.length; i += 2) sum += packet.readUInt16BE(i)
    expect((sum & 0xffff) + (sum >>> 16)).toBe(0xffff)
  })

  it('an answer is known by its identifier', () => {
    const reply = echoRequest(0x1234, 7)
    reply[0] = 0
    expect(echoReply(received(reply), 0x1234)).toEqual({ from: '10.0.0.1', sequence: 7 })
    expect(echoReply(received(reply), 0x4321)).toBeNull()
  })

  it('a request, or half a packet, is no answer', () => {
    expect(echoReply(received(echoRequest(1, 1)), 1)).toBeNull()
    expect(echoReply(Buffer.alloc(10), 1)).toBeNull()
    expect(echoReply(Buffer.alloc(0), 1)).toBeNull()
  })

  it.skipIf(process.getuid?.() !== 0)('the kernel answers on loopback (needs root)', async () => {
    const from = await new Promise<string>((resolve) => {
      const socket = new EchoSocket(process.pid, (address) => {
        socket.close()
        resolve(address)
      })
      socket.send(Uint8Array.of(127, 0, 0, 1))
    })
    expect(from).toBe('127.0.0.1')
  })
})

describe.skipIf(process.getuid?.() !== 0)('until a witness answers (needs root)', () => {
  it('on loopback at once', async () => {
    expect(await untilWitness(['127.0.0.1'], 30_000)).toBe(true)
  })
})
