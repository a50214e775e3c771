import { randomUUID } from 'node:crypto'

/** What is to be told. The subject gets the router's name in front, as keepalived does. */
export interface Mail {
  readonly subject: string
  readonly body: string
}

export interface Envelope {
  readonly from: string
  readonly to: readonly [string, ...string[]]
}

/** The bare address of `Name <a@b>`, without anything that would end an SMTP command. */
export function bareAddress(text: string): string {
  const inner = /<([^<>]*)>/.exec(text)?.[1] ?? text
  return inner.replace(/[\s<>\p{Cc}]/gu, '')
}

/** A header's value: one line, and encoded (RFC 2047) where it is not ASCII. */
function headerValue(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, ' ').trim()
  if (/^[\x20-\x7e]*$/.test(line)) return line
  // An encoded word has at most 75 characters: 45 bytes are 60 in base64.
  const words: string[] = []
  let word = ''
  for (const char of line) {
    if (Buffer.byteLength(word + char) > 45) {
      words.push(word)
      word = ''
    }
    word += char
  }
  return [...words, word].map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join('\r\n ')
}

/** `Tue, 01 Jul 2025 10:00:00 +0000`, as RFC 5322 has it. */
function dateValue(at: Date): string {
  return at.toUTCString().replace('GMT', '+0000')
}

/** The message before dot-stuffing: CRLF line ends, no bare CR or LF. */
export function renderMail(mail: Mail, envelope: Envelope, router: string, at: Date): string {
  const host = router.replace(/[^A-Za-z0-9.-]/g, '') || 'localhost'
  const headers = [
    `Date: ${dateValue(at)}`,
    `From: ${headerValue(envelope.from)}`,
    `To: ${envelope.to.map(headerValue).join(',\r\n ')}`,
    `Subject: ${headerValue(`[${router}] ${mail.subject}`)}`,
    `Message-ID: <${randomUUID()}@${host}>`,
    'X-Mailer: Keepalived (mmha)',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ]
  const body = mail.body.split(/\r\n|\r|\n/)
  return `${[...headers, '', ...body].join('\r\n')}\r\n`
}

/** keepalived's subjects and sentences, which people's mail filters know. */
export function instanceMail(name: string, state: string): Mail {
  if (state === 'STOP') return { subject: `VRRP Instance ${name} - Stopping`, body: '=> VRRP Instance stopping <=' }
  const owning = state === 'MASTER' ? 'now owning' : 'nolonger owning'
  return {
    subject: `VRRP Instance ${name} - Entering ${state} state`,
    body: `=> VRRP Instance is ${owning} VRRP VIPs <=`,
  }
}

export function groupMail(name: string, state: string): Mail {
  if (state === 'STOP') {
    return { subject: `VRRP Group ${name} - Stopping`, body: '=> All VRRP group instances are now stopping <=' }
  }
  const body = `=> All VRRP group instances are now in ${state} state <=`
  return { subject: `VRRP Group ${name} - Entering ${state} state`, body }
}
