import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  beyond,
  contains,
  count,
  EMPTY,
  equal,
  formatBinlogState,
  formatGtidSet,
  formatPosition,
  type GtidSet,
  GtidSyntaxError,
  isEmpty,
  ofOrigin,
  parseGtidSet,
  subtract,
  union,
} from '../../../src/mysql/gtid-set.ts'

const A = '3e11fa47-71ca-11e1-9e33-c80aa9429562'
const B = 'a9024ed9-e550-11f1-aae1-02ab03741ecf'

describe('MySQL sets', () => {
  it.each([
    ['', ''],
    [`${A}:1-5`, `${A}:1-5`],
    [`${A.toUpperCase()}:1-5:7`, `${A}:1-5:7`],
    [`${A}:1-3:4-5`, `${A}:1-5`],
    [`${A}:5, ${A}:1-3`, `${A}:1-3:5`],
    [`${B}:1,\n${A}:2-2`, `${A}:2,${B}:1`],
    [`${A}:1-3:backup:1-2:9`, `${A}:1-3,${A}:backup:1-2:9`],
    [`${A}:6-5`, ''],
  ])('%j is %j', (text, canonical) => {
    expect(formatGtidSet('mysql', parseGtidSet('mysql', text))).toBe(canonical)
  })

  it.each(['x', `${A}:0-3`, `${A}:1-`, `${A}:-1`, 'zz11fa47-71ca-11e1-9e33-c80aa9429562:1', '0-1-5'])(
    '%j is refused',
    (text) => {
      expect(() => parseGtidSet('mysql', text)).toThrow(GtidSyntaxError)
    },
  )

  it('knows what a server wrote itself, tags included', () => {
    const set = parseGtidSet('mysql', `${A}:1-5:backup:1,${B}:1-9`)
    expect(formatGtidSet('mysql', ofOrigin('mysql', set, A.toUpperCase()))).toBe(`${A}:1-5,${A}:backup:1`)
  })
})

describe('MariaDB states', () => {
  it('are refused when they are not GTIDs', () => {
    for (const text of ['0-1', `${A}:1`, '0-1-x']) expect(() => parseGtidSet('mariadb', text)).toThrow(GtidSyntaxError)
  })

  it('tell a node that wrote 0-1-100 from a history that left it at 0-1-98', () => {
    const mine = parseGtidSet('mariadb', '0-1-100')
    const theirs = parseGtidSet('mariadb', '0-1-98,0-2-150')
    expect(formatGtidSet('mariadb', subtract(mine, theirs))).toBe('0-1-100')
    expect(count(subtract(mine, theirs))).toBe(2)
    expect(contains(parseGtidSet('mariadb', '0-1-100,0-2-150'), mine)).toBe(true)
  })

  it('count a tail from the last that both have, whoever wrote it', () => {
    const [extra, common] = [parseGtidSet('mariadb', '0-2-5736'), parseGtidSet('mariadb', '0-1-5735,0-2-4000')]
    expect(count(beyond('mariadb', extra, common))).toBe(1)
    expect(count(beyond('mariadb', parseGtidSet('mariadb', '1-2-3'), common))).toBe(3)
  })

  it('have one last transaction in each domain', () => {
    expect(formatPosition(parseGtidSet('mariadb', '0-1-5735,0-2-4000,1-2-3'))).toBe('0-1-5735,1-2-3')
  })

  it('know what a server wrote in any domain', () => {
    expect(ofOrigin('mariadb', parseGtidSet('mariadb', '0-1-5,1-1-3,0-11-2'), '1').size).toBe(2)
  })
})

/** Sets over two origins and small numbers, so that they overlap, touch and nest. */
const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 30 }))
const model = fc.record({ a: numbers, b: numbers })
type Model = { a: number[]; b: number[] }

function setOf({ a, b }: Model): GtidSet {
  const members = [...a.map((n) => `${A}:${n}`), ...b.map((n) => `${B}:${n}`)]
  return parseGtidSet('mysql', members.join(','))
}

function minus(x: number[], y: number[]): number[] {
  return x.filter((n) => !y.includes(n))
}

describe('algebra, against sets of numbers', () => {
  it('subtract, union, contains, equal, count', () => {
    fc.assert(
      fc.property(model, model, (x, y) => {
        const [s, t] = [setOf(x), setOf(y)]
        const difference = { a: minus(x.a, y.a), b: minus(x.b, y.b) }
        const both = { a: [...new Set([...x.a, ...y.a])], b: [...new Set([...x.b, ...y.b])] }
        expect(subtract(s, t)).toEqual(setOf(difference))
        expect(union(s, t)).toEqual(setOf(both))
        expect(contains(t, s)).toBe(difference.a.length + difference.b.length === 0)
        expect(equal(s, t)).toBe(contains(s, t) && contains(t, s))
        expect(count(s)).toBe(x.a.length + x.b.length)
      }),
    )
  })

  it('what is written is read again', () => {
    fc.assert(
      fc.property(model, (x) => {
        const set = setOf(x)
        expect(parseGtidSet('mysql', formatGtidSet('mysql', set))).toEqual(set)
      }),
    )
  })

  it('nothing less nothing is nothing', () => {
    expect(isEmpty(subtract(EMPTY, EMPTY))).toBe(true)
  })
})

it('a binlog state names the server that wrote last in a domain last: the server takes that for the end', () => {
  const state = parseGtidSet('mariadb', '0-3-11,0-4-8,1-9-2')
  expect(formatBinlogState(state)).toBe('1-9-2,0-4-8,0-3-11')
})
