import { describe, expect, it } from 'vitest'
import { queryPacket, type Reply, ReplyReader } from '../../../src/mysql/text-protocol.ts'

/** A packet with its header. */
function packet(...parts: readonly (string | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)))
  const header = Buffer.alloc(4)
  header.writeUIntLE(body.length, 0, 3)
  return Buffer.concat([header, body])
}

const short = (text: string): readonly number[] => [Buffer.byteLength(text), ...Buffer.from(text)]
const column = (name: string, charset = 45): Buffer =>
  packet(
    short('def'),
    short(''),
    short('t'),
    short('t'),
    short(name),
    short('org'),
    [12, charset, 0],
    Array(10).fill(0),
  )
const eof = (status = 2): Buffer => packet([0xfe, 0, 0, status, 0])
const ok = (status = 2): Buffer => packet([0, 0, 0, status, 0, 0, 0])
const MORE = 8

function read(bytes: Buffer, size = bytes.length): Reply[] {
  const replies: Reply[] = []
  const reader = new ReplyReader((reply) => replies.push(reply))
  for (let at = 0; at < bytes.length; at += size) reader.push(Buffer.from(bytes.subarray(at, at + size)))
  expect(reader.atRest).toBe(true)
  return replies
}

const TWO_RESULTS = Buffer.concat([
  packet([2]),
  column('a'),
  column('raw', 63),
  eof(MORE),
  packet(short('é'), [2, 0xff, 0x00]),
  packet([0xfb], short('')),
  eof(MORE),
  ok(),
])

describe('replies', () => {
  it('rows of each statement, however the bytes are cut', () => {
    const rows = [
      { a: 'é', raw: '\u00ff\u0000' },
      { a: null, raw: '' },
    ]
    for (let size = 1; size <= TWO_RESULTS.length; size++) expect(read(TWO_RESULTS, size)).toEqual([[rows, []]])
  })

  it('a row that begins as an EOF packet does', () => {
    const long = 'x'.repeat(70_000)
    const value = [0xfe, 0x70, 0x11, 0x01, 0, 0, 0, 0, 0]
    const bytes = Buffer.concat([packet([1]), column('a'), eof(), packet(value, long), eof()])
    expect(read(bytes)).toEqual([[[{ a: long }]]])
  })

  it('a refusal ends the reply, with what came before it', () => {
    const refused = packet([0xff, 0x7a, 0x04], '#42S02', 'no such table')
    expect(read(Buffer.concat([ok(MORE), refused, ok()]))).toMatchObject([
      { errno: 1146, message: 'no such table', lost: false },
      [[]],
    ])
    const amidRows = Buffer.concat([packet([1]), column('a'), eof(), packet(short('1')), refused])
    expect(read(amidRows)).toMatchObject([{ errno: 1146 }])
  })

  it('a farewell says that the connection is gone', () => {
    expect(read(packet([0xff, 0x1d, 0x04], '#08S01', 'Server shutdown in progress'))).toMatchObject([
      { errno: 1053, lost: true },
    ])
  })

  it('what is none is refused', () => {
    const reader = new ReplyReader(() => undefined)
    expect(() => reader.push(packet([0xfb], '/etc/passwd'))).toThrow(TypeError)
    expect(() => new ReplyReader(() => undefined).push(Buffer.from([0xff, 0xff, 0xff, 0]))).toThrow(RangeError)
  })
})

it('a question is counted in bytes, not characters', () => {
  expect(queryPacket("SELECT 'é'").toString('latin1')).toBe("\u000c\u0000\u0000\u0000\u0003SELECT 'Ã©'")
})
