import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Questions } from '../../../src/mysql/questions.ts'
import type { Reply } from '../../../src/mysql/text-protocol.ts'

const EOF = [0xfe, 0, 0, 2, 0]
const open: { close(): void }[] = []

afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

function packet(body: readonly number[] | Buffer): Buffer {
  return Buffer.concat([Buffer.from([body.length, 0, 0, 0]), Buffer.from(body)])
}

/** One column `a`, one row. */
function answer(value: string): Buffer {
  const text = (word: string): number[] => [word.length, ...Buffer.from(word)]
  const column = [...['def', '', 't', 't', 'a', 'a'].flatMap(text), 12, 45, 0, ...Array<number>(10).fill(0)]
  return Buffer.concat([packet([1]), packet(column), packet(EOF), packet(text(value)), packet(EOF)])
}

/** A server behind a real socket; each question is answered with the next of these pieces, one after the other. */
async function session(): Promise<(pieces: readonly Buffer[]) => Promise<Reply>> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [line] = (await once(server, 'connection')) as [Socket]
  line.setNoDelay(true)
  open.push({ close: () => client.destroy() }, { close: () => line.destroy() }, server)
  const fail = (why: unknown): never => {
    throw why
  }
  const questions = new Questions(client, fail, fail)
  return async (pieces) => {
    const reply = new Promise<Reply>((resolve) => questions.ask('SELECT a', resolve))
    await once(line, 'data')
    for (const piece of pieces) {
      const before = client.bytesRead
      line.write(piece)
      // Each has come before the next is sent: else they would come as one.
      while (client.bytesRead < before + piece.length) await new Promise((resolve) => setImmediate(resolve))
    }
    return reply
  }
}

describe('the same answer again', () => {
  const cut = (bytes: Buffer, at: number): readonly Buffer[] => [bytes.subarray(0, at), bytes.subarray(at)]

  it('is not read again, however its bytes are cut', async () => {
    const ask = await session()
    const bytes = answer('one')
    const first = await ask([bytes])
    expect(first).toEqual([[{ a: 'one' }]])
    for (let at = 1; at < bytes.length; at++) expect(await ask(cut(bytes, at))).toBe(first)
    expect(await ask([bytes])).toBe(first)
  })

  it('was in pieces when it was read first', async () => {
    const ask = await session()
    const first = await ask(cut(answer('one'), 7))
    expect(await ask([answer('one')])).toBe(first)
  })

  it('another one that begins in the same way is read, however its bytes are cut', async () => {
    const ask = await session()
    await ask([answer('one')])
    const bytes = answer('two')
    for (let at = 1; at < bytes.length; at++) {
      expect(await ask(cut(bytes, at))).toEqual([[{ a: 'two' }]])
      expect(await ask([answer('one')])).toEqual([[{ a: 'one' }]])
    }
  })
})
