import { describe, expect, it } from 'vitest'
import { paramNames } from '../../../src/events/message.ts'
import { GLOSSARY } from '../../../src/events/messages/glossary.ts'
import { REGISTRY } from '../../../src/events/messages/registry.ts'

const entries = Object.entries(REGISTRY).flatMap(([area, { table }]) =>
  Object.entries(table as Readonly<Record<string, { en: string; zh: string }>>).map(([code, words]) => ({
    area,
    code,
    ...words,
  })),
)

describe('the registry of messages', () => {
  it('has each code once', () => {
    const codes = entries.map(({ code }) => code)
    expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([])
  })

  it('has both languages, with the same parameters', () => {
    const wrong = entries.filter(
      ({ en, zh }) => en === '' || zh === '' || paramNames(en).join() !== paramNames(zh).join(),
    )
    expect(wrong).toEqual([])
  })

  // What has a word of English in it and not a single Chinese character was forgotten, or is a name.
  it('is translated', () => {
    const bare = (text: string) => text.replace(/\{[^}]*\}|`[^`]*`/g, '')
    const left = entries.filter(
      ({ en, zh }) => /[a-z]{2}/i.test(bare(en)) && !/[\u4e00-\u9fff]/.test(zh) && bare(en) !== bare(zh),
    )
    expect(left).toEqual([])
    const same = entries.filter(({ en, zh }) => en === zh && /[a-z]{2}/i.test(bare(en))).map(({ code }) => code)
    expect(same.sort()).toEqual(['pair.not-whole.do', 'rejoin.status.do', 'step.package', 'task.daemon-package'])
  })

  it('uses the words of the glossary', () => {
    const words = GLOSSARY.flatMap(({ not }) => not)
    const wrong = entries.flatMap(({ code, zh }) =>
      words.filter((word) => zh.includes(word)).map((word) => `${code}: ${word}`),
    )
    expect(wrong).toEqual([])
  })

  it('has no ASCII comma or colon between Chinese words', () => {
    const wrong = entries.filter(({ zh }) => /[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]/.test(zh))
    expect(wrong.map(({ code, zh }) => `${code}: ${zh}`)).toEqual([])
  })
})
