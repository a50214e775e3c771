import { EXIT, MmhaError } from '../../events/error.ts'
import { type Step, sh } from '../step.ts'
import { type AcceptRule, VRRP_GROUP } from './accept-rule.ts'
import { type FirewallContext, firewallStep } from './facts.ts'
import { UFW_COMMENT, type UfwAccept, type UfwFacts } from './ufw-rules.ts'

/** Rules with our comment, before all others; ufw makes them live and keeps them in one go. */
export function planUfw(accept: readonly AcceptRule[], context: FirewallContext, facts: UfwFacts): Step[] {
  const wanted = accept.map((rule) => ufwRule(rule, facts, context))
  const refusal = facts.rules.findIndex(({ allows }) => !allows)
  const open = refusal === -1 ? facts.rules : facts.rules.slice(0, refusal)
  const missing = wanted.filter((rule) => !open.some((held) => held.allows && same(held.rule, rule)))
  // Too late in the list is as good as not there: it goes, and comes back in front.
  const late = missing.filter((rule) => facts.rules.some((held) => held.allows && same(held.rule, rule)))
  const former = facts.rules.flatMap(({ ours, allows, rule }) =>
    ours && allows && rule !== null && !wanted.some((other) => same(other, rule)) ? [rule] : [],
  )
  if (missing.length + former.length === 0) return []
  const gone = [...former, ...late]
  return [
    {
      ...firewallStep(
        context,
        'rules',
        `let in: ${accept.length} rules`,
        [...gone.map((rule) => `- ${words(rule)}`), ...missing.map((rule) => `+ ${words(rule)}`)].join('\n'),
      ),
      run: sh`${late.map(remove).join('')}${missing.map(add).join('')}${former.map(remove).join('')}`,
      undo: sh`${missing.map(remove).join('')}${gone.map(add).join('')}`,
      guarded: true,
    },
  ]
}

/** 0.0.0.0/0 keeps a rule out of IPv6's list. */
function words({ protocol, from, to, port }: UfwAccept): string {
  const proto = protocol === 'any' ? '' : ` proto ${protocol}`
  return `allow${proto} from ${from ?? '0.0.0.0/0'} to ${to ?? '0.0.0.0/0'}${port === null ? '' : ` port ${port}`}`
}

function add(rule: UfwAccept): string {
  return `ufw prepend ${words(rule)} comment ${UFW_COMMENT}\n`
}

/** What is not there, ufw only says. */
function remove(rule: UfwAccept): string {
  return `ufw delete ${words(rule)}\n`
}

function same(held: UfwAccept | null, rule: UfwAccept): boolean {
  return held !== null && words(held) === words(rule)
}

/** An older ufw can't name VRRP: all that a host sends to VRRP's own group is let in instead. */
function ufwRule(rule: AcceptRule, { vrrp }: UfwFacts, context: FirewallContext): UfwAccept {
  const plain = { ...rule, from: host(rule.from), to: host(rule.to) }
  if (rule.protocol !== 'vrrp' || vrrp) return plain
  if (rule.to === VRRP_GROUP || (rule.to === null && context.inventory.vrrp.mode === 'multicast')) {
    return { ...plain, protocol: 'any', to: VRRP_GROUP }
  }
  throw new MmhaError(`the ufw of ${context.host.name} is too old to let unicast VRRP in: that needs 0.36.2`, {
    code: 'FIREWALL_UNSUPPORTED',
    source: 'user',
    exit: EXIT.refused,
    host: context.host.name,
    where: context.taskName,
    hint: `use \`vrrp: {mode: multicast}\`, or upgrade ufw there`,
  })
}

/** ufw drops /32. */
function host(address: string | null): string | null {
  return address?.replace(/\/32$/, '') ?? null
}
