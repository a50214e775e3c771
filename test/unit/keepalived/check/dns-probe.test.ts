import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { probeDns } from '../../../../src/keepalived/check/dns-probe.ts'
import type { TcpTarget } from '../../../../src/keepalived/check/tcp-probe.ts'
import type { DnsCheck } from '../../../../src/keepalived/config/dns-check.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { ANY_SOURCE } from '../../../../src/keepalived/config/source.ts'
import { Heard } from '../sandbox.ts'

function read(lines: string, around = '') {
  const text = `virtual_server 192.0.2.10 53 {\n${around}\nreal_server 192.0.2.1 53 {\nDNS_CHECK {\n${lines}\n}\n}\n}\n`
  const { config, diagnostics } = parseConfig(text, 'k.conf')
  const check = config.virtualServers[0]?.realServers[0]?.checks[0]
  if (check?.type !== 'DNS_CHECK') throw new Error('no DNS_CHECK')
  return { check, errors: diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message) }
}

describe('DNS_CHECK in a file', () => {
  it('asks for the root by default, four times, with delay_loop between', () => {
    const { check, errors } = read('', 'delay_loop 7')
    expect(errors).toEqual([])
    expect(check).toMatchObject({ query: 'SOA', labels: [], retry: 3, delayBeforeRetry: 7, delayLoop: 7 })
    expect(read('delay_before_retry 2').check.delayBeforeRetry).toBe(2)
    expect(read('', 'delay_before_retry 2').check.delayBeforeRetry).toBe(2)
  })

  it('has a type and a name, with or without its last dot', () => {
    expect(read('type aaaa\nname db.example.com.').check).toMatchObject({
      query: 'AAAA',
      labels: ['db', 'example', 'com'],
    })
  })

  it.each(['a..b', `${'x'.repeat(64)}.com`, Array(128).fill('x').join('.')])('%s is no name', (name) => {
    const { check, errors } = read(`name ${name}`)
    expect(check.labels).toEqual([])
    expect(errors).toEqual([expect.stringMatching(/is no name of DNS/)])
  })
})

describe('a DNS probe', () => {
  const check: DnsCheck = read('type A\nname db.example').check
  const signal = () => new AbortController().signal
  const servers: Socket[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })

  /** A name server that answers with what `answers` makes of a question. */
  async function serving(
    type: 'udp4' | 'udp6',
    answers: (query: Buffer, from: RemoteInfo) => readonly Uint8Array[],
    timeoutMs = 5000,
  ): Promise<TcpTarget> {
    const server = createSocket(type)
    servers.push(server)
    server.on('message', (query, from) => {
      for (const answer of answers(query, from)) server.send(answer, from.port, from.address)
    })
    const host = type === 'udp4' ? '127.0.0.1' : '::1'
    server.bind(0, host)
    await once(server, 'listening')
    return { host, port: server.address().port, source: ANY_SOURCE, timeoutMs }
  }

  const answered = (query: Buffer, code: number): Buffer => {
    const answer = Buffer.from(query)
    answer.writeUInt16BE(0x8180 | code, 2)
    return answer
  }

  it.each(['udp4', 'udp6'] as const)('is content with an answer over %s', async (type) => {
    const target = await serving(type, (query) => [answered(query, 0)])
    expect(await probeDns(target, check, signal())).toBeNull()
  })

  it('comes from the address that was asked for', async () => {
    const heard = new Heard<string>()
    const target = await serving('udp4', (query, from) => {
      heard.add(from.address)
      return [answered(query, 0)]
    })
    expect(await probeDns({ ...target, source: { ...ANY_SOURCE, address: '127.0.0.9' } }, check, signal())).toBeNull()
    expect(await heard.first(() => true)).toBe('127.0.0.9')
  })

  it('waits past datagrams that are no answer, and says an error', async () => {
    const target = await serving('udp4', (query) => [Buffer.from('x'), query, answered(query, 2)])
    expect(await probeDns(target, check, signal())).toBe('answer SERVFAIL')
  })

  it('says a server that is silent, one that is not there, and a source that is not ours', async () => {
    const silent = await serving('udp4', () => [], 100)
    expect(await probeDns(silent, check, signal())).toBe('no answer for 0.1 s')
    const gone = await serving('udp4', () => [])
    servers.pop()?.close()
    expect(await probeDns(gone, check, signal())).toBe('ECONNREFUSED')
    expect(await probeDns({ ...gone, source: { ...ANY_SOURCE, address: '192.0.2.77' } }, check, signal())).toBe(
      'EADDRNOTAVAIL',
    )
  })

  it('can be cut off, before and while it asks', async () => {
    const target = await serving('udp4', () => [], 60_000)
    const abort = new AbortController()
    const probe = probeDns(target, check, abort.signal)
    abort.abort()
    expect(await probe).toBe('cut off')
    expect(await probeDns(target, check, abort.signal)).toBe('cut off')
  })
})
