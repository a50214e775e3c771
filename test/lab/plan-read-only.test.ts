import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labDown } from '../../src/lab/down.ts'
import { hostNamed } from '../../src/lab/faults.ts'
import type { LabHost } from '../../src/lab/state.ts'
import { readState } from '../../src/lab/state.ts'
import { statementsOf, writes } from './support/general-log.ts'
import { changesBetween, foreignAmong, lookAt, untilSettled } from './support/host-look.ts'
import { lastDocument, Mmha } from './support/mmha.ts'
import { ownFolder } from './support/own-folder.ts'

/** `npm run mysql:reading` has MySQL here, which takes too long for every run. */
const SERVER = process.env.MMHA_SERVER ?? 'mariadb-10.11'
const IS_MYSQL = SERVER.startsWith('mysql')
const NAME = IS_MYSQL ? 'plan-read-only-mysql' : 'plan-read-only'
const MASTERS = ['m1', 'm2'] as const
const LOG = '/var/lib/mysql/general.log'
const [CLIENT, TIMEOUT, PRIVILEGE] = IS_MYSQL
  ? (['mysql', 'replica_net_timeout', 'REPLICATION SLAVE'] as const)
  : (['mariadb', 'slave_net_timeout', 'SLAVE MONITOR'] as const)
/** MySQL's standby refuses a revoke of root's, too. */
const [OPENED, CLOSED] = IS_MYSQL
  ? ['SET @was = @@GLOBAL.super_read_only; SET GLOBAL super_read_only = OFF', 'SET GLOBAL super_read_only = @was']
  : ['DO 0', 'DO 0']
const POSITION = IS_MYSQL
  ? 'select @@gtid_executed, @@gtid_purged; select user, host, authentication_string'
  : 'select @@gtid_current_pos, @@gtid_slave_pos; show variables like "%gtid_binlog_pos"; select user, host, password'

interface Planned {
  readonly steps: readonly { readonly host: string; readonly id: string }[]
}

describe.skipIf(process.getuid?.() !== 0)('plan only reads (needs root)', () => {
  const folder = ownFolder('read-only')
  const home = join(folder, 'home')
  const inventory = join(folder, 'pair.yml')
  const mmha = new Mmha(NAME, { HOME: home, XDG_STATE_HOME: join(home, 'state') })
  let hosts: readonly LabHost[] = []

  beforeAll(async () => {
    mkdirSync(home)
    writeFileSync(inventory, 'vip: 10.77.0.100/24\nnic: host0\nmasters: [10.77.0.11, 10.77.0.12]\nclient: 10.77.0.20\n')
    await mmha.ok('lab', 'down')
    await mmha.ok('lab', 'up', inventory, '--server', SERVER)
    const lab = readState(NAME)
    if (lab === null) throw new Error('no lab')
    hosts = MASTERS.map((host) => hostNamed(lab, host))
    await Promise.all(hosts.map(untilSettled))
  })
  afterAll(async () => {
    await labDown(NAME, () => undefined)
    rmSync(folder, { recursive: true })
  })

  const looks = () => Promise.all(hosts.map(lookAt))

  /** What changes on both hosts while this runs. */
  async function changesDuring(work: () => Promise<unknown>): Promise<readonly string[]> {
    const before = await looks()
    await work()
    const after = await looks()
    return before.flatMap((look, i) => {
      const then = after[i]
      return then === undefined ? ['no second look'] : changesBetween(look, then)
    })
  }

  /** Logins as a plan's, and nothing else. */
  const control = () => Promise.all(MASTERS.map((host) => mmha.ok('lab', 'ssh', host, 'true')))

  async function plan(): Promise<Planned> {
    const run = await mmha.run('plan', inventory, '--json', '--detailed-exitcode')
    expect(run.code, run.stderr).toBe(2)
    const planned = lastDocument<Planned>(run.stdout)
    await mmha.ok('plan', inventory, '--explain')
    return planned
  }

  it('on fresh hosts: what changes is what a login changes, and nothing is left here', async () => {
    expect(foreignAmong(await changesDuring(control))).toEqual([])
    let planned: Planned = { steps: [] }
    const changes = await changesDuring(async () => {
      planned = await plan()
      await mmha.run('preflight', inventory)
    })
    expect(foreignAmong(changes)).toEqual([])
    for (const host of MASTERS) expect(planned.steps.filter((step) => step.host === host).length).toBeGreaterThan(10)
    expect(readdirSync(home)).toEqual([])
  })

  it('on a pair with something to mend everywhere: no file, no rule, no writing statement', async () => {
    await mmha.ok('provision', inventory, '--yes')
    await Promise.all(MASTERS.map(damage))
    rmSync(home, { recursive: true })
    mkdirSync(home)
    expect(foreignAmong(await changesDuring(control))).toEqual([])
    const begun = await positions()
    await Promise.all(MASTERS.map((host) => mmha.on(host, `: >${LOG}`)))
    let planned: Planned = { steps: [] }
    const changes = await changesDuring(async () => {
      planned = await plan()
      await mmha.run('preflight', inventory)
      await mmha.run('status', inventory)
      await mmha.ok('runs', inventory)
    })
    expect(foreignAmong(changes)).toEqual([])
    expect(readdirSync(home)).toEqual([])
    expect(await positions()).toEqual(begun)
    const ids = planned.steps.map(({ host, id }) => `${host} ${id.split('/')[0]}`)
    for (const host of MASTERS) {
      for (const part of ['configuration', 'firewall', 'accounts', 'package-of-the-daemon']) {
        expect(ids).toContain(`${host} ${part}`)
      }
      const said = statementsOf(await mmha.on(host, `cat ${LOG}`)).filter(({ user }) => user.startsWith('root@'))
      // A log in which the plan does not stand would prove nothing.
      expect(said.length).toBeGreaterThan(5)
      expect(said.map(({ text }) => text).filter(writes)).toEqual([])
    }
  })

  it('would see it: a file only touched, changed behind its times, gone again, a mode, a rule', async () => {
    const written = `touch /etc/hostname
      touch -r /etc/issue /run/then; tr a-z b-za </etc/issue >/run/other; cat /run/other >/etc/issue
      touch -r /run/then /etc/issue; rm /run/then /run/other
      touch /var/tmp/x; rm /var/tmp/x
      chmod o+r /etc/mmha
      iptables -A INPUT -p udp --dport 9 -j ACCEPT`
    const seen = foreignAmong(await changesDuring(() => mmha.on('m2', written)))
    for (const one of ['/etc/hostname', '/etc/issue', '/etc/mmha', '/var/tmp', 'network']) expect(seen).toContain(one)
  })

  it('would see a statement that writes', async () => {
    await mmha.sql('m1', 'SET GLOBAL max_connect_errors = 17')
    const said = statementsOf(await mmha.on('m1', `cat ${LOG}`))
    expect(said.map(({ text }) => text).filter(writes)).toContainEqual(expect.stringContaining('max_connect_errors'))
  })

  /** Something for every part of a plan to find; the server logs what it is asked from here on. */
  async function damage(host: string): Promise<void> {
    await mmha.on(
      host,
      `sed -i 's/^${TIMEOUT}.*/${TIMEOUT} = 60/' /etc/mysql/*.conf.d/*mmha*
       iptables -F MMHA
       echo '# by hand' >>/etc/keepalived/keepalived.conf
       ${CLIENT} -e "${OPENED}; SET SESSION sql_log_bin = 0; REVOKE ${PRIVILEGE} ON *.* FROM mmha_repl@'$(sed -n 's/^ *peer \\([0-9.]*\\) .*/\\1/p' /etc/keepalived/keepalived.conf)'; ${CLOSED}" || exit 1
       ${CLIENT} -e "SET GLOBAL general_log_file = '${LOG}', GLOBAL general_log = ON"`,
    )
  }

  /** What a statement that changes data would move, and the values that a plan compares. */
  function positions(): Promise<readonly string[]> {
    return Promise.all(
      MASTERS.map((host) =>
        mmha.sql(
          host,
          `${POSITION} from mysql.user order by 1, 2; show global variables where variable_name in ("read_only", "${TIMEOUT}", "max_connect_errors", "event_scheduler")`,
        ),
      ),
    )
  }
})
