import { describe, expect, it } from 'vitest'
import { evaluate, parseExpression } from '../../../src/playbook/expression.ts'

const VIEW = {
  facts: { server: null, os: { id: 'debian', version: '12' }, uid: 0, nics: [{ name: 'eth0' }] },
  inventory: { replication: { mode: 'gtid' }, vrrp: { version: 3 } },
  holder: false,
}

describe('when', () => {
  it.each<[string, unknown]>([
    ["facts.os.id == 'debian'", true],
    ['facts.os.id != "debian"', false],
    ['facts.server == null', true],
    ['facts.server.flavour == null', true],
    ["facts.server.flavour == 'mysql'", false],
    ['inventory.vrrp.version >= 3 and facts.uid < 1', true],
    ['inventory.vrrp.version > 3 or not holder', true],
    ['not (holder or facts.uid == 0)', false],
    ["facts.os.id in ['ubuntu', 'debian']", true],
    ['facts.os.id in []', false],
    ["facts.nics[0].name == 'eth0'", true],
    ['true', true],
    ['not not false', false],
    ['facts.os.version < 12', false],
    ["'it\\'s' == \"it's\"", true],
    ["facts.os.id == 'a' or facts.os.id == 'debian' and true", true],
    ['-1 < 0.5', true],
  ])('%s', (text, expected) => {
    expect(evaluate(parseExpression(text), VIEW)).toBe(expected)
  })

  it.each([
    ['facts.os.id =', 'has = at character 13'],
    ['facts.os.id == ', 'ends where a value should be'],
    ['(holder', 'ends where ) should be'],
    ["holder 'x'", "has 'x' at character 8 where the end should be"],
    ['holder; process.exit()', 'has ; at character 7'],
    ["'open", "has ' at character 1"],
    ['', 'ends where a value should be'],
    ['[1, 2', 'ends where ] should be'],
  ])('%s is refused', (text, why) => {
    expect(() => parseExpression(text)).toThrow(why)
  })

  it.each([
    ['fact.os', 'fact.os is not known; known: facts, inventory, holder'],
    ['facts.os.nope', 'facts.os.nope is not known: facts.os has no nope; known: id, version'],
    ['facts.constructor', 'facts.constructor is not known'],
    ['facts.os.id.length', 'facts.os.id.length is not known'],
    ['facts.__proto__', 'facts.__proto__ is not known'],
  ])('%s is no name', (text, why) => {
    expect(() => evaluate(parseExpression(text), VIEW)).toThrow(why)
  })
})
