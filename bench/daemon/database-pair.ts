import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { Secret } from '../../src/inventory/secret.ts'
import { bootstrapStatements, ROLE_USER } from '../../src/mysql/account.ts'
import { changeSource } from '../../src/mysql/channel.ts'
import { type Dialect, dialectOf } from '../../src/mysql/dialect.ts'
import { readOnlyStatements, writableStatements } from '../../src/mysql/read-only.ts'
import { pairSettings } from '../../src/mysql/settings.ts'
import { revealedSql, type SqlText, sqlScript } from '../../src/mysql/sql-text.ts'
import { Daemon } from '../../test/wire/daemon.ts'
import { type HostName, Segment, VIP } from '../../test/wire/segment.ts'

const REPLICATION_USER = 'mmha_repl'
const READY_MS = 60_000

export interface DatabasePairOptions {
  readonly segment: Segment
  /** For the servers' data; removed by whoever made it. */
  readonly dir: string
  readonly bundle: string
  /** A host's Node.js; the holder is `a`. */
  readonly runtime: (host: HostName) => string
}

/** A pair as provisioning makes it, on a segment: this machine's MariaDB and our daemon on either host. */
export class DatabasePair {
  readonly #segment: Segment
  readonly #dir: string
  readonly #bundle: string
  readonly #runtime: (host: HostName) => string
  readonly #passwords = { replication: password(), role: password() }

  constructor({ segment, dir, bundle, runtime }: DatabasePairOptions) {
    this.#segment = segment
    this.#dir = dir
    this.#bundle = bundle
    this.#runtime = runtime
  }

  /** Servers that replicate from each other, then the daemons. @returns them, the holder's first */
  async start(): Promise<readonly [Daemon, Daemon]> {
    const empty = join(this.#dir, 'empty')
    const install = ['--no-defaults', `--datadir=${empty}`, '--auth-root-authentication-method=normal']
    execFileSync('mariadb-install-db', [...install, '--skip-test-db', '--user=root'], { stdio: 'ignore' })
    const dialect = dialectOf(execFileSync('mariadbd', ['--version'], { encoding: 'utf8' }).replace(/^.*Ver /, ''))
    await Promise.all((['a', 'b'] as const).map((host) => this.#startServer(host, dialect, empty)))
    const holder = this.#startDaemon('a', 254)
    await this.#segment.vip('a', true, READY_MS)
    const standby = this.#startDaemon('b', 253)
    await standby.enters('BACKUP', READY_MS)
    await this.#untilTogether()
    return [holder, standby]
  }

  /** Commits wait for the standby: nothing is on its way any more. */
  async #untilTogether(): Promise<void> {
    const deadline = performance.now() + READY_MS
    const look = "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_clients'"
    while (!/\t1$/.test(this.#sql('a', [look]).trim())) {
      if (performance.now() > deadline) throw new Error('the standby does not replicate')
      await pause(200)
    }
  }

  #home(host: HostName): string {
    return join(this.#dir, host)
  }

  #sql(host: HostName, statements: readonly (SqlText | string)[]): string {
    const argv = ['--no-defaults', '-uroot', `--socket=${this.#home(host)}/s`, '-N', '-B']
    return execFileSync('mariadb', argv, { input: revealedSql(sqlScript(statements)), encoding: 'utf8' })
  }

  async #startServer(host: HostName, dialect: Dialect, empty: string): Promise<void> {
    const home = this.#home(host)
    const peer = Segment.address(host === 'a' ? 'b' : 'a')
    mkdirSync(home)
    cpSync(empty, join(home, 'data'), { recursive: true })
    const { replication, role } = this.#passwords
    const credentials = (user: string, secret: Secret) => `[client]\nuser=${user}\npassword=${secret.reveal()}\n`
    writeFileSync(join(home, 'role.cnf'), credentials(ROLE_USER, role), { mode: 0o600 })
    writeFileSync(join(home, 'peer.cnf'), credentials(REPLICATION_USER, replication), { mode: 0o600 })
    const settings = pairSettings(dialect, {
      index: host === 'a' ? 0 : 1,
      address: Segment.address(host),
      port: 3306,
      mode: 'gtid',
      semiSyncTimeout: 1000,
    })
    const options = settings.map(({ name, value }) => `--${name.replaceAll('_', '-')}=${value}`)
    const places = [`--datadir=${home}/data`, `--socket=${home}/s`, `--pid-file=${home}/pid`, '--user=root']
    const server = this.#segment.spawn(host, 'mariadbd', '--no-defaults', ...places, ...options)
    await untilReady(server.stderr)
    this.#sql(host, [
      ...writableStatements(dialect),
      ...bootstrapStatements(dialect, {
        replication: { user: REPLICATION_USER, peer, password: replication },
        role: { password: role },
      }),
      dialect.statement.resetBinaryLogs,
      `SET GLOBAL gtid_slave_pos=''`,
      changeSource(dialect, {
        host: peer,
        port: 3306,
        user: REPLICATION_USER,
        password: replication,
        connectRetry: 1,
        heartbeat: 2,
        position: 'gtid',
        tls: false,
      }),
      ...readOnlyStatements(dialect),
    ])
  }

  /** With a /var/lib of its own: what the daemon keeps there is one host's. */
  #startDaemon(host: HostName, priority: number): Daemon {
    const home = this.#home(host)
    mkdirSync(join(home, 'lib'))
    writeFileSync(`${home}/conf`, this.#configText(host, priority))
    const flags = ['-n', '-l', '-f', `${home}/conf`, '-p', `${home}/daemon.pid`, `--control=${home}/control`]
    const inside = `mount --bind ${home}/lib /var/lib && exec "$0" "$@"`
    // As its package starts it.
    const node = [this.#runtime(host), '--max-semi-space-size=1', this.#bundle]
    const words = ['--mount', 'sh', '-c', inside, ...node, ...flags, `--maintenance-file=${home}/maintenance`]
    return new Daemon(this.#segment.spawn(host, 'unshare', ...words), `${home}/control`, this.#bundle)
  }

  #configText(host: HostName, priority: number): string {
    const home = this.#home(host)
    return `mysql_server local {
  socket ${home}/s
  port 3306
  credentials ${home}/role.cnf
  pid_file ${home}/pid
}
vrrp_instance VI_1 {
  state BACKUP
  nopreempt
  interface eth0
  virtual_router_id 51
  priority ${priority}
  version 3
  advert_int 0.5
  vip_lease 1
  virtual_ipaddress {
    ${VIP}/24
  }
  role {
    mysql local
    peer ${Segment.address(host === 'a' ? 'b' : 'a')} 3306
    peer_credentials ${home}/peer.cnf
    policy availability
  }
}
`
  }
}

async function untilReady(stderr: NodeJS.ReadableStream | null): Promise<void> {
  if (stderr === null) throw new TypeError('the server was started without a pipe')
  const said: string[] = []
  for await (const line of createInterface({ input: stderr, signal: AbortSignal.timeout(READY_MS) })) {
    said.push(line)
    if (line.includes('ready for connections')) {
      stderr.resume()
      return
    }
  }
  throw new Error(`mariadbd ended:\n${said.slice(-10).join('\n')}`)
}

function password(): Secret {
  return new Secret(randomBytes(18).toString('base64'))
}
