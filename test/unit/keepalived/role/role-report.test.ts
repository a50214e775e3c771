import { describe, expect, it } from 'vitest'
import type { Config } from '../../../../src/keepalived/config/config.ts'
import { DatabaseMemory } from '../../../../src/keepalived/process/database-memory.ts'
import type { DatabaseStatus } from '../../../../src/keepalived/process/status.ts'
import { RoleReport, type Round } from '../../../../src/keepalived/role/role-report.ts'
import { dialectOf } from '../../../../src/mysql/dialect.ts'
import { parseGtidSet } from '../../../../src/mysql/gtid-set.ts'
import type { ServerSnapshot } from '../../../../src/mysql/snapshot.ts'

const executed = parseGtidSet('mariadb', '0-1-10')
const mine: ServerSnapshot = {
  history: { origin: '1', executed },
  closed: false,
  epoch: { epoch: 4, holder: '1', forced: false },
  received: executed,
  channel: null,
  semiSync: {
    enabled: true,
    active: true,
    clients: 1,
    waitSessions: 0,
    acknowledged: 9,
    timeoutMs: 1,
    afterSync: true,
    replicaEnabled: true,
  },
}
const round: Round = {
  holder: true,
  mine,
  peer: { state: 'silent', why: 'cut off' },
  heard: null,
  kept: { enforced: true, quarantine: null },
}

function report() {
  const told: DatabaseStatus[] = []
  return { told, report: new RoleReport('VI_1', (status) => told.push(status)) }
}

describe('what is told of an instance’s database', () => {
  it('each status once, as the round found it', () => {
    const { told, report: it } = report()
    it.round(round)
    it.round({ ...round, mine: { ...mine, received: parseGtidSet('mariadb', '0-1-11') } })
    expect(told).toEqual([
      {
        instance: 'VI_1',
        up: true,
        holder: true,
        writable: true,
        epoch: 4,
        peer: 'silent',
        replicates: null,
        refusal: null,
        secondsBehind: null,
        transactionsBehind: null,
        mayLack: null,
        commitsWait: true,
        standbys: 1,
        enforced: true,
        quarantine: null,
      },
    ])
    it.round({ ...round, holder: false })
    expect(told.at(-1)).toMatchObject({ holder: false })
    expect(told).toHaveLength(2)
  })

  it('while it is down: only what is on disk', () => {
    const { told, report: it } = report()
    const quarantine = { standing: 'diverged', why: 'both wrote' } as const
    it.round({ ...round, kept: { enforced: false, quarantine } })
    it.down()
    expect(told.at(-1)).toMatchObject({ up: false, holder: null, writable: null, epoch: null, peer: null, quarantine })
  })

  it('nothing once the check worker has ended, or the role is configured no longer', () => {
    const { told, report: it } = report()
    it.round(round)
    const memory = new DatabaseMemory()
    for (const status of told) memory.keep(status)
    const config = (role: unknown) => ({ instances: [{ name: 'VI_1', role }] }) as unknown as Config
    expect(memory.status(config({}))).toEqual(told)
    expect(memory.status(config(null))).toEqual([])
    memory.forget()
    expect(memory.status(config({}))).toEqual([])
  })

  it('how many transactions a standby lacks, in a domain that both have written', () => {
    const { told, report: it } = report()
    const theirs = { ...mine, history: { origin: '1', executed: parseGtidSet('mariadb', '0-1-60,0-2-50') } }
    const standby: Round = {
      ...round,
      holder: false,
      mine: { ...mine, closed: true, history: { origin: '2', executed: parseGtidSet('mariadb', '0-1-40,0-2-50') } },
      peer: { state: 'up', snapshot: theirs, dialect: dialectOf('11.8.6-MariaDB') },
    }
    it.round(standby)
    it.round({ ...standby, mine: { ...standby.mine, history: theirs.history } })
    it.round({ ...standby, peer: { ...standby.peer, snapshot: { ...theirs, closed: true } } as Round['peer'] })
    it.round({ ...standby, holder: true })
    expect(told.map(({ transactionsBehind }) => transactionsBehind)).toEqual([10, 0, null, null])
  })

  it('counts what a promotion would lack: not applied, and not even received', () => {
    const { told, report: it } = report()
    const theirs = { ...mine, history: { origin: '2', executed: parseGtidSet('mariadb', '0-1-15') }, closed: false }
    const standby = { ...mine, closed: true, received: parseGtidSet('mariadb', '0-1-12') }
    const before = Math.floor(Date.now() / 1000)
    it.round({ ...round, holder: false, mine: standby, heard: { snapshot: theirs, agoMs: 60_000 } })
    const lack = told[0]?.mayLack
    expect(lack).toMatchObject({ unapplied: 2, known: 3, waited: false })
    expect(Math.abs((lack?.peerSaid ?? 0) - (before - 60))).toBeLessThan(30)
    it.round({ ...round, holder: false, mine: standby, heard: null })
    expect(told[1]?.mayLack).toEqual({ unapplied: 2, known: null, peerSaid: null, waited: null })
    const peer = { state: 'up', snapshot: theirs, dialect: dialectOf('10.11.6-MariaDB') } as const
    it.round({ ...round, holder: false, mine: standby, peer })
    expect(told[2]?.mayLack).toBeNull()
  })
})
