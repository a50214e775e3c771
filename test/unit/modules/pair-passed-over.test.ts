import { describe, expect, it } from 'vitest'
import { type PassedOverFacts, pairPassedOver } from '../../../src/modules/pair-passed-over.ts'
import { masked } from '../../../src/modules/step.ts'
import { checkSh, context, MARIADB, MYSQL, shSyntax } from './pair-context.ts'

const A = '86ce665c-e550-11f1-ad7a-02ab03741ecf'
const B = '8e29c36a-e550-11f1-87a3-02cafa17b0a9'

const BASE: PassedOverFacts = {
  shown: null,
  up: true,
  uuid: A,
  serverId: '1',
  gtids: `${A}:1-100,${B}:4-8`,
  schemas: ['shop'],
  epochs: 0,
  channel: { Source_Server_Id: '2', Replica_IO_Running: 'Yes', Replica_SQL_Running: 'Yes', Auto_Position: '0' },
  channelPassword: '',
  filePassword: '',
  tls: true,
  ownCertificate: false,
  position: { file: 'mysql-bin.000002', position: 4711 },
  binlogFilters: [],
  gtidsThen: null,
  purged: '',
  log: null,
  accounts: ["'replication'@'%'"],
}
/** m2 has all but A:1-2, m1 all but B:1-3; A:91-100 is on its way. */
const ONE = { ...BASE, gtidsThen: `${A}:1-120,${B}:4-8` }
const TWO = {
  ...BASE,
  uuid: B,
  serverId: '2',
  gtids: `${A}:3-90,${B}:1-8`,
  gtidsThen: `${A}:3-110,${B}:1-8`,
  channel: { ...BASE.channel, Source_Server_Id: '1' },
}

function log(origin: string, ...statements: readonly string[]): string {
  const each = statements.map((one, i) => `SET @@SESSION.GTID_NEXT= '${origin}:${i + 1}'/*!*/;\n${one}\n/*!*/;\n`)
  return `DELIMITER /*!*/;\n${each.join('')}# End of log file\n`
}
const USER = "CREATE USER 'replication'@'%' IDENTIFIED WITH 'caching_sha2_password' AS 'hash'"
const ones = { ...ONE, log: log(A, USER, 'GRANT REPLICATION SLAVE ON *.* TO replication') }
const twos = { ...TWO, log: log(B, USER, 'FLUSH PRIVILEGES', 'CREATE ROLE r') }
const withTable = { ...twos, log: log(B, USER, 'CREATE TABLE shop.t (id INT)', 'FLUSH PRIVILEGES') }

const look = (mine: PassedOverFacts, theirs: PassedOverFacts, server = MYSQL) =>
  pairPassedOver.plan({}, context(server, mine, theirs))
const ask = (mine: PassedOverFacts, theirs: PassedOverFacts, server = MYSQL) =>
  pairPassedOver.closer?.({}, context(server, mine, theirs)) ?? null

describe('what channels by position passed over', () => {
  it('accounts count as done: the plan names and shows them, without their secrets', () => {
    const [step, ...more] = look(ones, twos)
    expect(more).toEqual([])
    expect(step?.diff).toContain(`${B}:1-3 of m2 counts as done here`)
    expect(step?.diff).toContain("CREATE USER 'replication'@'%' IDENTIFIED WITH 'caching_sha2_password' AS '***'")
    expect(step?.diff).toContain('CREATE ROLE r')
    expect(masked(step?.run ?? { parts: [] })).toContain(`SET GLOBAL gtid_purged='+${B}:1-3'`)
    checkSh(step === undefined ? [] : [step])
  })

  it('an older server is told of each by an empty transaction', () => {
    const [step] = look(ones, twos, { ...MYSQL, version: '5.7.44' })
    const script = masked(step?.run ?? { parts: [] })
    for (const n of [1, 2, 3]) expect(script).toContain(`SET GTID_NEXT='${B}:${n}'; BEGIN; COMMIT`)
    expect(script).toContain("SET GTID_NEXT='AUTOMATIC'")
  })

  it('anything else is refused, and named, with what says that both have it', () => {
    expect(() => look(ones, withTable)).toThrow(
      expect.objectContaining({
        exit: 5,
        message: expect.stringContaining(`m1 never gets ${B}:1-3 (CREATE TABLE shop.t (id INT))`),
        hint: expect.stringContaining(`on m1: SET GLOBAL gtid_purged='+${B}:1-3'`),
      }),
    )
    expect(() => look(withTable, ones)).toThrow('CREATE TABLE shop.t')
  })

  const many = { gtids: `${A}:3-90,${B}:1-208` }
  it.each([
    ['purged from the binary log', ones, { ...twos, purged: `${B}:1` }],
    ['not to be read from the binary log', ones, { ...twos, log: null }],
    ['not to be read from the binary log', ones, { ...twos, log: log(B, USER) }],
    ["CREATE USER 'replication'@'%', which is not there", { ...ones, accounts: [] }, twos],
    ['its channel has not caught up within 20 s', { ...ones, gtidsThen: null }, twos],
    ['203 transactions', { ...ones, gtidsThen: `${A}:1-100,${B}:4-8` }, { ...twos, ...many }],
  ])('refused: %s', (why, mine, theirs) => {
    expect(() => look(mine, theirs)).toThrow(why)
  })

  it('what was on its way has come by then, and is neither said nor looked at', () => {
    const [step] = look({ ...ones, gtidsThen: `${A}:1-100,${B}:2-8` }, withTable)
    expect(step?.diff).toContain(`${B}:1 of m2`)
    expect(look({ ...ones, gtidsThen: `${A}:1-100,${B}:1-8` }, withTable)).toEqual([])
  })

  it('nothing is asked where nothing is missing, by GTID, of a pair of ours, or on MariaDB', () => {
    const all = { gtids: `${A}:1-100,${B}:1-8` }
    expect(ask({ ...ONE, ...all }, { ...TWO, ...all })).toBeNull()
    const byGtid = (facts: PassedOverFacts) => ({ ...facts, channel: { ...facts.channel, Auto_Position: '1' } })
    expect(ask(byGtid(ONE), byGtid(TWO))).toBeNull()
    expect(ask({ ...ONE, epochs: 1 }, { ...TWO, epochs: 1 })).toBeNull()
    expect(ask(ONE, TWO, MARIADB)).toBeNull()
  })

  it('the host that has them reads its log, the other waits for its channel first', () => {
    const one = { ...ONE, gtids: `${A}:1-100,${B}:1-8` }
    const has = ask(one, TWO) ?? ''
    expect(has).toContain(`--include-gtids=${A}:1-2:91-100`)
    expect(has).not.toContain('POS_WAIT')
    const lacks = ask(TWO, one) ?? ''
    expect(lacks).toContain("POS_WAIT('\\''mysql-bin.000002'\\'', 4711, 20)")
    expect(lacks).not.toContain('mysqlbinlog')
    for (const text of [has, lacks]) shSyntax(text)
    // A long stretch is what is on its way under load.
    expect(ask({ ...one, gtids: `${A}:1-5000,${B}:1-8` }, TWO)).toContain(`--include-gtids=${A}:1-2 `)
  })
})
