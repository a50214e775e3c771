import { describe, expect, it } from 'vitest'
import { english, inLanguage, joined, messages, told } from '../../../src/events/message.ts'

const say = messages({
  'drill.whole': { en: 'the pair is whole', zh: '主备对已完整' },
  'drill.runs': { en: '{host}: {count|run|runs}', zh: '{host}：{count} 次' },
})

describe('a message', () => {
  it('has its text in every language, its code and its parameters', () => {
    expect(say('drill.runs', { host: 'm1', count: 2 })).toEqual({
      code: 'drill.runs',
      params: { host: 'm1', count: 2 },
      en: 'm1: 2 runs',
      zh: 'm1：2 次',
    })
  })

  it('counts as English does', () => {
    expect(english(say('drill.runs', { host: 'm1', count: 1 }))).toBe('m1: 1 run')
    expect(english(say('drill.runs', { host: 'm1', count: 0 }))).toBe('m1: 0 runs')
  })

  it('may stand in another: each language in its own, English in the parameters', () => {
    const outer = say('drill.runs', { host: say('drill.whole'), count: 1 })
    expect(outer).toMatchObject({ zh: '主备对已完整：1 次', params: { host: 'the pair is whole', count: 1 } })
  })

  it('takes what a parameter holds as it is', () => {
    expect(english(say('drill.runs', { host: '{count} $& $1', count: 3 }))).toBe('{count} $& $1: 3 runs')
  })

  it('is English where only English is known', () => {
    expect(inLanguage('as it is', 'zh')).toBe('as it is')
    expect(told('as it is')).toEqual({ message: 'as it is' })
  })

  it('lists in each language', () => {
    const list = joined([say('drill.whole'), 'm2'], 'comma')
    expect(inLanguage(list, 'en')).toBe('the pair is whole, m2')
    expect(inLanguage(list, 'zh')).toBe('主备对已完整、m2')
    expect(joined(['a', 'b'], 'semicolon')).toBe('a; b')
  })

  // A type that should not fit and does makes the expectation itself the error: `tsc` is the test.
  it('does not compile with other parameters, an unknown code, or languages that differ', () => {
    const wrong = [
      // @ts-expect-error a parameter is missing
      () => say('drill.runs', { host: 'm1' }),
      // @ts-expect-error no such parameter
      () => say('drill.whole', { host: 'm1' }),
      // @ts-expect-error no such code
      () => say('drill.hole'),
      // @ts-expect-error the Chinese lacks a parameter
      () => messages({ 'a.b': { en: '{host} is up', zh: '已启动' } }),
      // @ts-expect-error the Chinese names another
      () => messages({ 'a.b': { en: '{host} is up', zh: '{node} 已启动' } }),
      // @ts-expect-error there is no Chinese
      () => messages({ 'a.b': { en: 'up' } }),
    ]
    expect(wrong).toHaveLength(6)
    expect(wrong[0]).toThrow('lacks its parameter count')
  })
})
