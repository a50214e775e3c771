import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WRITER_SCHEMA } from './role/writer.ts'
import { complaints, lastDocument, Mmha } from './support/mmha.ts'
import { ownFolder } from './support/own-folder.ts'
import { MASTERS, takenOver } from './support/taken-over.ts'

/** As people do it by hand: numbers, offsets, an account for anybody, a position copied from the other terminal. */
const SERVER = (number: number) => `export DEBIAN_FRONTEND=noninteractive
apt-get -q update >/dev/null && apt-get -q -y install --no-install-recommends mariadb-server >/dev/null 2>&1
dpkg --configure -a >/dev/null 2>&1
cat >/etc/mysql/mariadb.conf.d/98-by-hand.cnf <<'END'
[mysqld]
server-id = ${number}
log_bin = mysql-bin
auto_increment_increment = 2
auto_increment_offset = ${number}
bind-address = 0.0.0.0
END
systemctl restart mariadb
iptables -I INPUT -p tcp --dport 3306 -j ACCEPT`

describe.skipIf(process.getuid?.() !== 0)('a pair of MariaDB servers made by hand (needs root)', () => {
  const mmha = new Mmha('adopted')
  const folder = ownFolder('adopted')
  const inventory = join(folder, 'pair.yml')
  const provision = () => mmha.run('provision', inventory, '--yes', '--allow-restart', '--json')

  beforeAll(async () => {
    writeFileSync(inventory, 'vip: 10.77.0.100/24\nnic: host0\nmasters: [10.77.0.11, 10.77.0.12]\n')
    await mmha.ok('lab', 'down')
    await mmha.ok('lab', 'up', inventory, '--server', 'mariadb-11.8')
    await Promise.all(MASTERS.map((host, index) => mmha.on(host, SERVER(index + 1))))
    const places = await Promise.all(
      MASTERS.map(async (host) => {
        await mmha.sql(
          host,
          `CREATE USER replication@"%" IDENTIFIED BY "replication"; GRANT REPLICATION SLAVE ON *.* TO replication@"%"`,
        )
        return (await mmha.sql(host, 'SHOW MASTER STATUS')).split('\t')
      }),
    )
    await Promise.all(
      MASTERS.map((host, index) => {
        const [file, position] = places[1 - index] ?? []
        return mmha.sql(
          host,
          `CHANGE MASTER TO MASTER_HOST="10.77.0.1${2 - index}", MASTER_USER="replication", MASTER_PASSWORD="replication", MASTER_LOG_FILE="${file}", MASTER_LOG_POS=${position}, MASTER_CONNECT_RETRY=1, MASTER_USE_GTID=no; START SLAVE`,
        )
      }),
    )
    await mmha.sql('m1', WRITER_SCHEMA.join('; ').replaceAll("'", '"'))
  })
  afterAll(async () => {
    await mmha.ok('lab', 'down')
    rmSync(folder, { recursive: true })
  })

  it('is refused while a channel does not run: nobody could say whether all has come; nothing is changed', async () => {
    const etc = () => Promise.all(MASTERS.map((host) => mmha.on(host, 'find /etc -type f | sort | xargs sha256sum')))
    const before = await etc()
    await mmha.sql('m1', 'STOP SLAVE')
    const { code, stdout, stderr } = await provision()
    expect(code, stdout).toBe(5)
    expect(`${stdout}${stderr}`).toContain('m1 does not replicate from m2 now')
    expect(await etc()).toEqual(before)
    await mmha.sql('m1', 'START SLAVE')
    await mmha.on(
      'm1',
      'for i in $(seq 100); do mariadb -e "SHOW SLAVE STATUS\\\\G" | grep -c "Running: Yes" | grep -qx 2 && exit; sleep 0.1; done; exit 1',
    )
  })

  it('is taken over as it stands, without log_slave_updates, while a client writes: nothing lost, nothing twice', async () => {
    // A server in use is not restarted by the scripts of a package that was left half installed.
    const status = (word: string) =>
      mmha.on(
        'm1',
        `sed -i '/^Package: mariadb-server$/,/^$/ s/^Status: .*/Status: install ok ${word}/' /var/lib/dpkg/status`,
      )
    const started = () => mmha.on('m1', 'systemctl show --property MainPID mariadb')
    const before = await started()
    await status('half-configured')
    const refused = await provision()
    expect(refused.code, complaints(refused)).toBe(1)
    expect(`${refused.stdout}${refused.stderr}`).toContain('the installation of mariadb-server was never finished')
    expect(await started()).toBe(before)
    await status('installed')
    const result = await takenOver(mmha, 'adopted', '10.77.0.11,10.77.0.100', provision)
    process.stdout.write(`adoption without log_slave_updates: ${result.longestGapMs.toFixed(0)} ms without an OK\n`)
    expect(result.longestGapMs).toBeLessThan(5_000)
  })

  it('is a pair like any other then: whole, and a second run changes nothing', async () => {
    await mmha.ok('status', inventory)
    const { code, stdout } = await provision()
    expect(code).toBe(0)
    for (const { changed } of lastDocument<{ hosts: { changed: number }[] }>(stdout).hosts) expect(changed).toBe(0)
  })

  it('a crash has taken an account from the standby, and the holder wants a restart: one run mends both', async () => {
    const closed = await Promise.all(MASTERS.map((host) => mmha.sql(host, 'SELECT @@read_only')))
    const [holder, standby] = closed[0] === '0' ? (['m1', 'm2'] as const) : (['m2', 'm1'] as const)
    const account = await mmha.sql(
      standby,
      'SELECT CONCAT(QUOTE(User), "@", QUOTE(Host)) FROM mysql.user WHERE User LIKE "mmha%" AND Host <> "localhost"',
    )
    await mmha.on(
      standby,
      `mariadb -e "SET SESSION sql_log_bin=0; DROP USER ${account}"
mariadb -N -e "SELECT CONCAT('KILL ', ID) FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'" | mariadb`,
    )
    await mmha.on(holder, "find /etc/mysql -name '*mmha*' -exec touch {} +")
    const fetches = () => mmha.on(holder, 'mariadb -e "SHOW SLAVE STATUS\\G" | grep Last_IO_Error:')
    await expect.poll(fetches, { timeout: 60_000 }).toContain('Access denied')
    const { code, stdout, stderr } = await provision()
    expect(code, complaints({ code, stdout, stderr })).toBe(0)
    await expect.poll(async () => (await mmha.run('status', inventory)).code, { timeout: 60_000 }).toBe(0)
  })
})
