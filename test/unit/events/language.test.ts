import { describe, expect, it } from 'vitest'
import { languageOf } from '../../../src/events/language.ts'

describe('the language of the terminal', () => {
  it.each([
    [{}, 'en'],
    [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
    [{ LANG: 'zh_TW.utf8' }, 'zh'],
    [{ LANG: 'zh_CN' }, 'zh'],
    [{ LANG: 'zh' }, 'zh'],
    [{ LANG: 'de_DE.UTF-8' }, 'en'],
    [{ LANG: 'C' }, 'en'],
    // No language of ours begins like this.
    [{ LANG: 'zhx_XX.UTF-8' }, 'en'],
    // The first that is set decides, as in the C library.
    [{ LC_ALL: 'C', LANG: 'zh_CN.UTF-8' }, 'en'],
    [{ LC_ALL: '', LC_MESSAGES: '', LANG: 'zh_CN.UTF-8' }, 'zh'],
    [{ LC_MESSAGES: 'en_US.UTF-8', LANG: 'zh_CN.UTF-8' }, 'en'],
    [{ LC_MESSAGES: 'zh_CN.UTF-8', LANG: 'en_US.UTF-8' }, 'zh'],
    // What we write is UTF-8: elsewhere it would be garbage.
    [{ LANG: 'zh_CN.GBK' }, 'en'],
    [{ LANG: 'zh_CN.GB18030' }, 'en'],
    // The kernel's console has no Chinese font.
    [{ LANG: 'zh_CN.UTF-8', TERM: 'linux' }, 'en'],
  ] as const)('%j: %s', (env, expected) => {
    expect(languageOf(['status', 'inventory.yml'], env)).toBe(expected)
  })

  it.each([
    [['--lang', 'zh', 'status', 'i.yml'], 'zh'],
    [['status', 'i.yml', '--lang=zh'], 'zh'],
    [['status', '--lang', 'en', 'i.yml', '--lang', 'zh'], 'zh'],
    [['lab', 'ssh', 'm1', '--', 'mmha', '--lang', 'zh'], 'en'],
    // The command line refuses these; the refusal is in the locale's language.
    [['status', '--lang', 'fr'], 'en'],
    [['status', '--lang'], 'en'],
  ] as const)('%j: %s', (words, expected) => {
    expect(languageOf(words, {})).toBe(expected)
  })

  it('is what was asked for, whatever the locale and the terminal are', () => {
    expect(languageOf(['--lang', 'en'], { LANG: 'zh_CN.UTF-8' })).toBe('en')
    expect(languageOf(['--lang', 'zh'], { LANG: 'zh_CN.GBK', TERM: 'linux' })).toBe('zh')
  })
})
