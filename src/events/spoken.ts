import { inLanguage, joined, type Message, messages, type Say, type Text } from './message.ts'
import { changes } from './messages/changes.ts'
import { drill } from './messages/drill.ts'
import { engines } from './messages/engines.ts'
import { errors, mistakes } from './messages/errors.ts'
import { finding } from './messages/findings.ts'
import { hosts } from './messages/hosts.ts'
import { lab } from './messages/lab.ts'
import { modules } from './messages/modules.ts'
import { plans } from './messages/plans.ts'
import { rules } from './messages/rules.ts'
import { seeding, seedingParts } from './messages/seeding.ts'
import { title } from './messages/titles.ts'
import { vault } from './messages/vault.ts'
import { recogniser } from './recognise.ts'

/** Parameters that hold sentences, lists, or what a host printed. Every other one is a word: a name, a number, a path. */
const WIDE: ReadonlySet<string> = new Set(['why', 'what', 'list', 'how', 'todo', 'command', 'task', 'text'])
const WORD = String.raw`\S+(?: (?:[GM]B|m?s))?`

type Words = Readonly<Record<string, { readonly en: string; readonly zh: string }>>

const joint = messages({
  'said.at': { en: '{place} {what}', zh: '{place} {what}' },
  'said.with': { en: '{what} ({list})', zh: '{what}（{list}）' },
  'said.of': { en: '{place}: {what}', zh: '{place}：{what}' },
})

const nested = (name: string, value: string): Message | string => {
  const said = WIDE.has(name) ? spoken(value) : value
  return typeof said === 'string' ? value : said
}
const hole = (_code: string, name: string) => (WIDE.has(name) ? '.+' : WORD)
/** All areas are one: who has most words of its own is meant, in whichever area. What has none would be anything. */
const tables: readonly Words[] = [
  drill,
  seeding,
  lab,
  modules,
  changes,
  engines,
  plans,
  vault,
  hosts,
  rules,
  errors,
  mistakes,
].map(({ table }) => table)
const own = (en: string) => en.replaceAll(/\{\w+\}/g, '').match(/[a-z]/gi) ?? []
const table = Object.fromEntries(
  tables.flatMap((area) => Object.entries(area).filter(([, { en }]) => own(en).length > 0)),
)
const recognised = recogniser(messages(table as never) as Say<Words>, hole, nested)
const part = recogniser(seedingParts)

/**
 * What is said as English text in the first place, in every language: errors, events and results that programs, logs and
 * hosts keep as they are. Lists, lines and what stands behind a name are looked up one by one. What nobody
 * knows (a host's own words, a playbook of the user's) stays.
 */
export function spoken(text: Text): Text {
  if (typeof text !== 'string' || text.trim() === '') return text
  return line(text) ?? lines(text) ?? behind(text) ?? titled(text) ?? bracketed(text) ?? list(text) ?? text
}

/** As `inLanguage`, of what may be plain English. */
export function spokenIn(text: Text, language: 'en' | 'zh'): string {
  return language === 'en' ? inLanguage(text, language) : inLanguage(spoken(text), language)
}

function line(text: string): Message | null {
  const message = recognised(text)
  if (message !== null) return message
  if (text.includes('\n')) return null
  const other = part(text) ?? finding(text)
  return typeof other === 'string' ? null : other
}

function titled(text: string): Message | null {
  return text.includes('\n') ? null : known(title(text))
}

function lines(text: string): Message | null {
  if (!text.includes('\n')) return null
  const all = text.split('\n').map((one) => {
    const [indent = ''] = /^\s*/.exec(one) ?? []
    const said = spoken(one.slice(indent.length))
    return typeof said === 'string' ? one : joined([indent, said], 'nothing')
  })
  return known(joined(all, 'line'))
}

/** `what is wrong (on each side)` */
function bracketed(text: string): Message | null {
  const [, what, list] = /^(.+?) \((.+)\)$/s.exec(text) ?? []
  if (what === undefined || list === undefined) return null
  const [said, sides] = [spoken(what), spoken(list)]
  return typeof said === 'string' ? null : joint('said.with', { what: said, list: sides })
}

function list(text: string): Message | null {
  const parts = text.split('; ')
  return parts.length === 1 ? null : known(joined(parts.map(spoken), 'semicolon'))
}

/** `m1: …`, `file:3:5 …`: who or where it is about, and what. */
function behind(text: string): Message | null {
  const [, place, colon, what] = /^(\S+?)(: | )(?=\S)(.+)$/s.exec(text) ?? []
  if (place === undefined || what === undefined) return null
  if (colon === ' ' && !/:\d+:\d+$/.test(place)) return null
  const said = spoken(what)
  if (typeof said === 'string') return null
  return colon === ' ' ? joint('said.at', { place, what: said }) : joint('said.of', { place, what: said })
}

function known(text: Text): Message | null {
  return typeof text === 'string' ? null : text
}
