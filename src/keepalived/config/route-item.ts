import { isIP } from 'node:net'
import type { Place, Report } from './diagnostics.ts'
import type { Token } from './lexer.ts'
import type { Network, VirtualRoute, VirtualRule } from './routes.ts'

/** Entries of virtual_routes and virtual_rules: the words of `ip route` and `ip rule` that two hosts with one address need. */

export type RouteItem = Place & { readonly type: 'route'; readonly value: VirtualRoute }
export type RuleItem = Place & {
  readonly type: 'rule'
  /** Priority null: the builder counts down, as keepalived. */
  readonly value: Omit<VirtualRule, 'priority'> & { readonly priority: number | null }
}

const TABLES: Readonly<Record<string, number>> = { default: 253, main: 254, local: 255 }
const MOST = 0xffffffff

const placeOf = ({ file, line, column }: Place): Place => ({ file, line, column })

/** Words of one line, taken one after the other. */
class Words {
  readonly #words: readonly Token[]
  #next = 0

  constructor(words: readonly Token[]) {
    this.#words = words
  }

  take(): Token | undefined {
    return this.#words[this.#next++]
  }
}

function networkOf(text: string): (Network & { readonly family: 4 | 6 | null }) | null {
  // The family of `default` is that of the other addresses.
  if (text === 'default') return { address: '', prefix: 0, family: null }
  const [address = '', mask, ...more] = text.split('/')
  const family = isIP(address)
  const most = family === 4 ? 32 : 128
  const prefix = mask === undefined ? most : /^\d{1,3}$/.test(mask) ? Number(mask) : most + 1
  if (family === 0 || prefix > most || more.length > 0) return null
  return { address, prefix, family: family === 4 ? 4 : 6 }
}

function numberIn(text: string | undefined): number | null {
  const number = text === undefined || text === '' ? Number.NaN : Number(text)
  return Number.isInteger(number) && number >= 0 && number <= MOST ? number : null
}

const tableOf = (text: string | undefined) => TABLES[text ?? ''] ?? numberIn(text)

/** Everything that a line may say; what it does not say is absent. */
interface Said {
  to?: Network & { readonly family: 4 | 6 | null }
  from?: Network & { readonly family: 4 | 6 | null }
  via?: string
  dev?: string
  source?: string
  metric?: number
  table?: number
  fwmark?: number
  onlink?: true
}

/** What is wrong, as a sentence, or what was said. */
function read(words: readonly Token[], kind: 'route' | 'rule', report: Report): Said | string {
  const said: Said = {}
  const list = new Words(words)
  for (let word = list.take(); word !== undefined; word = list.take()) {
    const { text } = word
    const bad = (next: Token | undefined) => `${text} ${next?.text ?? ''} means nothing`.replace('  ', ' ')
    if (text === 'no_track' || text === 'unicast') continue
    if (text === 'onlink' && kind === 'route') said.onlink = true
    else if (text === 'via' || text === 'gw') {
      let next = list.take()
      if (next?.text === 'inet' || next?.text === 'inet6') next = list.take()
      if (next === undefined || isIP(next.text) === 0) return bad(next)
      if (said.via !== undefined) return 'several next hops are not supported yet'
      said.via = next.text
    } else if (text === 'or' || text === 'nexthop') return 'several next hops are not supported yet'
    else if (text === 'dev' || text === (kind === 'rule' ? 'iif' : 'oif')) {
      const next = list.take()
      if (next === undefined || next.text.length > 15) return bad(next)
      said.dev = next.text
    } else if (text === 'src' && kind === 'route') {
      const next = list.take()
      if (next === undefined || isIP(next.text) === 0) return bad(next)
      said.source = next.text
    } else if (text === 'to' || text === 'from') {
      const next = list.take()
      const network = networkOf(next?.text === 'all' ? 'default' : (next?.text ?? ''))
      if (network === null) return bad(next)
      if (text === 'to') said.to = network
      else said.from = network
    } else if (['metric', 'priority', 'preference', 'order', 'pref'].includes(text)) {
      const next = list.take()
      const number = numberIn(next?.text)
      if (number === null) return bad(next)
      said.metric = number
    } else if (text === 'table' || text === 'lookup') {
      const next = list.take()
      const number = tableOf(next?.text)
      if (number === null || number === 0) return bad(next)
      said.table = number
    } else if (text === 'fwmark' && kind === 'rule') {
      const next = list.take()
      const number = numberIn(next?.text)
      if (number === null) return bad(next)
      said.fwmark = number
    } else if (kind === 'route' && said.to === undefined && networkOf(text) !== null) {
      said.to = networkOf(text) ?? { address: '', prefix: 0, family: 4 }
    } else if (['scope', 'proto', 'protocol', 'track_group'].includes(text)) {
      report('note', 'accepted', word, `${text} ${list.take()?.text ?? ''} is not set on the ${kind} here`)
    } else return `${text} is not supported yet in a ${kind}`
  }
  return said
}

function skip(words: readonly Token[], why: string, report: Report): [] {
  const [first] = words
  if (first !== undefined)
    report('error', 'value-bad', first, `${why}, line skipped`, 'keep to, via, dev, src, metric, table')
  return []
}

/** One family for all the addresses of a line; null: they are of both. */
function familyAmong(families: readonly (4 | 6 | null | undefined)[]): 4 | 6 | null {
  const all = new Set(families.filter((family) => family === 4 || family === 6))
  return all.size > 1 ? null : all.has(6) ? 6 : 4
}

const familyIn = (address: string | undefined) => (address === undefined ? null : isIP(address) === 6 ? 6 : 4)

const plain = ({ address, prefix }: Network, family: 4 | 6): Network => ({
  address: address === '' ? (family === 4 ? '0.0.0.0' : '::') : address,
  prefix,
})

export function readRoute(words: readonly Token[], report: Report): RouteItem[] {
  const [first] = words
  const said = read(words, 'route', report)
  if (first === undefined || typeof said === 'string') return skip(words, String(said), report)
  if (said.to === undefined) return skip(words, 'a route without a destination', report)
  if (said.via === undefined && said.dev === undefined) return skip(words, 'a route with neither via nor dev', report)
  const family = familyAmong([said.to.family, familyIn(said.via), familyIn(said.source)])
  if (family === null) return skip(words, 'IPv4 and IPv6 in one route', report)
  const value: VirtualRoute = {
    family,
    to: plain(said.to, family),
    via: said.via ?? null,
    dev: said.dev ?? null,
    source: said.source ?? null,
    metric: said.metric ?? null,
    table: said.table ?? null,
    onlink: said.onlink === true,
  }
  return [{ type: 'route', value, ...placeOf(first) }]
}

export function readRule(words: readonly Token[], report: Report): RuleItem[] {
  const [first] = words
  const said = read(words, 'rule', report)
  if (first === undefined || typeof said === 'string') return skip(words, String(said), report)
  if (said.table === undefined) return skip(words, 'a rule without a table', report)
  const family = familyAmong([said.to?.family, said.from?.family])
  if (family === null) return skip(words, 'IPv4 and IPv6 in one rule', report)
  const value = {
    family,
    from: said.from === undefined || said.from.prefix === 0 ? null : plain(said.from, family),
    to: said.to === undefined || said.to.prefix === 0 ? null : plain(said.to, family),
    iif: said.dev ?? null,
    fwmark: said.fwmark ?? null,
    table: said.table,
    priority: said.metric ?? null,
  }
  return [{ type: 'rule', value, ...placeOf(first) }]
}
