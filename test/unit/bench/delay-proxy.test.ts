import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { DelayProxy } from '../../../bench/provision/delay-proxy.ts'

const opened: { close(): unknown }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

/** A server that answers each line, behind a relay; the client's socket is not connected yet. */
async function behind(roundTrip: number, answer: (line: string) => string = (line) => line) {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.write('hello\n')
    socket.on('data', (data) => socket.write(answer(data.toString())))
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const proxy = new DelayProxy({ host: '127.0.0.1', port: address.port })
  opened.push(server, proxy)
  proxy.roundTrip = roundTrip
  const port = await proxy.listen('127.0.0.1', 0)
  return { proxy, connect: () => createConnection({ host: '127.0.0.1', port, noDelay: true }) }
}

async function said(socket: Socket): Promise<string> {
  const [data] = await once(socket, 'data')
  return String(data)
}

it('is as far away as it is told, the handshake included', async () => {
  const { proxy, connect } = await behind(80)
  const began = performance.now()
  const socket = connect()
  opened.push({ close: () => socket.destroy() })
  expect(await said(socket)).toBe('hello\n')
  // SYN and SYN-ACK, ACK, and the first bytes back: two round trips.
  expect(performance.now() - began).toBeGreaterThanOrEqual(158)
  for (let i = 0; i < 3; i += 1) {
    const at = performance.now()
    socket.write(`${i}\n`)
    expect(await said(socket)).toBe(`${i}\n`)
    expect(performance.now() - at).toBeGreaterThanOrEqual(78)
  }
  expect(proxy.traffic).toEqual({ connections: 1, roundTrips: 4, bytes: 12 + 6 })
})

it('what overlaps is one round trip', async () => {
  const { proxy, connect } = await behind(100)
  const socket = connect()
  opened.push({ close: () => socket.destroy() })
  expect(await said(socket)).toBe('hello\n')
  socket.write('a\n')
  setTimeout(() => socket.write('b\n'), 20)
  expect(await said(socket)).toBe('a\n')
  socket.write('c\n')
  expect(await said(socket)).toBe('b\n')
  // Answers b, which was on its way together with a.
  socket.write('d\n')
  expect(await said(socket)).toBe('c\n')
  expect(proxy.traffic.roundTrips).toBe(3)
})

it('what nobody answers, as a goodbye, is none', async () => {
  const { proxy, connect } = await behind(40, () => '')
  const socket = connect()
  expect(await said(socket)).toBe('hello\n')
  socket.end('bye\n')
  await once(socket, 'close')
  expect(proxy.traffic).toEqual({ connections: 1, roundTrips: 1, bytes: 10 })
})

it('keeps the order, and does not make a round trip of what is sent without waiting', async () => {
  const { proxy, connect } = await behind(30)
  const socket = connect()
  opened.push({ close: () => socket.destroy() })
  expect(await said(socket)).toBe('hello\n')
  const sent = Array.from({ length: 200 }, (_, i) => `line ${i}\n`).join('')
  for (const line of sent.split(/(?<=\n)/)) socket.write(line)
  let got = ''
  while (got.length < sent.length) got += await said(socket)
  expect(got).toBe(sent)
  expect(proxy.traffic.roundTrips).toBeLessThanOrEqual(3)
})

it('without a distance it is a plain relay; a reset ends what is open and forgets', async () => {
  const { proxy, connect } = await behind(0)
  const socket = connect()
  socket.on('error', () => undefined)
  expect(await said(socket)).toBe('hello\n')
  const closed = once(socket, 'close')
  proxy.reset()
  await closed
  expect(proxy.traffic).toEqual({ connections: 0, roundTrips: 0, bytes: 0 })
})
