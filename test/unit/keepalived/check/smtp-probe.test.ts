import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { SmtpDialogue, type Turn } from '../../../../src/keepalived/check/smtp-dialogue.ts'
import { probeMailHosts, probeSmtp } from '../../../../src/keepalived/check/smtp-probe.ts'
import type { TcpTarget } from '../../../../src/keepalived/check/tcp-probe.ts'
import { detectionTime } from '../../../../src/keepalived/config/check-timing.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { ANY_SOURCE } from '../../../../src/keepalived/config/source.ts'

describe('SMTP_CHECK in a file', () => {
  const read = (lines: string) => {
    const text = `virtual_server 192.0.2.10 25 {\ndelay_loop 4\nreal_server 192.0.2.1 25 {\nSMTP_CHECK {\n${lines}\n}\n}\n}\n`
    const check = parseConfig(text, 'k.conf').config.virtualServers[0]?.realServers[0]?.checks[0]
    if (check?.type !== 'SMTP_CHECK') throw new Error('no SMTP_CHECK')
    return check
  }

  it('asks the real server by default', () => {
    expect(read('connect_timeout 2')).toMatchObject({
      heloName: null,
      hosts: [{ connectIp: null, connectPort: null, source: ANY_SOURCE, connectTimeout: 2 }],
    })
  })

  it('each host has what it says, and else what the check says', () => {
    const check = read(
      'helo_name mx.example\nconnect_port 26\nconnect_timeout 2\nhost {\nconnect_ip 192.0.2.2\n}\nhost {\nconnect_port 27\nconnect_timeout 1\n}',
    )
    expect(check).toMatchObject({
      heloName: 'mx.example',
      hosts: [
        { connectIp: '192.0.2.2', connectPort: 26, connectTimeout: 2 },
        { connectIp: null, connectPort: 27, connectTimeout: 1 },
      ],
    })
    // retry 1 and delay_before_retry 1: two attempts of at most 2 × (2 + 1) s.
    expect(detectionTime(check)).toEqual({ refused: 5, silent: 17 })
  })
})

describe('the talk with a mail server', () => {
  const bytes = (text: string) => Buffer.from(text)

  it('is greeting, HELO, QUIT; replies may have many lines, and come in any pieces', () => {
    const dialogue = new SmtpDialogue('us')
    expect(dialogue.take(bytes('220-hello\r\n22'))).toEqual({ more: true })
    expect(dialogue.take(bytes('0 there\r\n'))).toEqual({ send: 'HELO us\r\n' })
    expect(dialogue.take(bytes('250 welcome\n'))).toEqual({ send: 'QUIT\r\n' })
    expect(dialogue.take(bytes('221 bye\r\n'))).toEqual({ done: true })
  })

  it.each([
    ['554 no service\r\n', 'greeting: 554 no service'],
    ['421 busy\r\n', 'greeting: 421 busy'],
    ['SSH-2.0-OpenSSH_9\r\n', 'greeting: SSH-2.0-OpenSSH_9'],
    ['220-a\r\nb\u0000\r\n', 'greeting: b?'],
  ])('%j is no greeting', (text, fault) => {
    expect(new SmtpDialogue('us').take(bytes(text))).toEqual({ fault })
  })

  it('a refused HELO is a fault, an end after QUIT is none', () => {
    const dialogue = new SmtpDialogue('us')
    dialogue.take(bytes('220 x\r\n'))
    expect(dialogue.end()).toEqual({ fault: 'HELO: connection closed' })
    expect(dialogue.take(bytes('550 not you\r\n'))).toEqual({ fault: 'HELO: 550 not you' })
    const other = new SmtpDialogue('us')
    other.take(bytes('220 x\r\n'))
    other.take(bytes('250 x\r\n'))
    expect(other.end()).toEqual({ done: true })
  })

  it('a server that talks without end is a fault', () => {
    expect(new SmtpDialogue('us').take(Buffer.alloc(20_000, 'x'))).toEqual({ fault: 'greeting: no end of its reply' })
    expect(new SmtpDialogue('us').take(bytes('220-x\r\n'.repeat(3000)))).toEqual({
      fault: 'greeting: no end of its reply',
    })
  })

  it('noise never throws, and is never good', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (pieces) => {
        const dialogue = new SmtpDialogue('us')
        const turns: Turn[] = pieces.map((piece) => dialogue.take(piece))
        expect(turns.some((turn) => 'done' in turn)).toBe(false)
      }),
    )
  })
})

describe('an SMTP probe', () => {
  const signal = () => new AbortController().signal
  const servers: Server[] = []
  const sockets: Socket[] = []
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy()
    for (const server of servers.splice(0)) server.close()
  })

  async function serving(greet: (socket: Socket) => void, timeoutMs = 20_000): Promise<TcpTarget> {
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => undefined)
      greet(socket)
    })
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const place = server.address()
    if (place === null || typeof place === 'string') throw new Error('no port')
    return { host: '127.0.0.1', port: place.port, source: ANY_SOURCE, timeoutMs }
  }

  it('a server that accepts and says nothing, one that hangs up, one that is gone', async () => {
    expect(await probeSmtp(await serving(() => undefined, 100), 'us', signal())).toBe('no whole answer for 0.1 s')
    expect(await probeSmtp(await serving((socket) => socket.end()), 'us', signal())).toBe('greeting: connection closed')
    const gone = await serving(() => undefined)
    servers.pop()?.close()
    expect(await probeSmtp(gone, 'us', signal())).toBe('ECONNREFUSED')
    expect(await probeSmtp(gone, 'us', AbortSignal.abort())).toBe('cut off')
  })

  it('of several hosts the first that fails decides, and is named', async () => {
    const good = await serving((socket) => {
      socket.write('220 x\r\n')
      socket.on('data', () => socket.write('250 x\r\n'))
    })
    const bad = await serving((socket) => socket.write('421 busy\r\n'))
    expect(await probeMailHosts([good, good], 'us', signal())).toBeNull()
    expect(await probeMailHosts([good, bad], 'us', signal())).toBe(`127.0.0.1:${bad.port}: greeting: 421 busy`)
  })
})
