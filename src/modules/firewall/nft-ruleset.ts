import type { AcceptRule } from './accept-rule.ts'

/** Our chain, in each table whose input is judged. */
export const NFT_CHAIN = 'mmha'

/** A chain at the input hook that may refuse, and what of ours is in its table. */
export interface NftInput {
  readonly family: 'ip' | 'inet'
  readonly table: string
  readonly chain: string
  /** Rules of our chain, in order, null where one is not of ours; null: there is no such chain. */
  readonly held: readonly (AcceptRule | null)[] | null
  /** Handles of the rules that go to our chain. */
  readonly jumps: readonly number[]
  /** True when the first of them comes before the first rule that refuses. */
  readonly first: boolean
}

type Json = Readonly<Record<string, unknown>>

interface Rule {
  readonly owner: string
  readonly handle: number
  readonly expr: readonly Json[]
}

/**
 * Reads `nft -j list ruleset`; '' or anything else that is no ruleset: [].
 * @param compat iptables looks after `ip filter INPUT` itself
 */
export function parseRuleset(text: string, compat: boolean): NftInput[] {
  const objects = objectsOf(text)
  const of = (kind: string) => objects.flatMap((object) => (isJson(object[kind]) ? [object[kind]] : []))
  const rules: Rule[] = of('rule').map((rule) => ({
    owner: [rule.family, rule.table, rule.chain].join(' '),
    handle: Number(rule.handle),
    expr: Array.isArray(rule.expr) ? rule.expr.filter(isJson) : [],
  }))
  const chains = of('chain')
  return chains.flatMap((chain): NftInput[] => {
    const { family, table, name } = chain
    if (chain.hook !== 'input' || chain.type !== 'filter') return []
    if ((family !== 'ip' && family !== 'inet') || typeof table !== 'string' || typeof name !== 'string') return []
    if ((compat && family === 'ip' && table === 'filter' && name === 'INPUT') || table === 'firewalld') return []
    const place = `${family} ${table}`
    const own = rules.filter(({ owner }) => owner === `${place} ${name}`)
    const refusal = own.findIndex((rule) => refuses(rule, place, rules, new Set()))
    if (chain.policy !== 'drop' && refusal === -1) return []
    const jumps = own.flatMap((rule, at) => (targetOf(rule) === NFT_CHAIN ? [{ at, handle: rule.handle }] : []))
    const made = chains.some((one) => one.name === NFT_CHAIN && one.family === family && one.table === table)
    const inside = rules.filter(({ owner }) => owner === `${place} ${NFT_CHAIN}`)
    return [
      {
        family,
        table,
        chain: name,
        held: made ? inside.map(acceptRule) : null,
        jumps: jumps.map(({ handle }) => handle),
        first: jumps[0] !== undefined && (refusal === -1 || jumps[0].at < refusal),
      },
    ]
  })
}

function objectsOf(text: string): readonly Json[] {
  try {
    const { nftables } = JSON.parse(text) as { nftables?: unknown }
    return Array.isArray(nftables) ? nftables.filter(isJson) : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Name of the chain that a rule goes to. */
function targetOf({ expr }: Rule): string | null {
  const to = expr.map((one) => one.jump ?? one.goto).find(isJson)
  return typeof to?.target === 'string' ? to.target : null
}

/** It, or a chain that it goes to, turns away what is not on some list of sources, and not out of order (ct state). */
function refuses(rule: Rule, place: string, rules: readonly Rule[], seen: Set<string>): boolean {
  const { expr } = rule
  if (
    expr.some(
      ({ match }) =>
        isJson(match) && match.op === '==' && isJson(match.left) && /"saddr"/.test(JSON.stringify(match.left)),
    )
  )
    return false
  if (expr.some(({ match }) => /"ct"/.test(JSON.stringify(match ?? null)))) return false
  if (expr.some((one) => 'drop' in one || 'reject' in one)) return true
  const target = targetOf(rule)
  if (target === null || seen.has(target)) return false
  seen.add(target)
  return rules.some((other) => other.owner === `${place} ${target}` && refuses(other, place, rules, seen))
}

/** One of our rules read back; null: it isn't one. */
function acceptRule({ expr }: Rule): AcceptRule | null {
  let rule: AcceptRule = { protocol: 'tcp', from: null, to: null, port: null }
  for (const { match, ...verdict } of expr) {
    if (match === undefined) {
      if (!('accept' in verdict) && !('counter' in verdict)) return null
      continue
    }
    if (!isJson(match) || match.op !== '==' || !isJson(match.left)) return null
    const { payload, meta } = match.left
    const { right } = match
    if (isJson(meta) && meta.key === 'nfproto' && right === 'ipv4') continue
    if (!isJson(payload)) return null
    const field = `${String(payload.protocol)} ${String(payload.field)}`
    if (field === 'ip saddr' && network(right) !== null) rule = { ...rule, from: network(right) }
    else if (field === 'ip daddr' && network(right) !== null) rule = { ...rule, to: network(right) }
    else if (field === 'ip protocol' && (right === 112 || right === 'vrrp')) rule = { ...rule, protocol: 'vrrp' }
    else if (field === 'tcp dport' && typeof right === 'number') rule = { ...rule, port: right }
    else return null
  }
  return (rule.protocol === 'tcp') === (rule.port !== null) && expr.some((one) => 'accept' in one) ? rule : null
}

function network(right: unknown): string | null {
  if (typeof right === 'string') return right
  if (!isJson(right) || !isJson(right.prefix)) return null
  return `${String(right.prefix.addr)}/${String(right.prefix.len)}`
}

/** One of our rules as nft reads it. */
export function nftRule({ protocol, from, to, port }: AcceptRule): string {
  return [
    // Without an address the rule would be for IPv6, too.
    ...(from === null && to === null ? ['meta nfproto ipv4'] : []),
    ...(from === null ? [] : [`ip saddr ${from}`]),
    ...(to === null ? [] : [`ip daddr ${to}`]),
    protocol === 'vrrp' ? 'ip protocol 112' : `tcp dport ${port ?? ''}`,
    'accept',
  ].join(' ')
}
