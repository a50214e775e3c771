import type { Language } from './language.ts'

type Words = Readonly<Record<Language, string>>

/** Something said to a person, in every language, with what programs need: its code and its parameters. */
export interface Message extends Words {
  /** Stable: `status.whole`. */
  readonly code: string
  /** As they stand in the English text. */
  readonly params: Readonly<Record<string, string | number>>
}

/** What has been translated, and what is the same in every language (or is not translated yet). */
export type Text = string | Message

export function inLanguage(text: Text, language: Language): string {
  return typeof text === 'string' ? text : text[language]
}

/** For logs, journals, programs. */
export function english(text: Text): string {
  return inLanguage(text, 'en')
}

/** Names of the parameters of a template; `{count|step|steps}` is the parameter count with its English noun. */
type ParamsIn<T extends string> = T extends `${string}{${infer Inner}}${infer Rest}`
  ? (Inner extends `${infer Name}|${string}` ? Name : Inner) | ParamsIn<Rest>
  : never

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false

/** A table whose entries have the same parameters in both languages; where they differ, the types do not fit. */
type Checked<T extends Readonly<Record<string, Words>>> = {
  readonly [C in keyof T]: Same<ParamsIn<T[C]['en']>, ParamsIn<T[C]['zh']>> extends true
    ? T[C]
    : { readonly en: 'its parameters differ from zh'; readonly zh: 'its parameters differ from en' }
}

type Params<T extends string> = [ParamsIn<T>] extends [never]
  ? []
  : [params: Readonly<Record<ParamsIn<T>, Text | number>>]

/** Says what a code of the table means: `say('lock.wait', { owner })`. */
export interface Say<T extends Readonly<Record<string, Words>>> {
  <C extends keyof T & string>(code: C, ...params: Params<T[C]['en']>): Message
  /** For tests and pages: the templates themselves. */
  readonly table: T
}

/** Makes a part of the registry: code → { en, zh }, with parameters in braces. */
export function messages<const T extends Readonly<Record<string, Words>>>(table: T & Checked<T>): Say<T> {
  const say = (code: keyof T & string, params: Readonly<Record<string, Text | number>> = {}): Message => {
    const words: Words | undefined = table[code]
    if (words === undefined) throw new Error(`no message has the code ${code}`)
    const spoken = Object.entries(params).map(
      ([name, value]) => [name, typeof value === 'number' ? value : english(value)] as const,
    )
    return {
      code,
      params: Object.fromEntries(spoken),
      en: filled(words.en, params, 'en'),
      zh: filled(words.zh, params, 'zh'),
    }
  }
  return Object.assign(say, { table }) as Say<T>
}

const HOLE = /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g

/** The names of a template's parameters, as `ParamsIn` has them, sorted. */
export function paramNames(template: string): readonly string[] {
  return [...new Set([...template.matchAll(HOLE)].map(([, name = '']) => name))].sort()
}

function filled(template: string, params: Readonly<Record<string, Text | number>>, language: Language): string {
  return template.replace(HOLE, (_, name: string, one?: string, many?: string) => {
    const value = params[name]
    if (value === undefined) throw new Error(`the message "${template}" lacks its parameter ${name}`)
    const text = typeof value === 'number' ? String(value) : inLanguage(value, language)
    return one === undefined ? text : `${text} ${value === 1 ? one : many}`
  })
}

/** What stands between the parts of a list. */
const BETWEEN = {
  comma: { en: ', ', zh: '、' },
  semicolon: { en: '; ', zh: '；' },
  clause: { en: ', ', zh: '，' },
  and: { en: ' and ', zh: ' 和 ' },
  line: { en: '\n', zh: '\n' },
  nothing: { en: '', zh: '' },
  space: { en: ' ', zh: ' ' },
} as const satisfies Readonly<Record<string, Words>>

/** Several texts as one: untranslated when all of them are. */
export function joined(texts: readonly Text[], between: keyof typeof BETWEEN): Text {
  const all = (language: Language) => texts.map((text) => inLanguage(text, language)).join(BETWEEN[between][language])
  if (texts.every((text) => typeof text === 'string')) return all('en')
  const said = texts.filter((text) => typeof text !== 'string')
  return {
    code: [...new Set(said.map(({ code }) => code))].join('+'),
    params: Object.assign({}, ...said.map(({ params }) => params)) as Message['params'],
    en: all('en'),
    zh: all('zh'),
  }
}

/** Fields of an event: English for everybody, and the message for who shows it. */
export function told(text: Text): { readonly message: string; readonly said?: Message } {
  return typeof text === 'string' ? { message: text } : { message: text.en, said: text }
}
