import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import { labDown } from '../../src/lab/down.ts'
import type { FlavourName } from '../../src/lab/flavour.ts'
import { cutCable, plugCable } from '../../src/lab/network.ts'
import type { LabHost, LabState } from '../../src/lab/state.ts'
import { labUp } from '../../src/lab/up.ts'
import type { Dialect } from '../../src/mysql/dialect.ts'
import { readOnlyStatements, writableStatements } from '../../src/mysql/read-only.ts'
import { Load, type LoadResult } from './role/load.ts'
import { RoleNode } from './role/node.ts'
import { makePair, must, query } from './role/pair.ts'
import { WRITER_SCHEMA } from './role/writer.ts'

/** The database's side of role changes on real servers; the test is VRRP. The whole daemon is tested in pair.test.ts. */
const FLAVOURS: readonly FlavourName[] = ['mysql-9.7', 'mariadb-10.11']
const WAITS = /every commit waits for the standby/

describe.skipIf(process.getuid?.() !== 0).each(FLAVOURS)('roles on %s (needs root)', (flavour) => {
  const name = 'roletest'
  const unit = flavour.startsWith('mariadb') ? 'mariadb' : 'mysql'
  let lab: LabState
  let dialect: Dialect
  let hosts: readonly [LabHost, LabHost]
  let holder: RoleNode
  let standby: RoleNode
  const nodes: RoleNode[] = []

  beforeAll(async () => {
    const inventory = loadInventory('inventories/lab.yml', { sshDefaults: () => null })
    lab = await labUp({ name, inventory, flavour, fallback: null, sink: () => undefined })
    const [first, second] = lab.hosts
    if (first === undefined || second === undefined) throw new Error('the lab has no two masters')
    hosts = [first, second]
    dialect = await makePair(lab, hosts)
    holder = new RoleNode(first)
    standby = new RoleNode(second)
    nodes.push(holder, standby)
  })
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    await labDown(name, () => undefined)
  })

  /** The standby takes over; the old holder's VRRP is in FAULT or has left. */
  function swap(): void {
    ;[holder, standby] = [standby, holder]
  }

  const channel = (host: LabHost) =>
    must(host, [dialect.flavour === 'mysql' ? 'mysql' : 'mariadb', '-E', '-e', dialect.statement.showReplicaStatus])

  async function same(): Promise<void> {
    const expected = await contents(holder.host)
    const deadline = performance.now() + 60_000
    while ((await contents(standby.host)) !== expected && performance.now() < deadline) await delay(100)
    expect(await contents(standby.host)).toBe(expected)
  }

  const contents = (host: LabHost) =>
    query(host, ['SELECT * FROM load_test.ledger ORDER BY 1', 'SELECT * FROM load_test.counter ORDER BY 1'])

  /** The clients have had so many more rows acknowledged. */
  async function written(rows: number): Promise<void> {
    const count = async () => Number(await query(holder.host, ['SELECT COUNT(*) FROM load_test.ledger']))
    const target = (await count()) + rows
    const deadline = performance.now() + 60_000
    while ((await count()) < target && performance.now() < deadline) await delay(50)
    expect(await count()).toBeGreaterThanOrEqual(target)
  }

  async function nothingLost({ inserted, counters }: LoadResult): Promise<void> {
    const ids = new Set((await query(holder.host, ['SELECT id FROM load_test.ledger'])).trim().split('\n'))
    expect(inserted.filter((id) => !ids.has(id))).toEqual([])
    const rows = (await query(holder.host, ['SELECT k, v FROM load_test.counter'])).trim().split('\n')
    const values = new Map(rows.map((row) => row.split('\t').map(Number)).map(([k, v]) => [k, v ?? 0]))
    expect(counters.filter(([k, v]) => (values.get(k) ?? 0) < v)).toEqual([])
  }

  it('fresh: both gates open, one is promoted, the other follows, commits wait for it', async () => {
    await Promise.all([holder.untilGate(true), standby.untilGate(true)])
    expect(await holder.promote()).toMatchObject({ ok: true })
    await query(holder.host, WRITER_SCHEMA)
    await holder.untilLog(WAITS)
    await same()
  })

  it('a node that lives and is open for writes can’t be overtaken', async () => {
    expect(await standby.promote()).toMatchObject({ ok: false, reason: expect.stringContaining('open for writes') })
    const since = standby.said.length
    await standby.untilLog(/replication from .* started/, since)
  })

  it('read_only is put back where the address is not', async () => {
    const since = standby.said.length
    await query(standby.host, writableStatements(dialect))
    await standby.untilLog(/open for writes: closed/, since)
    expect(await query(standby.host, ['SELECT @@global.read_only'])).toBe('1\n')
  })

  it('a position behind the end of the source’s log, as after a crash: goes on by GTID', async () => {
    const since = holder.said.length
    const { changeSource, stopReplica } = dialect.statement
    const byPosition = dialect.flavour === 'mariadb' ? 'MASTER_USE_GTID=no' : `${dialect.option}_AUTO_POSITION=0`
    const [file] = (await query(standby.host, [dialect.statement.showBinaryLogStatus])).split('\t')
    const options = `${dialect.option}_LOG_FILE='${file}', ${dialect.option}_LOG_POS=99999999, ${byPosition}`
    const deadline = performance.now() + 60_000
    // The daemon may start it again between the two statements.
    const misplaced = () =>
      query(holder.host, [stopReplica, `${changeSource} ${options}`]).then(
        () => true,
        (error: Error) => {
          if (!/running (slave|repli)/i.test(error.message) || performance.now() > deadline) throw error
          return false
        },
      )
    while (!(await misplaced())) await delay(20)
    await holder.untilLog(/goes on by GTID/, since)
    const running = async () => /_IO_Running: Yes.*_SQL_Running: Yes/s.test(await channel(holder.host))
    while (!(await running()) && performance.now() < deadline) await delay(100)
    expect(await channel(holder.host)).toMatch(/_IO_Running: Yes.*(Using_Gtid: Slave_Pos|Auto_Position: 1)/is)
  })

  it('planned handover under load: nothing lost, back the same way', async () => {
    const load = new Load(lab)
    load.moveTo(holder.host.address)
    // Where a closed server is closed for administrators too, its last word stands for the receiver's end; on a machine
    // that is too busy to confirm it in time the receiver is waited for.
    const spoken = dialect.can('superReadOnly')
    let byWord = false
    for (let round = 0; round < 2 || round % 2 === 1 || (spoken && !byWord && round < 8); round++) {
      await written(200)
      const since = standby.said.length
      expect(await holder.leave()).toMatchObject({ ok: true })
      expect(await standby.promote()).toMatchObject({ ok: true })
      load.moveTo(standby.host.address)
      await standby.untilLog(WAITS, since)
      byWord ||= standby.logged(/all was received: by the peer’s last word/, since)
      swap()
    }
    expect(byWord).toBe(spoken)
    await nothingLost(await load.stop())
    await same()
  })

  it('mysqld is killed under load, again and again: nothing lost, both the same, no quarantine', async () => {
    const load = new Load(lab)
    load.moveTo(holder.host.address)
    for (let round = 0; round < 4; round++) {
      await written(200)
      const [dead, next] = [holder.said.length, standby.said.length]
      await must(holder.host, ['systemctl', 'kill', '--signal=KILL', '--kill-whom=main', unit])
      await holder.until((m): m is typeof m & { t: 'track' } => m.t === 'track' && !m.up, dead)
      // While it still applies what it had received it refuses; VRRP asks again, and so do we.
      while (!(await standby.promote()).ok) await delay(100)
      load.moveTo(standby.host.address)
      await holder.demote()
      await Promise.all([holder.untilGate(true, dead, 60_000), standby.untilLog(WAITS, next, 60_000)])
      expect(holder.said.slice(dead).filter(({ message }) => JSON.stringify(message).includes('QUARANTINED'))).toEqual(
        [],
      )
      swap()
    }
    await nothingLost(await load.stop())
    await same()
  })

  it('mysqld hangs under load: it is killed before anybody else is opened, nothing lost', async () => {
    const load = new Load(lab)
    load.moveTo(holder.host.address)
    await written(200)
    const [hung, next] = [holder.said.length, standby.said.length]
    await must(holder.host, ['systemctl', 'kill', '--signal=STOP', '--kill-whom=main', unit])
    const { message } = await holder.untilTrack(/^mysql/, false, hung)
    expect(message.reason).toMatch(/stopped for|no answer within/)
    await holder.untilLog(/killed, so that it tells nobody OK/, hung)
    while (!(await standby.promote()).ok) await delay(50)
    load.moveTo(standby.host.address)
    await holder.demote()
    await Promise.all([holder.untilGate(true, hung, 60_000), standby.untilLog(WAITS, next, 60_000)])
    swap()
    await written(200)
    await nothingLost(await load.stop())
    await same()
  })

  // MySQL takes up to a second to turn the source side off, and acknowledges nothing meanwhile: commits stood still that long.
  it('the daemon of a former holder comes back: commits do not wait for its server while that is a source', async () => {
    const isSource = async ({ host }: RoleNode) =>
      (await query(host, [`SELECT @@global.${dialect.semiSync.sourceEnabled}`])).trim() === '1'
    const left = holder
    await left.kill()
    await query(left.host, readOnlyStatements(dialect))
    expect(await isSource(left)).toBe(true)
    const since = standby.said.length
    while (!(await standby.promote()).ok) await delay(100)
    let [looks, both, waits] = [0, 0, false]
    const look = async () => {
      const [before, successor, after] = [await isSource(left), await isSource(standby), await isSource(left)]
      looks++
      if (before && successor && after) both++
    }
    // It follows already, and its daemon may come back at any time.
    for (const end = performance.now() + 2000; performance.now() < end; ) await look()
    holder = new RoleNode(left.host)
    nodes.push(holder)
    const waiting = standby.untilLog(WAITS, since).finally(() => {
      waits = true
    })
    waiting.catch(() => undefined)
    while (!waits) await look()
    await waiting
    expect({ both, looked: looks > 0 }).toEqual({ both: 0, looked: true })
    swap()
    await same()
  })

  it('a standby hangs while an account is made: let go, though on MySQL nobody can log in meanwhile', async () => {
    const since = holder.said.length
    await must(standby.host, ['systemctl', 'kill', '--signal=STOP', '--kill-whom=main', unit])
    try {
      await query(holder.host, ['CREATE USER made_meanwhile@localhost'])
      await holder.untilLog(/commits no longer wait/, since)
    } finally {
      await must(standby.host, ['systemctl', 'kill', '--signal=CONT', '--kill-whom=main', unit])
    }
    await holder.untilLog(WAITS, since)
    await same()
  })

  it('what the holder sends as adverts, the standby hears over TCP', async () => {
    const since = standby.said.length
    holder.advert(254)
    await standby.until((m): m is typeof m & { t: 'beat' } => m.t === 'beat' && m.priority === 254, since)
  })

  it('a holder that is cut off from peer and witness knows it; the standby, which is not, takes over', async () => {
    const [cut, next] = [holder.said.length, standby.said.length]
    await cutCable(lab, holder.host)
    const { message } = await holder.untilTrack(/^network/, false, cut)
    expect(message.reason).toContain('cut off')
    expect(await holder.demote()).toMatchObject({ ok: true })
    while (!(await standby.promote()).ok) await delay(50)
    await plugCable(lab, holder.host)
    await holder.untilTrack(/^network/, true, cut)
    await standby.untilLog(WAITS, next)
    expect(standby.said.slice(next).filter((one) => one.message.t === 'track' && !one.message.up)).toEqual([])
    swap()
    await same()
  })

  it('a standby that comes back with a transaction of its own: quarantined, tail saved, nobody fetches from it', async () => {
    const before = holder.said.length
    await cutCable(lab, standby.host)
    await holder.untilLog(/replication from .* stopped until its history/, before)
    await standby.stop()
    await query(standby.host, [
      ...writableStatements(dialect),
      "INSERT INTO load_test.ledger VALUES ('errant', 0, '')",
      ...readOnlyStatements(dialect),
    ])
    await plugCable(lab, standby.host)
    standby = new RoleNode(standby.host)
    nodes.push(standby)
    const { message } = await standby.untilLog(/QUARANTINED, diverged/)
    expect(message.t === 'log' && message.text).toContain('Only here (1)')
    expect(await standby.promote()).toMatchObject({ ok: false, reason: expect.stringContaining('quarantined') })
    await standby.untilLog(/were saved to/)
    const saved = await must(standby.host, ['sh', '-c', 'cat /var/lib/mmha/quarantine/*.sql'])
    expect(saved).toContain(dialect.flavour === 'mysql' ? 'BINLOG' : 'GTID')
    expect(await query(holder.host, ["SELECT COUNT(*) FROM load_test.ledger WHERE id='errant'"])).toBe('0\n')
  })
})
