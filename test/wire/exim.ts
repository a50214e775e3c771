import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LineLog } from './line-log.ts'

const USER = 'Debian-exim'
const PORT = 2525

/** Debian's MTA with a configuration of its own: STARTTLS, then AUTH PLAIN or nothing. What it takes goes to one file. */
export class Exim {
  readonly dir = mkdtempSync(join(tmpdir(), 'mmha-exim-'))
  /** Of loopback, this process's own. */
  readonly address = `127.${(process.pid >> 16) & 0xff}.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}`
  readonly port = PORT
  readonly certificate = join(this.dir, 'cert.pem')
  readonly #child: ChildProcess
  readonly #log: LineLog

  /** @param login `user:password` */
  constructor(login: string) {
    const [user, password] = login.split(':')
    const key = join(this.dir, 'key.pem')
    const subject = ['-subj', '/CN=mx.test', '-addext', `subjectAltName=IP:${this.address}`]
    const certificate = ['-nodes', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-days', '2']
    const files = ['-keyout', key, '-out', this.certificate]
    execFileSync('openssl', ['req', ...certificate, ...subject, ...files], { stdio: 'ignore' })
    mkdirSync(join(this.dir, 'spool'))
    writeFileSync(
      join(this.dir, 'conf'),
      `primary_hostname = mx.test
spool_directory = ${this.dir}/spool
log_file_path = ${this.dir}/spool/%slog
pid_file_path = ${this.dir}/spool/pid
local_interfaces = <; ${this.address}
daemon_smtp_ports = ${PORT}
tls_advertise_hosts = *
tls_certificate = ${this.certificate}
tls_privatekey = ${key}
auth_advertise_hosts = \${if eq{$tls_in_cipher}{}{}{*}}
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
keep_environment =
host_lookup =
begin acl
rcpt:
  deny message = log in first
       !authenticated = *
  accept
begin routers
all:
  driver = accept
  transport = keep
begin transports
keep:
  driver = appendfile
  file = ${this.dir}/spool/mail
  user = ${USER}
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and{{eq{$auth2}{${user}}}{eq{$auth3}{${password}}}}}
  server_set_id = $auth2
`,
    )
    execFileSync('chown', ['-R', USER, this.dir])
    for (const file of ['conf', 'key.pem']) execFileSync('chown', ['root', join(this.dir, file)])
    chmodSync(key, 0o644)
    chmodSync(this.dir, 0o755)
    this.#child = spawn('/usr/sbin/exim4', ['-C', join(this.dir, 'conf'), '-bdf', '-d-all+load'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#log = new LineLog(this.#child.stdout, this.#child.stderr)
  }

  /** A file that is root's alone. */
  secret(text: string): string {
    const path = join(this.dir, 'password')
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }

  /** Resolves when it listens. */
  async listening(): Promise<void> {
    await this.#log.line(/listening for SMTP|daemon running with uid/, 0, 20_000)
  }

  /** Everything that it has taken, as an mbox; '' for nothing yet. */
  get mails(): string {
    const mail = join(this.dir, 'spool/mail')
    return existsSync(mail) ? readFileSync(mail, 'utf8') : ''
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit')
      this.#child.kill('SIGTERM')
      await ended
    }
    // The process that delivered the last mail may still be at its log.
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }
}
