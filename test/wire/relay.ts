import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LineLog } from './line-log.ts'

const SCRIPT = new URL('../fixtures/notify/relay.py', import.meta.url).pathname

/** What the relay has kept of one message. */
export interface Kept {
  readonly helo: string
  readonly tls: boolean
  readonly mechanism: string | null
  readonly from: string
  readonly to: readonly string[]
  readonly text: string
}

export interface RelayOptions {
  readonly tls: 'no' | 'starttls' | 'tls'
  /** `user:password` */
  readonly login?: string
  readonly without?: string
  /** Names and addresses of the certificate. */
  readonly names?: string
}

/** A directory with a certificate, and Debian's aiosmtpd behind it. */
export class Relay {
  readonly dir = mkdtempSync(join(tmpdir(), 'mmha-relay-'))
  readonly certificate = join(this.dir, 'cert.pem')
  readonly key = join(this.dir, 'key.pem')
  readonly #child: ChildProcess
  readonly #log: LineLog

  constructor({ tls, login = '-', without = '-', names = 'IP:127.0.0.1' }: RelayOptions) {
    const certificate = ['-nodes', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-days', '2']
    const subject = ['-subj', '/CN=relay.test', '-addext', `subjectAltName=${names}`]
    const files = ['-keyout', this.key, '-out', this.certificate]
    execFileSync('openssl', ['req', ...certificate, ...subject, ...files], { stdio: 'ignore' })
    // Debian's own python: another one first in PATH does not have Debian's packages.
    this.#child = spawn('/usr/bin/python3', [SCRIPT, tls, this.certificate, this.key, login, without], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#log = new LineLog(this.#child.stdout, this.#child.stderr)
  }

  async port(): Promise<number> {
    const line = await this.#log.line(/^\{"port"/)
    return (JSON.parse(line) as { port: number }).port
  }

  /** The first message whose text fits. */
  async mail(text: RegExp): Promise<Kept> {
    const kept = (line: string) => (line.startsWith('{"helo"') ? (JSON.parse(line) as Kept) : null)
    const line = await this.#log.until(
      () => this.#log.lines.find((one) => text.test(kept(one)?.text ?? '')),
      `mail ${text.source}`,
      20_000,
    )
    return JSON.parse(line) as Kept
  }

  mails(): number {
    return this.#log.lines.filter((line) => line.startsWith('{"helo"')).length
  }

  /** A file that its owner alone reads. */
  secret(text: string): string {
    const path = join(this.dir, 'secret')
    writeFileSync(path, text)
    chmodSync(path, 0o600)
    return path
  }

  close(): void {
    this.#child.kill('SIGKILL')
    rmSync(this.dir, { recursive: true, force: true })
  }
}
