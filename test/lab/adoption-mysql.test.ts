import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WRITER_SCHEMA } from './role/writer.ts'
import { keepalivedByHand } from './support/keepalived-by-hand.ts'
import { complaints, lastDocument, Mmha } from './support/mmha.ts'
import { ownFolder } from './support/own-folder.ts'
import { both, lastWords, MASTERS, takenOver } from './support/taken-over.ts'

const VIP = '10.77.0.100'

/** As the pages tell it: numbers, a binary log, offsets; and that others can reach it. */
const SERVER = (number: number, more: string) => `export DEBIAN_FRONTEND=noninteractive
apt-get -q update >/dev/null && apt-get -q -y install --no-install-recommends mysql-server >/dev/null 2>&1
dpkg --configure -a >/dev/null 2>&1
cat >/etc/mysql/mysql.conf.d/pair.cnf <<'END'
[mysqld]
bind-address = 0.0.0.0
server-id = ${number}
log_bin = mysql-bin
auto_increment_increment = 2
auto_increment_offset = ${number}
${more}
END
systemctl restart mysql
iptables -I INPUT -p tcp --dport 3306 -j ACCEPT`

/** The first host has the address, since it begins first. */
const KEEPALIVED = (priority: number) => `export DEBIAN_FRONTEND=noninteractive
apt-get -q -y install --no-install-recommends keepalived >/dev/null 2>&1
cat >/etc/keepalived/keepalived.conf <<'END'
${keepalivedByHand(VIP, priority)}END
iptables -I INPUT -p vrrp -j ACCEPT
systemctl enable -q keepalived; systemctl restart keepalived`
const SAME_VRRP = 'vrrp: { version: 2, virtualRouterId: 51, advertInterval: 1, authPass: "1111" }'

const ACCOUNT = [
  'CREATE USER replication@"%" IDENTIFIED BY "replication"',
  'GRANT REPLICATION SLAVE ON *.* TO replication@"%"',
]
const follow = (address: string, place: string) =>
  `CHANGE REPLICATION SOURCE TO SOURCE_HOST="${address}", SOURCE_USER="replication", SOURCE_PASSWORD="replication", GET_SOURCE_PUBLIC_KEY=1, SOURCE_CONNECT_RETRY=1, ${place}; START REPLICA`

interface ByHand {
  readonly name: string
  readonly lab: string
  readonly options: string
  /** A keepalived that was set up by hand has the address. */
  readonly keepalived: boolean
  /** Each server has a table that its channel does not bring. */
  readonly apart: boolean
  /** Said in the plan. */
  readonly told: readonly string[]
  join(mmha: Mmha): Promise<void>
}

const ADDRESS = { m1: '10.77.0.11', m2: '10.77.0.12' } as const

/** Each from where the other's log ends, copied from the other terminal. */
async function byPosition(mmha: Mmha): Promise<void> {
  const places = await Promise.all(
    MASTERS.map(async (host) => {
      await mmha.sql(host, ACCOUNT.join('; '))
      return (await mmha.sql(host, 'SHOW BINARY LOG STATUS')).split('\t')
    }),
  )
  await Promise.all(
    MASTERS.map((host, index) => {
      const [file, position] = places[1 - index] ?? []
      const place = `SOURCE_LOG_FILE="${file}", SOURCE_LOG_POS=${position}, SOURCE_AUTO_POSITION=0`
      return mmha.sql(host, follow(ADDRESS[MASTERS[1 - index] ?? 'm1'], place))
    }),
  )
}

const BY_HAND: readonly ByHand[] = [
  {
    name: 'positions, copied from the other terminal',
    lab: 'adopted-my-pos',
    options: '',
    keepalived: false,
    apart: true,
    told: [
      'counts as done here: the channel by position has passed over it',
      "CREATE USER 'replication'@'%' IDENTIFIED WITH 'caching_sha2_password' AS '***'",
    ],
    join: byPosition,
  },
  {
    name: 'no GTIDs',
    lab: 'adopted-my-off',
    options: 'gtid_mode = OFF\nenforce_gtid_consistency = OFF',
    keepalived: false,
    apart: false,
    told: [
      'enforce_gtid_consistency: OFF → WARN (for 15 s: ',
      'gtid_mode: OFF → OFF_PERMISSIVE (online; ',
      'gtid_mode: ON_PERMISSIVE (online; ',
      'gtid_mode: OFF → ON (online; ',
    ],
    join: byPosition,
  },
  {
    name: 'one slave, behind a keepalived',
    lab: 'adopted-my-gti',
    options: 'gtid_mode = ON\nenforce_gtid_consistency = ON\nlog_replica_updates = ON',
    keepalived: true,
    apart: false,
    told: [],
    async join(mmha) {
      await Promise.all(MASTERS.map((host) => mmha.sql(host, 'RESET BINARY LOGS AND GTIDS')))
      await mmha.sql('m1', ACCOUNT.join('; '))
      await mmha.sql('m2', follow(ADDRESS.m1, 'SOURCE_AUTO_POSITION=1'))
    },
  },
]

describe.skipIf(process.getuid?.() !== 0).each(BY_HAND)(
  'two MySQL servers joined by hand: $name (needs root)',
  (byHand) => {
    const mmha = new Mmha(byHand.lab)
    const folder = ownFolder('adopted')
    const inventory = join(folder, 'pair.yml')
    const leave = byHand.keepalived ? ['--take-over-keepalived'] : []
    const provision = () => mmha.run('provision', inventory, '--yes', '--allow-restart', ...leave, '--json')
    /** GTIDs of what each had before it was joined. */
    let apart: readonly string[] = []

    beforeAll(async () => {
      writeFileSync(
        inventory,
        `vip: ${VIP}/24\nnic: host0\nmasters: [10.77.0.11, 10.77.0.12]\n${byHand.keepalived ? `${SAME_VRRP}\n` : ''}`,
      )
      await mmha.ok('lab', 'down')
      await mmha.ok('lab', 'up', inventory, '--server', 'mysql-9.7')
      await Promise.all(MASTERS.map((host, index) => mmha.on(host, SERVER(index + 1, byHand.options))))
      if (byHand.apart)
        apart = await both(async (host) => {
          await mmha.sql(
            host,
            'CREATE DATABASE shop; CREATE TABLE shop.t (id INT PRIMARY KEY); INSERT shop.t VALUES (1)',
          )
          return mmha.sql(host, 'SELECT @@gtid_executed')
        })
      await byHand.join(mmha)
      await mmha.sql('m1', WRITER_SCHEMA.join('; ').replaceAll("'", '"'))
      if (!byHand.keepalived) return
      await mmha.on('m1', KEEPALIVED(100))
      await mmha.on(
        'm1',
        `for i in $(seq 100); do ip -o address show to ${VIP} | grep -q . && exit; sleep 0.1; done; exit 1`,
      )
      await mmha.on('m2', KEEPALIVED(90))
    })
    afterAll(async () => {
      await mmha.ok('lab', 'down')
      rmSync(folder, { recursive: true })
    })

    it.runIf(byHand.apart)('is refused where a table and its rows were passed over; nothing is changed', async () => {
      const etc = () => both((host) => mmha.on(host, 'find /etc -type f | sort | xargs sha256sum'))
      const before = await etc()
      const { code, stdout, stderr } = await provision()
      expect(code, stdout).toBe(5)
      expect(await etc()).toEqual(before)
      expect(`${stdout}${stderr}`).toContain('CREATE TABLE shop.t (id INT PRIMARY KEY), rows of shop.t')
      await both((host) => mmha.sql(host, `SET GLOBAL gtid_purged="+${apart[1 - MASTERS.indexOf(host)]}"`))
    })

    it('the plan says what changes, and why', async () => {
      const { code, stdout, stderr } = await mmha.run('plan', inventory, ...leave, '--detailed-exitcode')
      expect(code, stderr).toBe(2)
      for (const line of [
        'server_id: 1 (kept: a server that replicates would apply its own changes again)',
        'skip_replica_start: OFF → ON (restart; only the daemon starts a channel, after comparing histories)',
        'super_read_only: ON (the daemon sets it by role; also for administrators)',
        ...byHand.told,
      ])
        expect(stdout).toContain(line)
    })

    it('is taken over while clients write: nothing lost, nothing twice', async () => {
      const addresses = byHand.keepalived ? VIP : `${ADDRESS.m1},${VIP}`
      const result = await takenOver(mmha, byHand.lab, addresses, provision)
      process.stdout.write(`adoption of ${byHand.name}: ${result.longestGapMs.toFixed(0)} ms without an OK\n`)
      // A successor that nobody tells that the old address has gone waits out its lease, 2.9 s.
      expect(result.longestGapMs).toBeLessThan(byHand.keepalived ? 2_500 : 5_000)
      // Neither daemon has closed the server where clients write: what is left is a handover.
      expect(
        (await both((host) => mmha.on(host, 'journalctl -u mmha-keepalived -o cat --no-pager'))).join('\n'),
      ).not.toContain('but was open for writes')
    })

    it('is a pair like any other then: whole, and a second run changes nothing', async () => {
      await expect.poll(async () => (await mmha.run('status', inventory)).code, { timeout: 60_000 }).toBe(0)
      const { code, stdout, stderr } = await provision()
      expect(code, `${complaints({ code, stdout, stderr })}${code === 0 ? '' : await lastWords(mmha)}`).toBe(0)
      for (const { changed } of lastDocument<{ hosts: { changed: number }[] }>(stdout).hosts) expect(changed).toBe(0)
    })
  },
)
