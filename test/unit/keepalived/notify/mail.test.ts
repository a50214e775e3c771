import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { GlobalConfig } from '../../../../src/keepalived/config/config.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { bareAddress, renderMail } from '../../../../src/keepalived/notify/mail.ts'
import { Mailer } from '../../../../src/keepalived/notify/mailer.ts'
import { Heard } from '../sandbox.ts'

/** A relay that writes down what it is told; `refuse` names a command that it refuses. */
async function relay(refuse = ''): Promise<{ server: Server; port: number; lines: Heard<string> }> {
  const lines = new Heard<string>()
  const server = createServer((socket: Socket) => {
    let inData = false
    let rest = ''
    socket.on('error', () => {})
    socket.write('220-relay.test hello\r\n220 ready\r\n')
    socket.on('data', (chunk) => {
      const all = (rest + String(chunk)).split('\r\n')
      rest = all.pop() ?? ''
      for (const line of all) {
        lines.add(line)
        if (inData && line !== '.') continue
        inData = line === 'DATA'
        const verb = line.split(/[ :]/)[0]
        socket.write(verb === refuse ? '553 not you\r\n' : inData ? '354 go on\r\n' : '250-fine\r\n250 go on\r\n')
        if (verb === 'QUIT') socket.end()
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { server, port: address.port, lines }
}

function settings(port: number): GlobalConfig {
  const text = `global_defs {
    notification_email {
        dba@example.com
        "Night Shift <night@example.com>"
    }
    notification_email_from ha@example.com
    smtp_server 127.0.0.1 ${port}
    smtp_connect_timeout 2
    smtp_helo_name m1.example.com
    router_id m1
}`
  return parseConfig(text, 'f').config.global
}

describe('mail', () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })

  it('goes to everybody in plain SMTP, with dots kept', async () => {
    const { server, port, lines } = await relay()
    servers.push(server)
    const logs: string[] = []
    const mailer = new Mailer(settings(port), (_, text) => logs.push(text))
    mailer.send({ subject: 'VRRP Instance VI_1 - Entering MASTER state', body: 'first\n.\n..second\nthird' })
    await lines.first((line) => line === 'QUIT')
    expect(lines.all.slice(0, 5)).toEqual([
      'EHLO m1.example.com',
      'MAIL FROM:<ha@example.com>',
      'RCPT TO:<dba@example.com>',
      'RCPT TO:<night@example.com>',
      'DATA',
    ])
    expect(lines.all).toContain('Subject: [m1] VRRP Instance VI_1 - Entering MASTER state')
    expect(lines.all.slice(lines.all.indexOf(''))).toEqual(['', 'first', '..', '...second', 'third', '.', 'QUIT'])
    expect(logs).toEqual([])
  })

  it('that is refused is in the log, and the next one is tried', async () => {
    const { server, port, lines } = await relay('MAIL')
    servers.push(server)
    const logs = new Heard<string>()
    const mailer = new Mailer(settings(port), (_, text) => logs.add(text))
    mailer.send({ subject: 'one', body: '' })
    mailer.send({ subject: 'two', body: '' })
    expect(await logs.first((text) => text.includes('two'))).toMatch(/^mail "two" was not sent: .*553 not you$/)
    expect(lines.all.filter((line) => line.startsWith('EHLO'))).toHaveLength(2)
  })

  it('is given up when the relay says nothing, and cut off when the daemon stops', async () => {
    const silent = createServer(() => {})
    servers.push(silent)
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const logs = new Heard<string>()
    const short = { ...settings(address.port), smtpConnectTimeout: 0.1 }
    const retried = new Mailer(short, (_, text) => logs.add(text))
    retried.send({ subject: 'x', body: '' })
    expect(await logs.first(() => true)).toBe(
      `mail "x" is not sent yet: 127.0.0.1:${address.port} does not answer for 0.1 s; tried again for 3600 s`,
    )
    await retried.stop(5000)
    expect(logs.all[1]).toBe(`mail "x" was not sent: 127.0.0.1:${address.port} does not answer for 0.1 s`)
    const stopped = new Mailer(settings(address.port), (_, text) => logs.add(text))
    stopped.send({ subject: 'y', body: '' })
    stopped.send({ subject: 'z', body: '' })
    await stopped.stop(20)
    expect(logs.all.slice(2).sort()).toEqual([
      'mail "y" was not sent: the daemon stops',
      'mail "z" was not sent: the daemon stops',
    ])
  })

  it('is given up for now when the relay goes on talking', async () => {
    const talker = createServer((socket) => {
      socket.on('error', () => {})
      socket.write('220 hello\r\n')
      const timer = setInterval(() => socket.write('250-and\r\n'), 20)
      socket.on('close', () => clearInterval(timer))
    })
    servers.push(talker)
    talker.listen(0, '127.0.0.1')
    await once(talker, 'listening')
    const { port } = talker.address() as AddressInfo
    const logs = new Heard<string>()
    const mailer = new Mailer({ ...settings(port), smtpConnectTimeout: 0.1 }, (_, text) => logs.add(text))
    mailer.send({ subject: 'x', body: '' })
    expect(await logs.first(() => true)).toMatch(
      /^mail "x" is not sent yet: 127\.0\.0\.1:\d+ has not taken it for 1 s; /,
    )
    await mailer.stop(0)
  })

  it('that a reload finds waiting is sent after it, in its order and with its date', async () => {
    const nobody = createServer()
    nobody.listen(0, '127.0.0.1')
    await once(nobody, 'listening')
    const closed = nobody.address()
    if (closed === null || typeof closed === 'string') throw new Error('no port')
    nobody.close()
    await once(nobody, 'close')
    const logs = new Heard<string>()
    const before = new Mailer(settings(closed.port), (_, text) => logs.add(text))
    for (const subject of ['one', 'two', 'three']) before.send({ subject, body: '' })
    await logs.first((text) => text.includes('ECONNREFUSED'))
    const kept = await before.stop(1000, true)
    expect(kept.map(({ what }) => what)).toEqual(['mail "one"', 'mail "two"', 'mail "three"'])
    expect(logs.all).toHaveLength(1)
    const { server, port, lines } = await relay()
    servers.push(server)
    const aged = kept.map((one) => ({ ...one, item: { ...one.item, at: 0 } }))
    // It goes from process to process as JSON.
    const after = new Mailer(settings(port), (_, text) => logs.add(text), JSON.parse(JSON.stringify(aged)))
    await lines.first((line) => line.endsWith('three'))
    expect(lines.all.filter((line) => /^(Subject|Date):/.test(line)).slice(0, 4)).toEqual([
      'Date: Thu, 01 Jan 1970 00:00:00 +0000',
      'Subject: [m1] one',
      'Date: Thu, 01 Jan 1970 00:00:00 +0000',
      'Subject: [m1] two',
    ])
    await after.stop(1000)
    // Its time counts from when it happened.
    const late = { ...settings(closed.port), notification: settings(closed.port).notification }
    const old = kept.map((one) => ({ ...one, ageMs: 3_700_000 }))
    const given = new Mailer(late, (_, text) => logs.add(text), old)
    await logs.first((text) => text.startsWith('mail "three" was not sent'))
    await given.stop(0)
  })

  it('can not be made to say other commands or headers', () => {
    expect(bareAddress('Evil <a@b>\r\nRCPT TO:<c@d>')).toBe('a@b')
    expect(bareAddress('a@b\r\nDATA')).toBe('a@bDATA')
    const text = renderMail({ subject: 'x\r\nBcc: c@d', body: '' }, { from: 'a@b', to: ['c@d'] }, 'r\n1', new Date(0))
    expect(text).toContain('\r\nSubject: [r 1] x Bcc: c@d\r\n')
    expect(text).toContain('\r\nDate: Thu, 01 Jan 1970 00:00:00 +0000\r\n'.slice(2))
  })

  it('has words that are not ASCII encoded, none too long', () => {
    const text = renderMail(
      { subject: '主库'.repeat(30), body: 'ü' },
      { from: 'a@b', to: ['c@d'] },
      '数据库',
      new Date(0),
    )
    const words = text.match(/=\?UTF-8\?B\?[^?]*\?=/g) ?? []
    expect(words.every((word) => word.length <= 75)).toBe(true)
    const decoded = words.map((word) => Buffer.from(word.slice(10, -2), 'base64').toString()).join('')
    expect(decoded).toBe(`[数据库] ${'主库'.repeat(30)}`)
  })
})
