import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DaemonStatus } from '../../src/keepalived/process/status.ts'
import { type LabHost, readState } from '../../src/lab/state.ts'
import { Openness } from './scenarios/openness.ts'
import { FrozenDisk, noLoop } from './support/frozen-disk.ts'
import { Mmha } from './support/mmha.ts'
import { ownFolder } from './support/own-folder.ts'

const LAB = 'unit'
const MASTERS = ['m1', 'm2'] as const
type Master = (typeof MASTERS)[number]

/** What the unit grants, and its comment explains: DAC_OVERRIDE, DAC_READ_SEARCH, KILL, SETGID, SETUID, NET_ADMIN, NET_RAW, SYS_NICE. */
const CAPABILITIES = [1, 2, 5, 6, 7, 12, 13, 23].reduce((set, bit) => set + 2 ** bit, 0)

const MAIN = '$(systemctl show -p MainPID --value mmha-keepalived)'

/** What only systemd shows of the daemon. */
describe.skipIf(process.getuid?.() !== 0)('the daemon as a unit (needs root)', { timeout: 300_000 }, () => {
  const mmha = new Mmha(LAB)
  const folder = ownFolder('unit')

  beforeAll(async () => {
    const inventory = join(folder, 'pair.yml')
    const hosts = 'masters: [10.77.0.11, 10.77.0.12]\nclient: 10.77.0.20\nwitness: 10.77.0.20\n'
    writeFileSync(inventory, `vip: 10.77.0.100/24\nnic: host0\n${hosts}`)
    await mmha.ok('lab', 'down')
    await mmha.ok('lab', 'up', inventory, '--server', 'mariadb-10.11')
    await mmha.ok('provision', inventory, '--yes')
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true })
    await mmha.ok('lab', 'down')
  })

  function labHost(name: Master): LabHost {
    const found = readState(LAB)?.hosts.find((host) => host.name === name)
    if (found === undefined) throw new Error(`the lab has no host ${name}`)
    return found
  }

  const statusOf = async (host: Master): Promise<DaemonStatus | null> => {
    const text = await mmha.on(host, 'mmha-keepalived ctl status 2>/dev/null || echo null')
    return JSON.parse(text) as DaemonStatus | null
  }

  /** Resolves when one host holds the address with an open database, and the other stands by with a closed one. */
  async function settled(): Promise<{ holder: Master; standby: Master }> {
    for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
      const [one, two] = await Promise.all(MASTERS.map(statusOf))
      const isHolder = (status: DaemonStatus | null | undefined) =>
        status?.instances[0]?.vip === 'held' && status.databases[0]?.writable === true && status.databases[0].enforced
      const isStandby = (status: DaemonStatus | null | undefined) =>
        status?.instances[0]?.state === 'BACKUP' &&
        status.instances[0].gate.open &&
        status.databases[0]?.writable === false &&
        status.databases[0].replicates === true
      if (isHolder(one) && isStandby(two)) return { holder: 'm1', standby: 'm2' }
      if (isHolder(two) && isStandby(one)) return { holder: 'm2', standby: 'm1' }
      await delay(100)
    }
    throw new Error(`the pair did not settle: ${JSON.stringify(await Promise.all(MASTERS.map(statusOf)))}`)
  }

  const cursorOf = (host: Master) => mmha.on(host, 'journalctl -n 0 --show-cursor | sed -n "s/^-- cursor: //p"')
  const saidSince = (host: Master, cursor: string) =>
    mmha.on(host, `journalctl -u mmha-keepalived -o cat --after-cursor "${cursor}"`)

  const epochOf = async (host: Master) => Number(await mmha.sql(host, 'select max(epoch) from mmha.epoch'))

  it('`lab exec` runs a command there, and ends as it does', async () => {
    expect(await mmha.run('lab', 'exec', 'm2', '--', 'sh', '-c', 'hostname; exit 3')).toMatchObject({
      code: 3,
      stdout: 'm2\n',
    })
  })

  it('has the capabilities that the unit names and no others; its socket is root’s alone', async () => {
    for (const host of MASTERS) {
      const lines = await mmha.on(
        host,
        `for pid in ${MAIN} $(pgrep -x "keepalived_(vrrp|chk)"); do
           sed -n "s/^CapEff:.//p; s/^NoNewPrivs:./nnp /p" /proc/$pid/status | paste -sd " "
         done`,
      )
      const seen = lines.split('\n').map((line) => line.split(' '))
      expect(seen.map(([capabilities = '', ...rest]) => [Number.parseInt(capabilities, 16), ...rest])).toEqual(
        ['supervisor', 'vrrp', 'check'].map(() => [CAPABILITIES, 'nnp', '1']),
      )
      expect(await mmha.on(host, 'stat -c "%a %U %G" /run/mmha-keepalived.sock')).toBe('600 root root')
    }
  })

  it('changes a role in real time, and goes back: scripts and checks are as ordinary as ever', async () => {
    const { holder, standby } = await settled()
    const scheduled = 'chrt -p $(pgrep -x keepalived_chk) | sed "s/.*: //" | paste -sd " "'
    const between = async (host: Master) => ({
      scheduled: await mmha.on(host, scheduled),
      nice: await mmha.on(host, 'ps -o ni= -C keepalived_chk | tr -d " "'),
    })
    const ordinary = { scheduled: 'SCHED_OTHER|SCHED_RESET_ON_FORK 0', nice: '-10' }
    await expect.poll(() => between(holder), { timeout: 10_000 }).toEqual(ordinary)
    expect(await mmha.on(holder, `mmha-keepalived ctl switch; ${scheduled}`)).toBe('SCHED_FIFO|SCHED_RESET_ON_FORK 10')
    for (const host of MASTERS) await expect.poll(() => between(host), { timeout: 10_000 }).toEqual(ordinary)
    expect(await settled()).toEqual({ holder: standby, standby: holder })
  })

  it('a MISC_CHECK runs beside the sandbox of the unit, and its exit code is the weight', async () => {
    const { holder, standby } = await settled()
    const [folder, config] = ['/usr/local/lib/weigh', '/etc/keepalived/keepalived.conf']
    const weighed = () =>
      until('weighed', standby, ({ instances: [one], virtualServers: [virtual] }) => {
        const server = virtual?.realServers[0]
        return one?.state === 'BACKUP' && server?.up === true && server.weight === 5
      })
    // It writes where the daemon itself may not.
    await mmha.on(
      standby,
      `set -e; mkdir ${folder}; echo 7 > ${folder}/code
       cat > ${folder}/weigh <<'END'
#!/bin/sh
date >> ${folder}/runs
exit $(cat ${folder}/code)
END
       chmod 755 ${folder}/weigh
       cp -p ${config} ${folder}/before
       cat >> ${config} <<'END'
global_defs {
  lvs_notify_fifo /run/ha.fifo nobody
}
virtual_server 10.77.0.100 9999 {
  delay_loop 1
  real_server 127.0.0.1 9999 {
    MISC_CHECK {
      misc_path ${folder}/weigh
      misc_dynamic
      retry 0
    }
  }
}
END
       systemctl reload mmha-keepalived`,
    )
    try {
      await weighed()
      // Nor may it give files away by itself.
      expect(await mmha.on(standby, 'stat -c "%U %a" /run/ha.fifo')).toBe('nobody 600')
      await mmha.on(standby, `echo 1 > ${folder}/code`)
      await until('in FAULT', standby, ({ instances: [one] }) => one?.state === 'FAULT')
      await mmha.on(standby, `echo 7 > ${folder}/code`)
      await weighed()
      expect(Number(await mmha.on(standby, `wc -l < ${folder}/runs`))).toBeGreaterThan(2)
    } finally {
      await mmha.on(standby, `cp -p ${folder}/before ${config}; systemctl reload mmha-keepalived`)
    }
    expect(await settled()).toEqual({ holder, standby })
  })

  /** Does something to the holder, and resolves when the other host has taken over. @returns what the two daemons said, the old holder's first */
  async function moves(command: string): Promise<readonly [string, string]> {
    const { holder, standby } = await settled()
    const epoch = await epochOf(holder)
    const cursors = { holder: await cursorOf(holder), standby: await cursorOf(standby) }
    await mmha.on(holder, command)
    for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
      if ((await statusOf(standby))?.instances[0]?.vip === 'held') break
    }
    expect(await settled()).toEqual({ holder: standby, standby: holder })
    expect(await epochOf(standby)).toBe(epoch + 1)
    return [await saidSince(holder, cursors.holder), await saidSince(standby, cursors.standby)]
  }
  const statesIn = (said: string) => said.match(/Entering \w+ STATE/g)

  it.each([
    ['restarted', 'systemctl restart mmha-keepalived'],
    ['killed', `kill -KILL ${MAIN}`],
    ['hung', `kill -STOP ${MAIN}`],
  ])('%s on the holder: the database is closed, and the address moves once', async (_, command) => {
    const [left, came] = await moves(command)
    // Killed with the supervisor, as by KillMode=mixed, its workers would say nothing. Which of the two reaches the
    // VRRP worker first, systemd's signal or the end of its pipe, is open where the supervisor is killed.
    expect(left).toMatch(/leaving \((SIGTERM|the supervisor is gone)\): closed for writes/)
    expect(statesIn(left)).toEqual(['Entering STOP STATE', 'Entering BACKUP STATE'])
    expect(statesIn(came)).toEqual(['Entering MASTER STATE'])
  })

  it('stopped on the holder: nothing waits there any more, so that its successor’s commits can wait for it', async () => {
    const { holder, standby } = await settled()
    const cursor = await cursorOf(holder)
    await mmha.on(holder, 'systemctl stop mmha-keepalived')
    expect(await mmha.sql(holder, 'select @@global.read_only, @@global.rpl_semi_sync_master_enabled')).toBe('1\t0')
    await until('the holder', standby, ({ databases: [database] }) => database?.enforced === true)
    await mmha.sql(standby, 'create database stopped')
    await mmha.on(holder, 'systemctl start mmha-keepalived')
    expect(await settled()).toEqual({ holder: standby, standby: holder })
    expect(await saidSince(holder, cursor)).not.toContain('QUARANTINED')
  })

  it('all of it hangs: systemd ends it and closes the database, and two are never open', async () => {
    const openness = new Openness(MASTERS.map(labHost), '/run/mysqld/mysqld.sock')
    const [left, came] = await moves('systemctl kill --signal=STOP --kill-whom=all mmha-keepalived')
    expect(left).toMatch(/Watchdog timeout/)
    expect(statesIn(came)).toEqual(['Entering MASTER STATE'])
    const both = await openness.stop()
    expect({ both, looked: openness.samples > 100 }).toEqual({ both: 0, looked: true })
  })

  /** Resolves when one host's status is as it should be. */
  async function until(what: string, host: Master, fits: (status: DaemonStatus) => boolean): Promise<void> {
    let last: DaemonStatus | null = null
    for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
      last = await statusOf(host)
      if (last !== null && fits(last)) return
    }
    throw new Error(`${host}: not ${what}: ${JSON.stringify(last)}`)
  }
  const holds = (status: DaemonStatus) => status.instances[0]?.vip === 'held' && status.databases[0]?.writable === true

  it('cut off from peer and witness, the holder fences itself; cut off, the standby takes nothing', async () => {
    const { holder, standby } = await settled()
    const openness = new Openness(MASTERS.map(labHost), '/run/mysqld/mysqld.sock')
    try {
      await mmha.ok('lab', 'partition', holder, `${standby},c1`)
      await until('the holder', standby, holds)
      await until(
        'fenced',
        holder,
        ({ instances: [one], databases: [database] }) =>
          one?.state === 'FAULT' && one.vip === 'none' && database?.writable !== true,
      )
      await mmha.ok('lab', 'partition')
      expect(await settled()).toEqual({ holder: standby, standby: holder })
      await mmha.ok('lab', 'partition', `${standby},c1`, holder)
      await until('in FAULT', holder, ({ instances: [one] }) => one?.state === 'FAULT' && one.vip === 'none')
      // Its commits go on without the standby, which is cut off and knows it.
      await mmha.sql(standby, 'create database cut')
      expect(await statusOf(standby)).toSatisfy(holds)
    } finally {
      await mmha.ok('lab', 'partition')
    }
    expect(await settled()).toEqual({ holder: standby, standby: holder })
    expect(await mmha.sql(holder, 'show databases like "cut"')).toBe('cut')
    const both = await openness.stop()
    expect({ both, looked: openness.samples > 100 }).toEqual({ both: 0, looked: true })
  })

  it('a standby that hangs holds up one commit, and no other', async () => {
    const { holder, standby } = await settled()
    const waits = async () =>
      Number((await mmha.sql(holder, 'show global status like "rpl_semi_sync_master_tx_waits"')).split('\t')[1])
    const before = await waits()
    await mmha.on(standby, 'kill -STOP $(cat /run/mysqld/mysqld.pid)')
    try {
      for (const name of ['one', 'two', 'three', 'four']) await mmha.sql(holder, `create database hung_${name}`)
    } finally {
      await mmha.on(standby, 'kill -CONT $(cat /run/mysqld/mysqld.pid)')
    }
    expect(await waits()).toBe(before + 1)
    expect(await settled()).toEqual({ holder, standby })
    expect(await mmha.sql(standby, 'show databases like "hung_four"')).toBe('hung_four')
  })

  it('killed for good, its database left open: the peer takes over, and nobody is told OK by the open one', async () => {
    const { holder, standby } = await settled()
    await mmha.sql(holder, 'create database faults; create table faults.rows (id int primary key)')
    const cursor = await cursorOf(standby)
    // Without systemd's last step and its restart, and the supervisor last: nobody is left to close the database.
    const dropIn = '/run/systemd/system/mmha-keepalived.service.d'
    await mmha.on(
      holder,
      `mkdir -p ${dropIn} && printf '[Service]\nExecStopPost=\nRestart=no\n' > ${dropIn}/dead.conf
       systemctl daemon-reload
       kill -KILL $(pgrep -x keepalived_chk) $(pgrep -x keepalived_vrrp) ${MAIN}`,
    )
    for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
      if ((await statusOf(standby))?.instances[0]?.vip === 'held') break
    }
    expect(await saidSince(standby, cursor)).toMatch(
      /promotion done in \d+ ms: its daemon has been gone for \d+ s, nobody answers on the address/,
    )
    expect(await mmha.sql(holder, 'select @@global.read_only')).toBe('0')
    const late = 'timeout 2 mariadb -e "insert into faults.rows values (1)"; echo $?'
    expect(await mmha.on(holder, late)).toBe('124')
    await mmha.sql(standby, 'insert into faults.rows values (2)')
    await mmha.on(
      holder,
      `rm -r ${dropIn}; systemctl daemon-reload; systemctl reset-failed mmha-keepalived; systemctl start mmha-keepalived`,
    )
    expect(await settled()).toEqual({ holder: standby, standby: holder })
    for (const host of MASTERS) expect(await mmha.sql(host, 'select id from faults.rows')).toBe('2')
  })

  it.skipIf(noLoop !== null)(
    'its disk hangs: the peer takes over, and what then comes to an end was nobody’s OK',
    async () => {
      const before = await settled()
      const slow = before.standby
      await mmha.on(slow, 'systemctl stop mariadb')
      const disk = new FrozenDisk(labHost(slow), '/var/lib/mysql')
      await mmha.on(slow, 'systemctl start mariadb')
      await settled()
      await mmha.on(before.holder, 'mmha-keepalived ctl switch')
      expect(await settled()).toEqual({ holder: slow, standby: before.holder })
      await mmha.sql(slow, 'create database frozen; create table frozen.rows (id int primary key)')
      const cursor = await cursorOf(slow)
      let told: Promise<string>
      await disk.freeze()
      try {
        told = mmha.on(slow, 'mariadb -e "insert into frozen.rows values (1)" 2>/dev/null && echo OK || echo lost')
        await until('the holder', before.holder, holds)
        await mmha.sql(before.holder, 'insert into frozen.rows values (2)')
        expect(await saidSince(slow, cursor)).toMatch(/mysql local is hung: [\s\S]*killed, so that it tells nobody OK/)
      } finally {
        await disk.thaw()
      }
      expect(await told).toBe('lost')
      expect(await settled()).toEqual({ holder: before.holder, standby: slow })
      for (const host of MASTERS) expect(await mmha.sql(host, 'select id from frozen.rows')).toBe('2')
    },
  )
})
