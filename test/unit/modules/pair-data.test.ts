import { describe, expect, it } from 'vitest'
import { classifyPairData, refusalToJoin } from '../../../src/modules/pair-data.ts'

const A = '86ce665c-e550-11f1-ad7a-02ab03741ecf'
const B = '8e29c36a-e550-11f1-87a3-02cafa17b0a9'

const server = (gtids: string, schemas: readonly string[] = ['shop'], epochs = 0) => ({ gtids, schemas, epochs })
const member = (gtids: string) => server(gtids, ['shop'], 3)
const EMPTY = server('', [])

type Server = ReturnType<typeof server>
type Found = ReturnType<typeof classifyPairData>

const MYSQL: [string, Server, Server, Found][] = [
  ['nothing on either', EMPTY, EMPTY, { kind: 'empty' }],
  ['only what the installers logged', server(`${A}:1-3`, []), server(`${B}:1-4`, []), { kind: 'empty' }],
  ['data on the second', EMPTY, server(`${B}:1-9`), { kind: 'one-empty', side: 'mine' }],
  ['data on the first', server(`${A}:1-9`), EMPTY, { kind: 'one-empty', side: 'theirs' }],
  ['unlogged data beside nothing', server(''), EMPTY, { kind: 'one-empty', side: 'theirs' }],
  ['a member and a new disk', member(`${A}:1-9`), EMPTY, { kind: 'one-empty', side: 'theirs' }],
  ['one restored from the other', server(`${A}:1-9`), server(`${A}:1-9`), { kind: 'same' }],
  [
    'schemas in another order',
    server(`${A}:1-9`, ['b', 'a', 'c']),
    server(`${A}:1-9`, ['c', 'a', 'b']),
    { kind: 'same' },
  ],
  ['equal members', member(`${A}:1-9`), member(`${A}:1-9`), { kind: 'same' }],
  ['members after RESET on both', member(''), member(''), { kind: 'same' }],
  ['data on both, no GTIDs', server(''), server(''), { kind: 'unlogged' }],
  ['a schema that was not logged', server(`${A}:1-9`, ['shop', 'crm']), server(`${A}:1-9`), { kind: 'unlogged' }],
  ['the first lacks some', server(`${A}:1-8`), server(`${A}:1-9`), { kind: 'behind', side: 'mine' }],
  ['the second lacks some', server(`${A}:1-9,${B}:1`), server(`${A}:1-9`), { kind: 'behind', side: 'theirs' }],
  ['a common beginning', server(`${A}:1-9`), server(`${A}:1-8,${B}:1`), { kind: 'diverged' }],
  ['members without a schema', server(`${A}:1`, [], 1), server(`${B}:1`, [], 1), { kind: 'diverged' }],
  ['members went apart', member(`${A}:1`), member(`${B}:1`), { kind: 'diverged' }],
  ['each its own', server(`${A}:1-9`), server(`${B}:1-9`), { kind: 'unrelated' }],
  ['GTIDs on one only', server(`${A}:1-9`), server(''), { kind: 'unrelated' }],
]

const MARIADB: [string, Server, Server, Found][] = [
  ['equal', server('0-1-9'), server('0-1-9'), { kind: 'same' }],
  ['no binary log on either', server(''), server(''), { kind: 'unlogged' }],
  ['strangers that both write as 0-1', server('0-1-9'), server('0-1-50'), { kind: 'unrelated' }],
  ['a member behind', member('0-1-9'), member('0-1-50'), { kind: 'behind', side: 'mine' }],
  ['members went apart', member('0-1-9,0-2-11'), member('0-1-12'), { kind: 'diverged' }],
]

describe('what two servers hold', () => {
  it.each(MYSQL)('MySQL: %s', (_name, mine, theirs, found) => {
    expect(classifyPairData('mysql', mine, theirs)).toEqual(found)
  })

  it.each(MARIADB)('MariaDB: %s', (_name, mine, theirs, found) => {
    expect(classifyPairData('mariadb', mine, theirs)).toEqual(found)
  })
})

describe('joining them', () => {
  const refused = (mine: Server, theirs: Server) =>
    refusalToJoin('mysql', { ...mine, name: 'm1' }, { ...theirs, name: 'm2' })

  it.each<[string, Server, Server]>([
    ['both empty', EMPTY, EMPTY],
    ['the same', server(`${A}:1-9`), server(`${A}:1-9`)],
    ['a member behind', member(`${A}:1-8`), member(`${A}:1-9`)],
  ])('is fine: %s', (_name, mine, theirs) => {
    expect(refused(mine, theirs)).toBeNull()
  })

  it.each<[string, Server, Server, string, string]>([
    [
      'one empty',
      EMPTY,
      server(''),
      'only m2 holds data, and replication would not bring it to m1 (m1: no user schemas, nothing that its peer lacks; m2: schemas shop, nothing that its peer lacks)',
      'copy m2 onto m1 (mmha provision … --seed-from m2 --overwrite m1), then run this again',
    ],
    [
      'a stranger behind',
      server(`${A}:1-9`),
      server(`${A}:1-8`),
      'm2 lacks transactions of m1',
      'let m2 replicate from m1',
    ],
    ['diverged', server(`${A}:1-9`), server(`${A}:1-8,${B}:1`), `m2: schemas shop, alone has ${B}:1)`, 'decide whose'],
    ['unrelated', server(`${A}:1`), server(`${B}:1`), 'no history in common', 'decide whose data stays'],
    ['unlogged', server(''), server(''), 'their GTIDs do not tell', 'switch on log_bin'],
  ])('is refused: %s', (_name, mine, theirs, message, hint) => {
    expect(refused(mine, theirs)?.message).toContain(message)
    expect(refused(mine, theirs)?.hint).toContain(hint)
  })
})
