import { describe, expect, it } from 'vitest'
import { checksum } from '../../../../src/keepalived/linux/echo-socket.ts'
import { resetFor } from '../../../../src/keepalived/linux/reset-frames.ts'

const OURS = Buffer.from('0242ac110002', 'hex')
const THEIRS = '0242ac110063'

/** A segment from 10.77.0.20:40000 to 10.77.0.100:3306. */
function segment({
  flags,
  data = 0,
  to = OURS.toString('hex'),
  options = '',
}: {
  flags: string
  data?: number
  to?: string
  options?: string
}): Buffer {
  const tcp = `9c400cea00000064000000c8${(5 + options.length / 8).toString(16)}0${flags}ffff00000000${options}`
  const length = (20 + tcp.length / 2 + data).toString(16).padStart(4, '0')
  const ip = `4500${length}0000400040060000${'0a4d0014'}${'0a4d0064'}`
  return Buffer.from(`${to}${THEIRS}0800${ip}${tcp}${'aa'.repeat(data)}`, 'hex')
}

describe('a reset from where the address was', () => {
  it('refuses a SYN: from the address, to whoever called, with sums that are right', () => {
    const reset = resetFor(segment({ flags: '02', options: '020405b4' }), OURS)
    if (reset === null) throw new Error('nothing was said')
    expect(reset.subarray(0, 14).toString('hex')).toBe(`${THEIRS}${OURS.toString('hex')}0800`)
    const [ip, tcp] = [reset.subarray(14, 34), reset.subarray(34)]
    expect([ip.subarray(12, 16), ip.subarray(16, 20)].map((four) => four.join('.'))).toEqual([
      '10.77.0.100',
      '10.77.0.20',
    ])
    expect([tcp.readUInt16BE(0), tcp.readUInt16BE(2)]).toEqual([3306, 40000])
    expect({ sequence: tcp.readUInt32BE(4), acknowledged: tcp.readUInt32BE(8), flags: tcp.readUInt8(13) }).toEqual({
      sequence: 0,
      acknowledged: 101,
      flags: 0x14,
    })
    expect(checksum(ip)).toBe(0)
    expect(checksum(Buffer.concat([ip.subarray(12, 20), Buffer.from([0, 6, 0, 20]), tcp]))).toBe(0)
  })

  it('refuses a SYN over IPv6 as well', () => {
    const [client, vip] = ['fd990007000000000000000000000011', 'fd990007000000000000000000000100']
    const tcp = '9c400cea00000064000000c860020000ffff0000020405b4'
    const frame = `${OURS.toString('hex')}${THEIRS}86dd6000000000180640${client}${vip}${tcp}`
    const reset = resetFor(Buffer.from(frame, 'hex'), OURS)
    if (reset === null) throw new Error('nothing was said')
    const head = `${THEIRS}${OURS.toString('hex')}86dd6000000000140640${vip}${client}`
    expect(reset.subarray(0, 54).toString('hex')).toBe(head)
    const said = reset.subarray(54)
    expect([said.readUInt16BE(0), said.readUInt16BE(2), said.readUInt32BE(8), said.readUInt8(13)]).toEqual([
      3306, 40000, 101, 0x14,
    ])
    // RFC 8200 8.1: addresses, length in four bytes, three zeros, 6.
    const pseudo = Buffer.from(`${vip}${client}0000001400000006`, 'hex')
    expect(checksum(Buffer.concat([pseudo, said]))).toBe(0)
    // Behind a hop-by-hop header there may be TCP; it is not looked for.
    expect(resetFor(Buffer.from(frame.replace('001806', '001800'), 'hex'), OURS)).toBeNull()
  })

  it('ends a connection that is open at the sequence that it waits for', () => {
    const tcp = resetFor(segment({ flags: '18', data: 7 }), OURS)?.subarray(34)
    expect([tcp?.readUInt32BE(4), tcp?.readUInt8(13)]).toEqual([200, 0x04])
  })

  it('counts data and FIN where nothing was acknowledged', () => {
    expect(resetFor(segment({ flags: '01', data: 7 }), OURS)?.readUInt32BE(34 + 8)).toBe(108)
  })

  it.each([
    ['a reset', segment({ flags: '14' })],
    ['what is for another host', segment({ flags: '02', to: 'ffffffffffff' })],
    ['half a header', segment({ flags: '02' }).subarray(0, 40)],
    ['nothing', Buffer.alloc(0)],
  ])('says nothing to %s', (_what, frame) => {
    expect(resetFor(frame, OURS)).toBeNull()
  })
})
