import type { Message, Say } from './message.ts'

type Words = Readonly<Record<string, { readonly en: string; readonly zh: string }>>
type Template = { readonly pattern: RegExp; readonly message: (values: readonly string[]) => Message }

/** A parameter in a template; other braces are part of the text. */
const HOLE = /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g
const WHOLE_HOLE = /\{\w+(?:\|[^}]*)?\}/

/**
 * Finds the message of an area that says this English text: for what comes back from hosts, files and planners as text, and is
 * shown in another language only on the terminal. What is said word for word goes first, then what has most words of its own.
 * @param hole pattern of a parameter, by code and name; default: anything
 * @param nested the message that stands in a parameter, where one does
 */
export function recogniser<T extends Words>(
  say: Say<T>,
  hole: (code: string, name: string) => string = () => '.+',
  nested: (name: string, value: string) => Message | string = (_, value) => value,
): (text: string) => Message | null {
  // Compiled when the first text is shown: most processes show none.
  let templates: readonly Template[] | null = null
  const compile = () =>
    Object.entries(say.table)
      .map(([code, { en }]) => {
        const holes = [...en.matchAll(HOLE)].map(([, name = '', one, many]) => ({ name, one, many }))
        const parts = en.split(WHOLE_HOLE).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        const asked = holes.map(({ name, one, many }) =>
          one === undefined ? `(${hole(code, name)})` : `(\\d+) (?:${one}|${many})`,
        )
        const value = ({ name, one }: (typeof holes)[number], text = '') =>
          one === undefined ? nested(name, text) : Number(text)
        return {
          pattern: new RegExp(`^${parts.map((part, at) => part + (asked[at] ?? '')).join('')}$`, 's'),
          message: (values: readonly string[]) =>
            (say as unknown as (code: string, params: object) => Message)(
              code,
              Object.fromEntries(holes.map((one, at) => [one.name, value(one, values[at])])),
            ),
          fixed: holes.length === 0,
          own: parts.join('').length,
        }
      })
      .sort((a, b) => Number(b.fixed) - Number(a.fixed) || b.own - a.own)
  return (text) => {
    templates ??= compile()
    for (const { pattern, message } of templates) {
      const found = pattern.exec(text)
      if (found !== null) return message(found.slice(1))
    }
    return null
  }
}
