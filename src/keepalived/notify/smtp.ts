import { lookup } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection'
import type { SmtpConfig } from '../config/notification.ts'
import { bareAddress, type Envelope } from './mail.ts'
import { Refused } from './outbox.ts'
import { readSecret } from './secret-file.ts'

export interface Relay {
  readonly host: string
  readonly port: number
  readonly heloName: string
  /** ms for the connection, and for each reply. */
  readonly timeoutMs: number
  readonly smtp: SmtpConfig
}

/** So many replies' time, a whole delivery may take: a relay that goes on talking must not hold up mail for ever. */
const REPLIES = 10

/** Rejects when `signal` is aborted, whatever a promise is waiting for. */
function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const cut = () => reject(signal.reason)
    if (signal.aborted) cut()
    signal.addEventListener('abort', cut, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', cut))
  })
}

/** By the system's resolver: /etc/hosts counts, and nobody waits for it. */
async function addressOf(host: string, timeoutMs: number, signal: AbortSignal): Promise<string> {
  const late = AbortSignal.timeout(timeoutMs)
  try {
    return (await unlessAborted(lookup(host), AbortSignal.any([signal, late]))).address
  } catch (error) {
    throw late.aborted && !signal.aborted ? new Error(`nobody says for ${timeoutMs / 1000} s where ${host} is`) : error
  }
}

async function connectionOptions(relay: Relay, signal: AbortSignal): Promise<SMTPConnectionOptions> {
  const { host, port, heloName, timeoutMs, smtp } = relay
  const address = isIP(host) === 0 ? await addressOf(host, timeoutMs, signal) : host
  const ca = smtp.caFile === null ? {} : { ca: await readFile(smtp.caFile, 'utf8') }
  const name = isIP(host) === 0 ? { servername: host } : {}
  return {
    host: address,
    port,
    name: heloName,
    ...name,
    secure: smtp.tls === 'tls',
    requireTLS: smtp.tls === 'starttls',
    ignoreTLS: smtp.tls === 'no',
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    socketCloseTimeout: 0,
    tls: { rejectUnauthorized: smtp.verify, ...name, ...ca },
  }
}

interface SmtpFailure {
  readonly message?: string
  readonly code?: string
  /** The relay's, when it answered. */
  readonly responseCode?: number
}

/** A relay's 5xx is its last word; everything else may be better next time. */
function failureOf(error: unknown, { host, port, timeoutMs }: Relay): Error {
  const { message = String(error), responseCode, code } = error as SmtpFailure
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return new Error(`${host}:${port} has not taken it for ${(REPLIES * timeoutMs) / 1000} s`)
  }
  if (code === 'ETIMEDOUT') return new Error(`${host}:${port} does not answer for ${timeoutMs / 1000} s`)
  const text = message.replace(/\s+/g, ' ').trim()
  return responseCode !== undefined && responseCode >= 500 ? new Refused(text) : new Error(text)
}

/**
 * Delivers one message: EHLO (HELO where that is refused), STARTTLS, AUTH, MAIL, RCPT, DATA, QUIT.
 * @returns recipients that the relay refused while it took others
 * Rejects with `Refused` when the relay's answer is final, with another Error when it may be tried again. `end` cuts it off.
 */
export async function deliver(
  relay: Relay,
  envelope: Envelope,
  message: string,
  end: AbortSignal,
): Promise<readonly string[]> {
  end.throwIfAborted()
  const signal = AbortSignal.any([end, AbortSignal.timeout(REPLIES * relay.timeoutMs)])
  const { auth } = relay.smtp
  const password = auth === null ? '' : await readSecret(auth.passwordFile)
  const options = await connectionOptions(relay, signal)
  const { default: SmtpConnection } = await import('nodemailer/lib/smtp-connection')
  const connection = new SmtpConnection(options)
  let lost: (error: Error) => void = () => {}
  const gone = new Promise<never>((_, reject) => {
    lost = reject
  })
  gone.catch(() => {})
  connection.on('error', (error: Error) => lost(error))
  connection.on('end', () => lost(new Error('the relay closed the connection')))
  const step = (start: (done: (error?: unknown) => void) => void): Promise<void> => {
    const done = new Promise<void>((resolve, reject) => {
      start((error) => (error ? reject(error) : resolve()))
    })
    return unlessAborted(Promise.race([done, gone]), signal)
  }
  try {
    await step((done) => connection.connect(done))
    if (auth !== null) await step((done) => connection.login({ user: auth.user, pass: password }, done))
    let refused: readonly string[] = []
    const addresses = { from: bareAddress(envelope.from), to: envelope.to.map(bareAddress) }
    await step((done) =>
      connection.send(addresses, message, (error, info) => {
        refused = info?.rejected?.map(String) ?? []
        done(error)
      }),
    )
    connection.quit()
    return refused
  } catch (error) {
    connection.close()
    throw failureOf(error, relay)
  }
}
