import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, lastDocument, Mmha } from './support/mmha.ts'
import { ownFolder } from './support/own-folder.ts'

const MASTERS = ['m1', 'm2'] as const

/** Names as nobody should choose them, and a table without a row. */
const DATA = [
  'CREATE DATABASE shop',
  'CREATE TABLE shop.orders (id INT PRIMARY KEY, v VARCHAR(20))',
  'INSERT INTO shop.orders VALUES (1, "one"), (2, "two"), (3, "three")',
  'CREATE DATABASE `a b`',
  'CREATE TABLE `a b`.`it is "100 %" a name` (id INT PRIMARY KEY, v TEXT)',
  'INSERT INTO `a b`.`it is "100 %" a name` VALUES (7, "seven")',
  'CREATE TABLE shop.`empty` (id INT PRIMARY KEY)',
]

const options = (folder: string, text: string, unit: string) => `cat >${folder}/by-hand.cnf <<'END'
[mysqld]
${text}
END
systemctl restart ${unit}`

interface Server {
  readonly name: string
  readonly setUp: string
  /** Begins the binary log anew. */
  readonly reset: string
  /** What a restored copy is told that it holds. */
  copied(gtids: string): string
}

const MARIADB = {
  setUp: `DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends mariadb-server >/dev/null 2>&1
dpkg --configure -a >/dev/null 2>&1
${options('/etc/mysql/mariadb.conf.d', 'log_bin = mysql-bin\nserver-id = 1', 'mariadb')}`,
  reset: 'RESET MASTER',
  copied: (gtids: string) => `SET GLOBAL gtid_binlog_state="${gtids}"`,
}

const SERVERS: readonly Server[] = [
  {
    name: 'mysql-9.7',
    setUp: `DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends mysql-server >/dev/null 2>&1
dpkg --configure -a >/dev/null 2>&1
${options('/etc/mysql/mysql.conf.d', 'gtid_mode = ON\nenforce_gtid_consistency = ON', 'mysql')}`,
    reset: 'RESET BINARY LOGS AND GTIDS',
    copied: (gtids) => `SET GLOBAL gtid_purged="${gtids}"`,
  },
  { name: 'mariadb-10.11', ...MARIADB },
  { name: 'mariadb-11.8', ...MARIADB },
]

describe.skipIf(process.getuid?.() !== 0).each(SERVERS)(
  'two servers with equal GTIDs that were no pair ($name, needs root)',
  ({ name, setUp, reset, copied }) => {
    const mmha = new Mmha(`contents-${name.replace('.', '-')}`)
    const folder = ownFolder('contents')
    const inventory = join(folder, 'pair.yml')
    const provision = () => mmha.run('provision', inventory, '--yes', '--allow-restart', '--json')
    const quietly = (host: string, ...statements: string[]) =>
      mmha.sql(host, ['SET sql_log_bin=0', ...statements].join('; '))
    const rows = (host: string) =>
      mmha.sql(host, 'SELECT * FROM shop.orders ORDER BY id; SELECT * FROM `a b`.`it is "100 %" a name`')

    beforeAll(async () => {
      writeFileSync(
        inventory,
        'vip: 10.77.0.100/24\nnic: host0\nmasters: [10.77.0.11, 10.77.0.12]\nclient: 10.77.0.20\n',
      )
      await mmha.ok('lab', 'down')
      await mmha.ok('lab', 'up', inventory, '--server', name)
      await Promise.all(MASTERS.map((host) => mmha.on(host, `apt-get -q update >/dev/null\n${setUp}`)))
      await mmha.sql('m1', [reset, ...DATA].join('; '))
      const gtids = (
        await mmha.sql('m1', name === 'mysql-9.7' ? 'SELECT @@gtid_executed' : 'SELECT @@gtid_binlog_state')
      ).replaceAll('\n', '')
      await quietly('m2', ...DATA)
      await mmha.sql('m2', `${reset}; ${copied(gtids)}`)
    })
    afterAll(async () => {
      await mmha.ok('lab', 'down')
      rmSync(folder, { recursive: true })
    })

    it('are refused where a row differs: the table is named, nothing else is touched', async () => {
      await quietly(
        'm2',
        'UPDATE shop.orders SET v="zwei" WHERE id=2',
        'CREATE TABLE `a b`.`extra` (id INT PRIMARY KEY)',
      )
      const etc = () => Promise.all(MASTERS.map((host) => mmha.on(host, 'find /etc -type f | sort | xargs sha256sum')))
      const before = await etc()
      const { code, stdout, stderr } = await provision()
      expect(code, complaints({ code, stdout, stderr })).toBe(5)
      expect(lastDocument<{ code: string; message: string }>(stdout)).toMatchObject({
        code: 'DATA_DIFFERS',
        message: expect.stringMatching(
          /equal GTIDs and different rows: 2 of 3 tables differ \(a b\.extra, shop\.orders\)/,
        ),
      })
      expect(await etc()).toEqual(before)
      const trusting = ['plan', inventory, '--detailed-exitcode', '--skip', 'contents,same-contents']
      expect((await mmha.run(...trusting)).code).toBe(2)
      expect((await mmha.run(...trusting.slice(0, 3))).code).toBe(5)
    })

    it('are joined where all rows are the same, and replicate from there', async () => {
      await quietly('m2', 'UPDATE shop.orders SET v="two" WHERE id=2', 'DROP TABLE `a b`.`extra`')
      // What was read is known by GTIDs, which this did not change.
      await mmha.on('m2', 'rm /var/lib/mmha/contents')
      const { code, stdout, stderr } = await provision()
      expect(code, complaints({ code, stdout, stderr })).toBe(0)
      await mmha.ok('status', inventory)
      const holder = (await mmha.sql('m1', 'SELECT @@read_only')) === '0' ? 'm1' : 'm2'
      await mmha.sql(holder, 'INSERT INTO shop.orders VALUES (4, "four")')
      await expect
        .poll(() => Promise.all(MASTERS.map(rows)), { timeout: 60_000 })
        .toEqual(Array(2).fill('1\tone\n2\ttwo\n3\tthree\n4\tfour\n7\tseven'))
      for (const host of MASTERS) expect(await mmha.on(host, 'ls /var/lib/mmha/contents* 2>/dev/null || :')).toBe('')
      const again = await provision()
      expect(again.code).toBe(0)
      for (const { changed } of lastDocument<{ hosts: { changed: number }[] }>(again.stdout).hosts)
        expect(changed).toBe(0)
    })
  },
)
