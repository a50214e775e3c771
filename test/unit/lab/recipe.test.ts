import { describe, expect, it } from 'vitest'
import { FLAVOURS, flavourNamed, recipeHash } from '../../../src/lab/flavour.ts'

describe('recipe', () => {
  const recipe = FLAVOURS['mysql-9.7']

  it('the same recipe has the same hash', () => {
    expect(recipeHash(recipe)).toBe(recipeHash(structuredClone(recipe)))
  })

  it.each([
    ['suite', { ...recipe, suite: 'trixie' }],
    ['a package of the image', { ...recipe, base: [...recipe.base, 'less'] }],
    ['the server', { ...recipe, server: ['mariadb-server'] }],
    ['an option', { ...recipe, bootstrapOptions: recipe.bootstrapOptions.slice(1) }],
    ['the format', { ...recipe, format: recipe.format + 1 }],
  ])('another hash when %s changes', (_, changed) => {
    expect(recipeHash(changed)).not.toBe(recipeHash(recipe))
  })

  it('a fresh host has neither a database nor our daemon', () => {
    const packages = Object.values(FLAVOURS).flatMap(({ base }) => base)
    expect(packages.filter((name) => /mysql|mariadb|keepalived/.test(name))).toEqual([])
  })

  it('an unknown server is refused with the ones there are', () => {
    expect(() => flavourNamed('mysql-5.7')).toThrow(
      expect.objectContaining({ exit: 4, hint: 'the lab has mysql-9.7, mariadb-10.11, mariadb-11.8' }),
    )
  })
})
