import { describe, expect, it } from 'vitest'
import type { ReplicationFacts } from '../../../src/modules/mysql-replication-facts.ts'
import { pairContents } from '../../../src/modules/pair-contents.ts'
import { masked } from '../../../src/modules/step.ts'
import { checkSh, context, INVENTORY, MARIADB, MYSQL } from './pair-context.ts'

const A = '86ce665c-e550-11f1-ad7a-02ab03741ecf'
const ONE = {
  shown: null,
  up: true,
  uuid: A,
  serverId: '1',
  gtids: `${A}:1-9`,
  schemas: ['shop', 'crm'],
  epochs: 0,
  channel: null,
  channelPassword: '',
  filePassword: '',
  tls: true,
  position: null,
  ownCertificate: false,
  binlogFilters: [],
} satisfies ReplicationFacts
type Facts = Parameters<typeof pairContents.plan>[1]['mine']
const facts = (changes: Partial<Facts> = {}): Facts => ({ ...ONE, sums: null, ...changes })
const sums = (text: Record<string, string | null>) => facts({ sums: new Map(Object.entries(text)) })

const read = (mine: Facts, theirs: Facts, changes = {}, server = MYSQL) =>
  pairContents.plan({ stage: 'read' }, context(server, mine, theirs, changes))
const compare = (mine: Facts, theirs: Facts) => pairContents.plan({ stage: 'compare' }, context(MYSQL, mine, theirs))

describe('pair_contents', () => {
  it('reads every table of two strangers with equal GTIDs, once', () => {
    const [step, ...more] = read(facts(), facts())
    expect(more).toEqual([])
    expect(step).toMatchObject({ impact: 'none', diff: expect.stringContaining('every table of shop, crm is read') })
    checkSh(step === undefined ? [] : [step])
    expect(masked(step?.run ?? { parts: [] })).toContain('@@global.gtid_executed')
    expect(read(sums({ 'shop.a': '1' }), facts())).toEqual([])
    const [maria] = read(facts({ gtids: '0-1-9' }), facts({ gtids: '0-1-9' }), {}, MARIADB)
    expect(masked(maria?.run ?? { parts: [] })).toContain('@@global.gtid_binlog_state')
  })

  it.each<[string, Partial<Facts>, Partial<Facts>, object?]>([
    ['a pair of ours', { epochs: 2 }, { epochs: 2 }],
    ['a pair that replicates already', { channel: { Source_Server_Id: '2' } }, {}],
    ['one empty host', { schemas: [], gtids: '' }, {}],
    ['hosts that are refused anyway', {}, { gtids: `${A}:1-8` }],
    ['a server that is down', {}, { up: false }],
    ['a host that is to be overwritten', {}, {}, { inventory: { ...INVENTORY, overwritten: 'm2' } }],
  ])('reads nothing of %s', (_, mine, theirs, changes = {}) => {
    expect(read(facts(mine), facts(theirs), changes)).toEqual([])
  })

  it('refuses what differs, and names some of it', () => {
    expect(compare(facts(), sums({ 'shop.a': '1' }))).toEqual([])
    expect(compare(sums({ 'shop.a': '1', 'shop.b': '2' }), sums({ 'shop.b': '2', 'shop.a': '1' }))).toEqual([])
    expect(() => compare(sums({ 'shop.a': '1', 'shop.b': '2' }), sums({ 'shop.a': '1', 'shop.b': '3' }))).toThrow(
      expect.objectContaining({
        code: 'DATA_DIFFERS',
        exit: 5,
        message: 'm1 and m2 have equal GTIDs and different rows: 1 of 2 tables differ (shop.b)',
        hint: expect.stringContaining('--seed-from m1 --overwrite m2'),
      }),
    )
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`shop.t${i}`, `${i}`]))
    expect(() => compare(sums(many), sums({}))).toThrow(/20 of 20 tables differ \(shop\.t0, .*, …\)/)
    // A table that can't be summed proves nothing.
    expect(() => compare(sums({ 'shop.a': null }), sums({ 'shop.a': null }))).toThrow('1 of 1 tables')
  })

  it('holds sums for as long as nobody writes', () => {
    const printed = (at: string) =>
      `up\tyes\ngtids\t${A}:1-9\ncontents_gtids\t${at}\nsum\tshop.a\t17\nsum\tshop.b\tNULL\n`
    const parse = (text: string) => [...(pairContents.parse(text).sums ?? [])]
    expect(parse(printed(`${A}:1-9`))).toEqual([
      ['shop.a', '17'],
      ['shop.b', null],
    ])
    expect(pairContents.parse(printed(`${A}:1-8`)).sums).toBeNull()
    expect(pairContents.parse('up\tyes\ngtids\t\n').sums).toBeNull()
  })
})
