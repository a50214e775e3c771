import { eastAsianWidth } from 'get-east-asian-width'
import { describe, expect, it } from 'vitest'
import { REGISTRY } from '../../../src/events/messages/registry.ts'
import { columns, padColumns } from '../../../src/events/width.ts'

describe('columns on a terminal', () => {
  it.each([
    ['m1 ok', 5],
    ['主库', 4],
    ['虚拟 IP (VIP)', 13],
    ['，：“”…', 7],
    ['é', 1],
    ['𠀀', 2],
    ['', 0],
  ])('%s: %i', (text, expected) => expect(columns(text)).toBe(expected))

  it('pads to columns, not to characters', () => {
    expect(padColumns('持有者', 8)).toBe('持有者  ')
    expect(padColumns('持有者', 4)).toBe('持有者')
  })

  it('is what Unicode says, for every character that the registry uses', () => {
    const used = Object.values(REGISTRY)
      .flatMap(({ table }) => Object.values(table as Readonly<Record<string, { zh: string }>>))
      .flatMap(({ zh }) => [...zh])
    for (const character of new Set(used)) {
      expect(columns(character), character).toBe(eastAsianWidth(character.codePointAt(0) ?? 0))
    }
  })
})
