import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DrillResult } from '../../src/drill/result.ts'
import { lastDocument, Mmha } from './support/mmha.ts'
import { ownFolder } from './support/own-folder.ts'

/** The last document of `provision --json` and `plan --json`. */
interface Provisioned {
  readonly ms: number
  readonly steps: readonly StepName[]
  readonly unplanned: readonly StepName[]
  readonly notNeeded: readonly StepName[]
  readonly hosts: readonly { host: string; changed: number; pending: number; failed: number; roundTrips: number }[]
}

interface StepName {
  readonly host: string
  readonly id: string
}

/** Stands in the plan of fresh hosts, because only the installed server can tell whether it is needed. */
const MAYBE = ['history/begin-without-history', 'ready/wait-until-the-pair-is-whole']

function idsOn(host: string, steps: readonly StepName[]): string[] {
  return steps.flatMap((step) => (step.host === host ? [step.id] : [])).sort()
}

const MASTERS = ['m1', 'm2'] as const

const CASES = [
  { server: 'mysql-9.7', replication: 'gtid', power: true, end: 'replica' },
  { server: 'mariadb-10.11', replication: 'gtid', power: false, end: 'alone' },
  { server: 'mariadb-11.8', replication: 'position', power: true, end: 'rollback' },
] as const

describe.skipIf(process.getuid?.() !== 0).each(CASES)(
  '$server, $replication, from fresh hosts (needs root)',
  (test) => {
    const { server, replication, power, end } = test
    const mmha = new Mmha(`pair-${server.replace('.', '-')}`)
    const folder = ownFolder('pair')
    const inventory = join(folder, 'pair.yml')
    let planned: readonly StepName[] = []
    const provision = async () => lastDocument<Provisioned>(await mmha.ok('provision', inventory, '--yes', '--json'))

    beforeAll(async () => {
      writeFileSync(
        inventory,
        `vip: 10.77.0.100/24
nic: host0
masters: [10.77.0.11, 10.77.0.12]
client: 10.77.0.20
replication: ${replication}
`,
      )
      await mmha.ok('lab', 'down')
      await mmha.ok('lab', 'up', inventory, '--server', server)
    })
    afterAll(async () => {
      await mmha.ok('lab', 'down')
      rmSync(folder, { recursive: true })
    })

    it('plan shows what is pending, says so with exit code 2, and changes nothing', async () => {
      const state =
        'dpkg --get-selections; iptables-save -t filter | grep ^-A; find /etc -type f | sort | xargs sha256sum'
      const before = await Promise.all(MASTERS.map((host) => mmha.on(host, state)))
      const plan = await mmha.run('plan', inventory, '--detailed-exitcode', '--json')
      expect(plan.code, plan.stderr).toBe(2)
      const result = lastDocument<Provisioned>(plan.stdout)
      planned = result.steps
      for (const { pending, changed } of result.hosts) {
        expect(pending).toBeGreaterThan(0)
        expect(changed).toBe(0)
      }
      expect(await Promise.all(MASTERS.map((host) => mmha.on(host, state)))).toEqual(before)
    })

    it('provision makes the pair, by the plan that was shown before', async () => {
      const result = await provision()
      for (const { changed, failed } of result.hosts) {
        expect(changed).toBeGreaterThan(0)
        expect(failed).toBe(0)
      }
      expect(result.unplanned).toEqual([])
      expect(result.notNeeded.filter(({ id }) => !MAYBE.includes(id))).toEqual([])
      for (const host of MASTERS) {
        expect([...idsOn(host, result.steps), ...idsOn(host, result.notNeeded)].sort()).toEqual(idsOn(host, planned))
      }
    })

    it('a second run changes nothing, in at most 9 round trips', async () => {
      const waits = ({ steps }: Provisioned) =>
        steps.length > 0 && steps.every(({ id }) => id === 'ready/wait-until-the-pair-is-whole')
      let result = await provision()
      // Where the machine stood still for a second, commits were let go, and a run only waits until the pair is whole again.
      for (let again = 0; again < 2 && waits(result); again += 1) result = await provision()
      expect(result.steps).toEqual([])
      for (const { changed, failed, roundTrips } of result.hosts) {
        expect({ changed, failed }).toEqual({ changed: 0, failed: 0 })
        expect(roundTrips).toBeLessThanOrEqual(9)
      }
    })

    it('the two have identities of their own, one is writable, and semi-sync waits after sync', async () => {
      const role = server.startsWith('mysql') ? 'source' : 'master'
      const settings = `select @@server_id, @@auto_increment_increment, @@auto_increment_offset, @@log_bin, @@sync_binlog,
      @@global.rpl_semi_sync_${role}_wait_point`
      const [one, two] = (await Promise.all(MASTERS.map((host) => mmha.sql(host, settings)))).map((row) =>
        row.split('\t'),
      )
      expect(one?.[0]).not.toBe(two?.[0])
      expect([one?.slice(1), two?.slice(1)]).toEqual([
        ['2', '1', '1', '1', 'AFTER_SYNC'],
        ['2', '2', '1', '1', 'AFTER_SYNC'],
      ])
      // MariaDB before 11.4 has no certificate unless somebody gives it one.
      if (server !== 'mariadb-10.11') {
        const column = server.startsWith('mysql') ? 'Source_SSL_Allowed' : 'Master_SSL_Verify_Server_Cert'
        for (const host of MASTERS) {
          const status = await mmha.on(
            host,
            `$(command -v mariadb || command -v mysql) --vertical -e "show replica status"`,
          )
          expect(status).toContain(`${column}: Yes`)
        }
      }
      const readOnly = await Promise.all(MASTERS.map((host) => mmha.sql(host, 'select @@global.read_only')))
      expect([...readOnly].sort()).toEqual(['0', '1'])
    })

    it('passwords lie in root-only files and nowhere else', async () => {
      for (const host of MASTERS) {
        expect(await mmha.on(host, 'stat -c "%a %U" /etc/mmha/*.cnf | sort -u')).toBe('600 root')
        const leaks = await mmha.on(
          host,
          `for secret in $(sed -n 's/^password *= *//p' /etc/mmha/*.cnf | tr -d '"'); do
           grep -rslF --exclude-dir=mmha -- "$secret" /etc /var/log /root /tmp /run || :
         done; journalctl -o cat | grep -cF "$(sed -n 's/^password *= *//p' /etc/mmha/role.cnf | tr -d '"')" || :`,
        )
        expect(leaks).toBe('0')
      }
    })

    it('new passwords while it serves, also after a run that was cut', async () => {
      const fingerprints = 'grep -h ^password= /etc/mmha/peer.cnf /etc/mmha/role.cnf | sha256sum'
      const before = await Promise.all(MASTERS.map((host) => mmha.on(host, fingerprints)))
      for (const host of MASTERS) await mmha.on(host, 'cp -p /etc/mmha/peer.cnf /root/former.cnf')
      const [playbook, part] = ['playbooks/rotate-secrets.yml', 'accept']
      await mmha.ok('provision', inventory, '--playbook', playbook, '--only', part, '--yes')
      const result = lastDocument<Provisioned>(await mmha.ok('rotate-secrets', inventory, '--yes', '--json'))
      expect(result.unplanned).toEqual([])
      for (const host of MASTERS) {
        expect(idsOn(host, result.steps).map((id) => id.split('/')[0])).toEqual(['forget', 'role', 'use'])
        expect(before).not.toContain(await mmha.on(host, fingerprints))
        expect(await mmha.on(host, 'ls /etc/mmha')).toBe('peer.cnf\nrole.cnf')
        const login =
          'client=$(command -v mariadb || command -v mysql); $client --defaults-file=$file -e "DO 1" 2>&1 || :'
        expect(await mmha.on(host, `file=/etc/mmha/peer.cnf; ${login}`)).toBe('')
        expect(await mmha.on(host, `file=/root/former.cnf; ${login}; rm $file`)).toContain('ERROR 1045')
      }
      expect(await mmha.ok('status', inventory)).toContain('whole')
    })

    it.runIf(server.startsWith('mysql'))('warned of: clients that the other server would not let in', async () => {
      const [first, second] = MASTERS
      const plain = `MYSQL_PWD=Shop.1 mysql --ssl-mode=DISABLED -h 10.77.0.100 -u app -e`
      const open = (await mmha.sql(first, 'select @@global.read_only')) === '0'
      const [holder, next] = open ? [first, second] : [second, first]
      await mmha.sql(holder, 'create user app identified with caching_sha2_password by "Shop.1"')
      const session = mmha.on(
        first,
        `${plain.replace('-h', '--get-server-public-key -h')} 'select sleep(60)' 2>&1 || :`,
      )
      const ids = async () => mmha.sql(holder, 'select id from information_schema.processlist where user = "app"')
      for (const deadline = performance.now() + 30_000; performance.now() < deadline && (await ids()) === ''; );
      const { stdout } = await mmha.run('preflight', inventory, '--json')
      const { findings } = lastDocument<{ findings: readonly { code: string; host: string; what: string }[] }>(stdout)
      expect(findings.filter(({ code }) => code === 'COLD_LOGINS')).toMatchObject([
        { host: holder, what: expect.stringContaining('app@') },
      ])
      await mmha.sql(holder, `kill ${await ids()}`)
      await session
      expect(await mmha.on(first, `${plain} 'select 1' 2>&1 || :`)).not.toContain('ERROR')
      await mmha.ok('switchover', inventory)
      expect(await mmha.on(first, `${plain} 'select 1' 2>&1 || :`)).toContain('ERROR 2061')
      await mmha.sql(next, 'drop user app')
    })

    it('the failover test passes', async () => {
      const faults = power ? 'sigkill,stop,power' : 'sigkill,stop'
      const report = join(folder, 'report.md')
      const run = await mmha.run('verify', inventory, '--faults', faults, '--json', '--report', report)
      // 0 passed, 6 failed: anything else is no drill, and what it says is the finding.
      expect([0, 6], run.stderr).toContain(run.code)
      const result = lastDocument<DrillResult>(run.stdout)
      expect(
        result.runs.map(({ fault, failures }) => ({ fault, failures })),
        run.stderr,
      ).toEqual(faults.split(',').map((fault) => ({ fault, failures: [] })))
      expect({ code: run.code, verdict: result.verdict }).toEqual({ code: 0, verdict: 'passed' })
      for (const { downtime, ledger, splitVip, equality, alone } of result.runs) {
        expect(downtime).toBeGreaterThan(0)
        // From the takeover until the other server follows again.
        expect(alone.acknowledged).toBeGreaterThan(0)
        expect({ lost: ledger.lost, reverted: ledger.reverted, split: splitVip.certain }).toMatchObject({
          lost: [],
          reverted: [],
          split: 0,
        })
        expect(equality.equal).toBe(true)
        expect(equality.tables).toBeGreaterThan(0)
      }
    })

    it('after the drill there is nothing to mend, and nothing of the drill is left', async () => {
      for (const { changed } of (await provision()).hosts) expect(changed).toBe(0)
      for (const host of MASTERS) {
        expect(await mmha.sql(host, 'show databases like "mmha_drill"')).toBe('')
        expect(await mmha.sql(host, 'select user from mysql.user where user like "%drill%"')).toBe('')
      }
    })

    it('after a reboot of both, rules and roles are there again', async () => {
      await Promise.all(MASTERS.map((host) => mmha.ok('lab', 'power', host, 'reboot')))
      const again = await provision()
      expect(again.hosts.map(({ failed }) => failed)).toEqual([0, 0])
      const unit = server.startsWith('mysql') ? 'mysql' : 'mariadb'
      for (const host of MASTERS) expect(await mmha.on(host, `systemctl is-enabled ${unit}`)).toBe('enabled')
      for (const host of MASTERS) expect(await mmha.on(host, 'iptables-save')).toMatch(/-p (vrrp|112)/)
      expect((await provision()).hosts.map(({ changed }) => changed)).toEqual([0, 0])
    })

    it(end === 'rollback' ? 'all runs are taken back' : `mmha is taken off: the standby is ${end}`, async () => {
      const open = await Promise.all(MASTERS.map((host) => mmha.sql(host, 'select @@global.read_only')))
      const [holder, standby] = open[0] === '0' ? (['m1', 'm2'] as const) : (['m2', 'm1'] as const)
      await mmha.sql(holder, 'create database shop; create table shop.t (id int primary key)')
      if (end === 'rollback') {
        const first = (await mmha.ok('runs', inventory)).match(/^\S+Z-\S+/gm)?.at(-1) ?? ''
        await mmha.ok('rollback', inventory, first, '--later', '--allow-restart', '--yes')
        for (const host of MASTERS) {
          expect(await mmha.on(host, 'ls -d /etc/mmha /etc/keepalived 2>/dev/null || :')).toBe('')
          expect(await mmha.sql(host, 'select @@global.log_bin')).toBe('0')
          expect(await mmha.sql(host, 'show slave status')).toBe('')
        }
      } else {
        await mmha.ok('teardown', inventory, '--standby', end, '--yes')
        await mmha.on(holder, 'systemctl restart mysql 2>/dev/null || systemctl restart mariadb')
        await mmha.sql(holder, 'insert into shop.t values (1)')
        // What follows, or does not, stays so after a restart of its server.
        await mmha.on(standby, 'systemctl restart mysql 2>/dev/null || systemctl restart mariadb')
        if (end === 'replica') await until(async () => (await mmha.sql(standby, 'select id from shop.t')) === '1')
        else await mmha.sql(standby, 'insert into shop.t values (2)')
        expect(await mmha.sql(standby, 'select @@global.read_only')).toBe(end === 'replica' ? '1' : '0')
        const again = lastDocument<Provisioned>(await mmha.ok('teardown', inventory, '--yes', '--json'))
        expect(again.hosts.map(({ changed }) => changed)).toEqual([0, 0])
      }
      for (const host of MASTERS) {
        expect(await mmha.on(host, 'ip -o addr show to 10.77.0.100')).toBe('')
        expect(await mmha.on(host, 'dpkg-query -W mmha-keepalived 2>/dev/null || :')).toBe('')
        expect(await mmha.sql(host, 'select user from mysql.user where user = "mmha_role"')).toBe('')
      }
    })
  },
)

/** Asks until it is so. @throws Error after half a minute */
async function until(so: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    if (await so().catch(() => false)) return
    await delay(500)
  }
  throw new Error('it did not become so')
}
