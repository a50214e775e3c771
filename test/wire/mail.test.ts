import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { parseConfig } from '../../src/keepalived/config/parse.ts'
import { Mailer } from '../../src/keepalived/notify/mailer.ts'
import { Webhook } from '../../src/keepalived/notify/webhook.ts'
import { Heard } from '../unit/keepalived/sandbox.ts'
import { Exim } from './exim.ts'
import { Relay, type RelayOptions } from './relay.ts'
import { reason } from './wire-test.ts'

const LOGIN = 'ha:Pa55 w0rd'
const MAIL = { subject: 'VRRP Instance VI_1 - Entering MASTER state', body: 'first\n.\n..second' }

describe.skipIf(reason !== null)('mail to a real relay', () => {
  const ends: (() => void | Promise<void>)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0)) await end()
  })

  async function sending(options: RelayOptions, lines: (relay: Relay) => string, to = 'dba@example.com') {
    const relay = new Relay(options)
    ends.push(() => relay.close())
    const text = `global_defs {
      notification_email {
        ${to.replaceAll(' ', '\n')}
      }
      notification_email_from ha@example.com
      smtp_server 127.0.0.1 ${await relay.port()}
      smtp_connect_timeout 10
      smtp_helo_name m1.example.com
      ${lines(relay)}
    }`
    const logs = new Heard<string>()
    const { config, diagnostics } = parseConfig(text, 'f')
    expect(diagnostics.filter(({ severity, code }) => severity === 'error' && code !== 'unusable')).toEqual([])
    const mailer = new Mailer(config.global, (_, said) => logs.add(said))
    ends.unshift(async () => void (await mailer.stop(0)))
    mailer.send(MAIL)
    return { relay, logs, mailer }
  }

  for (const without of ['LOGIN', 'PLAIN']) {
    it(`STARTTLS, AUTH without ${without}, a certificate that is looked at`, async () => {
      const { relay, logs } = await sending(
        { tls: 'starttls', login: LOGIN, without },
        (at) => `smtp_auth ha ${at.secret('Pa55 w0rd\n')}\n@mmha smtp_tls_ca ${at.certificate}`,
      )
      const kept = await relay.mail(/MASTER/)
      expect(kept).toMatchObject({ helo: 'm1.example.com', tls: true, from: 'ha@example.com', to: ['dba@example.com'] })
      expect(kept.mechanism).toBe(without === 'PLAIN' ? 'LOGIN' : 'PLAIN')
      expect(kept.text).toMatch(/\r\n\r\nfirst\r\n\.\r\n\.\.second\r\n$/)
      expect(logs.all).toEqual([])
    })
  }

  it('TLS from the first byte, unverified on demand; a recipient that is refused holds up nobody else', async () => {
    const { relay, logs } = await sending(
      { tls: 'tls' },
      () => 'smtp_tls tls\nsmtp_tls_verify no',
      'nobody@example.com dba@example.com',
    )
    expect(await relay.mail(/MASTER/)).toMatchObject({ tls: true, to: ['dba@example.com'] })
    expect(await logs.first(() => true)).toBe(`mail "${MAIL.subject}": the relay refused nobody@example.com`)
  })

  it('never without TLS where it was asked for, never to a stranger', async () => {
    const plain = await sending({ tls: 'no' }, () => 'smtp_tls starttls')
    expect(await plain.logs.first(() => true)).toMatch(/STARTTLS/)
    const strange = await sending({ tls: 'starttls' }, () => 'smtp_tls starttls')
    expect(await strange.logs.first(() => true)).toMatch(/not sent yet: .*self-signed certificate/)
    const other = await sending(
      { tls: 'starttls', names: 'DNS:other.test' },
      (at) => `smtp_tls starttls\nsmtp_tls_ca ${at.certificate}`,
    )
    expect(await other.logs.first(() => true)).toMatch(/not sent yet: .*altnames/)
    expect([plain, strange, other].map(({ relay }) => relay.mails())).toEqual([0, 0, 0])
  })

  it('a wrong password is final and not in the log; one that others may read is not used', async () => {
    const lines = (at: Relay) => `smtp_auth ha ${at.secret('wr0ng')}\nsmtp_tls_ca ${at.certificate}`
    const { logs } = await sending({ tls: 'starttls', login: LOGIN }, lines)
    expect(await logs.first(() => true)).toMatch(/was not sent: .*535/)
    expect(logs.all.join()).not.toMatch(/wr0ng|d3IwbmC/)
    const open = await sending({ tls: 'starttls', login: LOGIN }, (at) => {
      const path = at.secret('Pa55 w0rd')
      chmodSync(path, 0o644)
      return `smtp_auth ha ${path}\nsmtp_tls_ca ${at.certificate}`
    })
    expect(await open.logs.first(() => true)).toMatch(/secret is open to others than root: chmod 600 /)
    expect(open.relay.mails()).toBe(0)
  })

  // Not installed where the machine has another MTA (scripts/debian-packages.txt).
  it.skipIf(!existsSync('/usr/sbin/exim4'))('Debian’s exim: STARTTLS and a password, or nothing', async () => {
    const exim = new Exim(LOGIN)
    ends.push(() => exim.close())
    await exim.listening()
    const sent = (password: string) => {
      const text = `global_defs {
        notification_email {
          dba@example.com
        }
        notification_email_from ha@example.com
        smtp_server ${exim.address} ${exim.port}
        smtp_helo_name m1.example.com
        ${password === '' ? '' : `smtp_auth ha ${exim.secret(password)}\nsmtp_tls_ca ${exim.certificate}`}
      }`
      const logs = new Heard<string>()
      const mailer = new Mailer(parseConfig(text, 'f').config.global, (_, said) => logs.add(said))
      ends.unshift(async () => void (await mailer.stop(0)))
      mailer.send(MAIL)
      return logs
    }
    expect(await sent('').first(() => true)).toMatch(/was not sent: .*550 log in first/)
    expect(await sent('wr0ng').first(() => true)).toMatch(/was not sent: .*535/)
    const logs = sent('Pa55 w0rd')
    await vi.waitFor(() => expect(exim.mails).toMatch(/^\.\.second$/m), 20_000)
    expect(exim.mails).toMatch(/^Received: from .*m1\.example\.com.*\n\tby mx\.test with esmtpsa/m)
    expect(exim.mails).toMatch(/^\nfirst\n\.\n\.\.second\n/m)
    expect(exim.mails.match(/^Message-I[dD]:/gm)).toHaveLength(1)
    expect(logs.all).toEqual([])
  })

  it('a relay that says "later" is asked again', async () => {
    const { relay, logs } = await sending({ tls: 'no' }, () => '', 'later@example.com')
    expect(await logs.first(() => true)).toMatch(/not sent yet: .*451 4\.7\.1 greylisted; tried again for 3600 s/)
    expect((await relay.mail(/MASTER/)).to).toEqual(['later@example.com'])
    expect(await logs.first((text) => text.includes('is sent'))).toBe(`mail "${MAIL.subject}" is sent`)
  })

  it('a webhook gets JSON over https with its secret, again after a 503, and not again after a 400', async () => {
    const relay = new Relay({ tls: 'no' })
    ends.push(() => relay.close())
    const got = new Heard<{ readonly headers: IncomingMessage['headers']; readonly body: string }>()
    const answers = [503, 204, 400, 200]
    const files = { cert: readFileSync(relay.certificate), key: readFileSync(relay.key) }
    const server = createSecureServer(files, (request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += String(chunk)
      })
      request.on('end', () => {
        response.writeHead(answers.shift() ?? 500).end()
        got.add({ headers: request.headers, body })
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ends.push(() => void server.close())
    const { port } = server.address() as AddressInfo
    const text = `global_defs {
      router_id m1
      webhook "https://127.0.0.1:${port}/hook?a=b#c"
      webhook_header Authorization ${relay.secret('Bearer t0ken')}
      webhook_ca ${relay.certificate}
    }`
    const { global } = parseConfig(text, 'f').config
    const config = global.notification.webhook
    if (config === null) throw new Error('no webhook')
    const logs = new Heard<string>()
    const webhook = new Webhook(config, global, (_, said) => logs.add(said))
    ends.unshift(async () => void (await webhook.stop(0)))
    for (const state of ['MASTER', 'BACKUP', 'FAULT'] as const) {
      webhook.send({ type: 'INSTANCE', name: 'VI_1', state, priority: 100 })
    }
    await got.first(({ body }) => body.includes('FAULT'))
    const seen = got.all.map(({ headers, body }) => ({ auth: headers.authorization, ...(JSON.parse(body) as object) }))
    const each = { auth: 'Bearer t0ken', version: 1, router: 'm1', type: 'INSTANCE', name: 'VI_1', priority: 100 }
    expect(seen).toMatchObject(['MASTER', 'MASTER', 'BACKUP', 'FAULT'].map((state) => ({ ...each, state })))
    expect(Date.parse((seen[0] as unknown as { at: string }).at)).toBeLessThanOrEqual(Date.now())
    expect(logs.all).toContain('webhook INSTANCE VI_1 BACKUP was not sent: the receiver answered 400')
    expect(logs.all.join()).not.toContain('t0ken')
  })

  it('a webhook that never answers is given up after its time', async () => {
    const server = createServer(() => {})
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ends.push(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const text = `global_defs {\n webhook http://127.0.0.1:${port}/\n webhook_timeout 0.2\n webhook_retry_for 0\n}`
    const { global } = parseConfig(text, 'f').config
    if (global.notification.webhook === null) throw new Error('no webhook')
    const logs = new Heard<string>()
    const webhook = new Webhook(global.notification.webhook, global, (_, said) => logs.add(said))
    ends.unshift(async () => void (await webhook.stop(0)))
    webhook.send({ type: 'RS', name: '[10.0.0.1]:tcp:1', virtualServer: '[10.0.0.2]:tcp:1', state: 'DOWN' })
    expect(await logs.first(() => true)).toBe('webhook RS [10.0.0.1]:tcp:1 DOWN was not sent: no answer for 0.2 s')
  })
})
