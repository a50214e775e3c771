/** One thing to let in. IPv4. */
export interface AcceptRule {
  /** IP protocol: `vrrp` is 112. */
  readonly protocol: 'vrrp' | 'tcp'
  /** Address or CIDR; null: anywhere. */
  readonly from: string | null
  readonly to: string | null
  /** TCP port; null with VRRP. */
  readonly port: number | null
}

/** The multicast group of VRRP. */
export const VRRP_GROUP = '224.0.0.18'

/** A rule in words. */
export function describeRule(rule: AcceptRule): string {
  const what = rule.protocol === 'vrrp' ? 'VRRP' : `TCP port ${rule.port ?? 'any'}`
  return `accept ${what} from ${rule.from ?? 'anywhere'}${rule.to === null ? '' : ` to ${rule.to}`}`
}

/** The same for rules that let in the same, however a tool spells them: /32, 0.0.0.0/0. */
export function ruleKey({ protocol, from, to, port }: AcceptRule): string {
  const side = (text: string | null) => (text === null || text === '0.0.0.0/0' ? 'any' : text.replace(/\/32$/, ''))
  return [protocol, side(from), side(to), port ?? 'any'].join(' ')
}

/** True when these are the same rules in the same order. */
export function sameRules(held: readonly (AcceptRule | null)[], wanted: readonly AcceptRule[]): boolean {
  return (
    held.length === wanted.length &&
    held.every((rule, i) => {
      const other = wanted[i]
      return rule !== null && other !== undefined && ruleKey(rule) === ruleKey(other)
    })
  )
}

/** Diff lines of what is let in: `-` no longer, `+` from now on. */
export function rulesDiff(before: readonly AcceptRule[], after: readonly AcceptRule[]): string {
  const missing = (from: readonly AcceptRule[], rules: readonly AcceptRule[]) =>
    from.filter((rule) => !rules.some((other) => ruleKey(other) === ruleKey(rule))).map(describeRule)
  return [
    ...missing(before, after).map((text) => `- ${text}`),
    ...missing(after, before).map((text) => `+ ${text}`),
  ].join('\n')
}
