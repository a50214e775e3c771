import { describe, expect, it } from 'vitest'
import type { ServerFacts } from '../../../src/hosts/host-facts.ts'
import { mysqlFreshPair, mysqlReplication, seededChannel } from '../../../src/modules/mysql-replication.ts'
import { parseReplication, type ReplicationFacts } from '../../../src/modules/mysql-replication-facts.ts'
import { revealed } from '../../../src/modules/step.ts'
import { dialectOf } from '../../../src/mysql/dialect.ts'
import { checkSh, context, fromPeer, INVENTORY, M2, MARIADB, MYSQL, written } from './pair-context.ts'

const A = '86ce665c-e550-11f1-ad7a-02ab03741ecf'
const B = '8e29c36a-e550-11f1-87a3-02cafa17b0a9'

const FRESH: ReplicationFacts = {
  shown: null,
  up: true,
  uuid: A,
  serverId: '172818443',
  gtids: '',
  schemas: [],
  epochs: 0,
  channel: null,
  channelPassword: '',
  filePassword: 'f1',
  tls: true,
  ownCertificate: true,
  position: { file: 'binlog.000001', position: 158 },
  binlogFilters: [],
}
const FRESH_PEER: ReplicationFacts = { ...FRESH, uuid: B, serverId: '172818444' }
const CHANNEL = {
  Source_Host: '10.77.0.12',
  Source_User: 'mmha_repl',
  Source_Port: '3306',
  Connect_Retry: '1',
  Auto_Position: '1',
}
const IN_USE: ReplicationFacts = {
  ...FRESH,
  gtids: `${A}:1-100`,
  schemas: ['shop'],
  epochs: 3,
  channel: CHANNEL,
  channelPassword: 'f1',
}
const IN_USE_PEER: ReplicationFacts = { ...IN_USE, uuid: B, channel: { ...CHANNEL, Source_Host: '10.77.0.11' } }
const POSITION = { ...INVENTORY, replication: { ...INVENTORY.replication, mode: 'position' as const } }

function plan(mine: ReplicationFacts, theirs: ReplicationFacts, changes = {}, server: ServerFacts = MYSQL) {
  return mysqlReplication.plan({}, context(server, mine, theirs, changes))
}

describe('mysql_replication', () => {
  it.each([
    ['mysql-9.7', MYSQL, INVENTORY],
    ['mysql-9.7-position', MYSQL, POSITION],
    ['mariadb-10.11', MARIADB, INVENTORY],
    ['mariadb-11.8', { ...MARIADB, version: '11.8.3-MariaDB' }, INVENTORY],
  ] as const)('sets up the channel of a fresh %s', async (name, server, inventory) => {
    const uuid = server.flavour === 'mysql' ? {} : { uuid: '' }
    const steps = plan({ ...FRESH, ...uuid }, { ...FRESH_PEER, ...uuid }, { inventory }, server)
    expect(steps).toHaveLength(1)
    checkSh(steps)
    await expect(written(steps)).toMatchFileSnapshot(`../../golden/mysql_replication/fresh-${name}.txt`)
  })

  it.each([MYSQL, MARIADB])('a seeding makes the channel of $flavour that it would make itself', (server) => {
    const [step] = plan(FRESH, FRESH_PEER, {}, server)
    const made = seededChannel(dialectOf(server.version), INVENTORY, M2, true)
    expect(revealed(made)).toBe(step === undefined ? '' : revealed(step.run))
  })

  it('leaves a channel that is as wanted, in both modes', () => {
    const seen = context(MYSQL, IN_USE, IN_USE_PEER)
    expect(mysqlReplication.plan({}, seen)).toEqual([])
    expect(mysqlReplication.plan({}, fromPeer(seen))).toEqual([])
    const channel = { ...CHANNEL, Auto_Position: '0' }
    expect(plan({ ...IN_USE, channel }, IN_USE_PEER, { inventory: POSITION })).toEqual([])
  })

  it('a change in position mode does not move the channel, and a place found by GTID stays', () => {
    const used = { ...CHANNEL, Connect_Retry: '60', Relay_Source_Log_File: 'binlog.000004', Exec_Source_Log_Pos: '777' }
    const change = (channel: Record<string, string>) =>
      plan({ ...IN_USE, channel }, IN_USE_PEER, { inventory: POSITION }).map(({ run }) => revealed(run))
    expect(change({ ...used, Auto_Position: '0' })[0]).toMatch(/binlog\.000004.*SOURCE_LOG_POS=777/s)
    expect(change({ ...used, Auto_Position: '1' })[0]).toContain('SOURCE_AUTO_POSITION=1')
  })

  it.each<[string, Partial<ReplicationFacts>, string]>([
    ['another retry', { channel: { ...CHANNEL, Connect_Retry: '60' } }, '~ connect retry: 60 → 1'],
    ['file and position', { channel: { ...CHANNEL, Auto_Position: '0' } }, '~ GTID auto-position: false → true'],
    ['the old address', { channel: { ...CHANNEL, Source_Host: '10.77.0.9' } }, '~ source host: 10.77.0.9 → 10.77.0.12'],
    ['an old password', { channelPassword: 'f0' }, '~ password: the new one'],
  ])('changes a channel that has %s', (_what, changes, diff) => {
    const steps = plan({ ...IN_USE, ...changes }, IN_USE_PEER)
    expect(steps.map((step) => step.diff)).toEqual([diff])
    checkSh(steps)
  })

  it('takes the password from the file of the host: it is not in the plan', () => {
    const script = revealed(plan(FRESH, FRESH_PEER)[0]?.run ?? { parts: [] })
    expect(script).toContain('SOURCE_PASSWORD=\' "$password" \', SOURCE_CONNECT_RETRY=1')
  })

  it.each<[string, ReplicationFacts, ReplicationFacts, string]>([
    [
      'only one has data',
      { ...FRESH, schemas: ['shop', 'crm'], gtids: `${A}:1-9` },
      FRESH_PEER,
      `(m1: schemas shop, crm, alone has ${A}:1-9; m2: no user schemas, nothing that its peer lacks)`,
    ],
    [
      'both have different data',
      { ...FRESH, schemas: ['shop'], gtids: `${A}:1-9` },
      { ...FRESH_PEER, schemas: ['shop'], gtids: `${B}:1-2` },
      `(m1: schemas shop, alone has ${A}:1-9; m2: schemas shop, alone has ${B}:1-2)`,
    ],
    [
      'members went apart',
      { ...IN_USE, channel: null, gtids: `${A}:1-101` },
      { ...IN_USE_PEER, gtids: `${A}:1-100,${B}:1` },
      `alone has ${A}:101; m2: schemas shop, alone has ${B}:1)`,
    ],
  ])('refuses to join hosts when %s', (_why, mine, theirs, message) => {
    expect(() => plan(mine, theirs)).toThrow(message)
    expect(() => plan(mine, theirs)).toThrow(expect.objectContaining({ code: 'DATA_DIFFERS', exit: 5 }))
  })

  it('joins again a member that is behind, and hosts with the same history', () => {
    expect(plan({ ...IN_USE, channel: null, gtids: `${A}:1-90` }, IN_USE_PEER)).toHaveLength(1)
    const same = { schemas: ['shop'], gtids: `${A}:1-9` }
    expect(plan({ ...FRESH, ...same }, { ...FRESH_PEER, ...same })).toHaveLength(1)
  })

  it('refuses data on one host before the other even has a server', () => {
    const peerFacts = { ...context(MYSQL, FRESH, FRESH).peerFacts, server: null }
    const absent = parseReplication('')
    expect(() => plan({ ...FRESH, schemas: ['shop'], gtids: `${A}:1-9` }, absent, { peerFacts })).toThrow(
      'schemas shop',
    )
    expect(plan(FRESH, absent, { peerFacts })).toEqual([])
  })

  it('refuses a channel of somebody else, the same server twice, and a position in a running pair', () => {
    const channel = { ...CHANNEL, Source_Host: '10.1.1.1', Source_User: 'reporting' }
    expect(() => plan({ ...IN_USE, channel }, IN_USE_PEER)).toThrow('it replicates from 10.1.1.1 as reporting')
    expect(() => plan(FRESH, FRESH)).toThrow('the same server_uuid')
    expect(() => plan({ ...IN_USE, channel: null }, IN_USE_PEER, { inventory: POSITION })).toThrow(
      "file and position can't",
    )
  })

  describe('is encrypted where both servers can', () => {
    const NEW: ServerFacts = { ...MARIADB, version: '11.8.6-MariaDB' }
    const options = (mine: ReplicationFacts, theirs: ReplicationFacts, server: ServerFacts) => {
      const diff = plan({ ...mine, uuid: '' }, { ...theirs, uuid: '' }, {}, server)[0]?.diff ?? ''
      return [...diff.matchAll(/\w*(?:SSL|KEY)\w*=\d/g)].map(String).join(' ')
    }
    const given = { ownCertificate: false }
    it.each<[string, ServerFacts, Partial<ReplicationFacts>, string]>([
      ['without a CA, and proven', NEW, {}, 'MASTER_SSL=1 MASTER_SSL_VERIFY_SERVER_CERT=1'],
      ['certificates of their own CA', NEW, given, 'MASTER_SSL=1 MASTER_SSL_VERIFY_SERVER_CERT=0'],
      ['none, and a default that would refuse', NEW, { ...given, tls: false }, 'MASTER_SSL_VERIFY_SERVER_CERT=0'],
      ['older, with certificates', MARIADB, given, 'MASTER_SSL=1'],
      ['older, without', MARIADB, { ...given, tls: false }, ''],
      ['MySQL', MYSQL, given, 'SOURCE_SSL=1'],
      ['MySQL without', MYSQL, { ...given, tls: false }, 'GET_SOURCE_PUBLIC_KEY=1'],
    ])('%s', (_name, server, peer, expected) => {
      const uuids = server.flavour === 'mysql' ? { mine: FRESH, theirs: FRESH_PEER } : { mine: FRESH, theirs: FRESH }
      expect(options({ ...uuids.mine, ...peer }, { ...uuids.theirs, ...peer }, server)).toBe(expected)
    })

    it('a channel that is not is mended; one whose server does not say is left alone', () => {
      const changes = (row: Readonly<Record<string, string>>) =>
        plan({ ...IN_USE, channel: { ...CHANNEL, ...row } }, IN_USE_PEER)[0]?.diff ?? ''
      expect(changes({})).toBe('')
      expect(changes({ Source_SSL_Allowed: 'Yes' })).toBe('')
      expect(changes({ Source_SSL_Allowed: 'No' })).toBe('~ TLS: off → on')
    })
  })
})

describe('mysql_fresh_pair', () => {
  const reset = (mine: ReplicationFacts, theirs: ReplicationFacts, server: ServerFacts = MYSQL) =>
    mysqlFreshPair.plan({}, context(server, mine, theirs))

  it('forgets what the installer wrote, on a pair that never held anything', async () => {
    const steps = reset({ ...FRESH, gtids: `${A}:1-3` }, FRESH_PEER)
    expect(steps).toHaveLength(1)
    checkSh(steps)
    await expect(written(steps)).toMatchFileSnapshot('../../golden/mysql_fresh_pair/mysql-9.7.txt')
    const maria = reset({ ...FRESH, uuid: '', gtids: '0-1-3' }, { ...FRESH_PEER, uuid: '' }, MARIADB)
    await expect(written(maria)).toMatchFileSnapshot('../../golden/mysql_fresh_pair/mariadb-10.11.txt')
  })

  it.each<[string, ReplicationFacts, ReplicationFacts]>([
    ['nothing was written', FRESH, FRESH_PEER],
    ['this host has data', { ...FRESH, gtids: `${A}:1-3`, schemas: ['shop'] }, FRESH_PEER],
    ['the peer has data', { ...FRESH, gtids: `${A}:1-3` }, { ...FRESH_PEER, schemas: ['shop'] }],
    ['the pair had a holder', { ...FRESH, gtids: `${A}:1-3` }, { ...FRESH_PEER, epochs: 1 }],
    ['it follows somebody', { ...FRESH, gtids: `${A}:1-3`, channel: CHANNEL }, FRESH_PEER],
    ['a server does not answer', { ...FRESH, gtids: `${A}:1-3` }, { ...FRESH_PEER, up: false }],
  ])('never resets when %s', (_why, mine, theirs) => {
    expect(reset(mine, theirs)).toEqual([])
  })
})

describe('facts of replication', () => {
  it('are read', () => {
    const stdout =
      'up\tyes\nuuid\tu\nserver_id\t7\ngtids\tg\nschema\tshop\nepochs\t2\nchannel\tSource_Host\th\nchannel_password\tp\nfile_password\tq\ntls\tDISABLED\nposition\tbinlog.000001\t158\t\t\nvariable\tgtid_mode\tON\ncounter\tCom_select\n'
    expect(parseReplication(stdout)).toEqual({
      shown: ['gtid_mode', 'Com_select'],
      up: true,
      unlogged: false,
      binlogFilters: [],
      uuid: 'u',
      serverId: '7',
      gtids: 'g',
      schemas: ['shop'],
      epochs: 2,
      channel: { Source_Host: 'h' },
      channelPassword: 'p',
      filePassword: 'q',
      tls: false,
      ownCertificate: false,
      position: { file: 'binlog.000001', position: 158 },
    })
    expect(parseReplication('').up).toBe(false)
    const certificate = (lines: string) => {
      const { tls, ownCertificate } = parseReplication(lines)
      return { tls, ownCertificate }
    }
    expect(certificate('tls\tYES\ntls\tNULL\n')).toEqual({ tls: true, ownCertificate: true })
    expect(certificate('tls\tYES\ntls\t/etc/ssl/db.pem\n')).toEqual({ tls: true, ownCertificate: false })
    expect(certificate('tls\tserver-cert.pem\n')).toEqual({ tls: true, ownCertificate: false })
  })
})
