import { fileDiff, placeFile, restoreFile } from '../placed-file.ts'
import { type Step, sh, shellQuote } from '../step.ts'
import type { AcceptRule } from './accept-rule.ts'
import { type FirewallContext, firewallStep } from './facts.ts'
import { FIREWALLD_OWN, type FirewalldFacts, lacking, ownRules, richRule } from './firewalld-zones.ts'

/** One rich rule of one zone. */
type Entry = readonly [zone: string, rule: string]

/** Rich rules in every zone that may refuse: live first, then permanent. firewalld is never reloaded. */
export function planFirewalld(accept: readonly AcceptRule[], context: FirewallContext, facts: FirewalldFacts): Step[] {
  const wanted = accept.map(richRule)
  const entries = facts.zones.flatMap((zone) => wanted.map((rule): Entry => [zone, rule]))
  const former = ownRules(facts.own).filter(([zone, rule]) => !entries.some(([z, r]) => z === zone && r === rule))
  const change = (rules: FirewalldFacts['runtime']) => ({
    add: facts.zones.flatMap((zone) => lacking(rules, zone, wanted).map((rule): Entry => [zone, rule])),
    // What is not there can't be removed.
    remove: former.filter(([zone, rule]) => lacking(rules, zone, [rule]).length === 0),
  })
  const runtime = change(facts.runtime)
  const permanent = change(facts.permanent)
  const text = `# Written by mmha: the rich rules that are its own.\n${entries.map((entry) => `${entry.join('\t')}\n`).join('')}`
  const steps: Step[] = []
  if (runtime.add.length + runtime.remove.length > 0) {
    steps.push({
      ...firewallStep(context, 'rules', `let in: ${accept.length} rules`, diff(runtime.add, runtime.remove)),
      run: sh`${commands('', runtime.add, runtime.remove)}`,
      undo: sh`${commands('', runtime.remove, runtime.add)}`,
      guarded: true,
    })
  }
  if (permanent.add.length + permanent.remove.length > 0 || facts.own !== text) {
    const file = fileDiff(FIREWALLD_OWN, facts.own, text)
    steps.push({
      ...firewallStep(context, 'saved', 'keep it over a reload and a reboot', file),
      run: sh`${placeFile({ path: FIREWALLD_OWN, content: sh`${text}`, mode: '600' })}${commands('--permanent ', permanent.add, permanent.remove)}`,
      undo: sh`${commands('--permanent ', permanent.remove, permanent.add)}${restoreFile(FIREWALLD_OWN)}`,
      writes: [FIREWALLD_OWN],
    })
  }
  return steps
}

/** What is there already, or gone, firewall-cmd only says. */
function commands(where: string, add: readonly Entry[], remove: readonly Entry[]): string {
  const zones = [...new Set([...add, ...remove].map(([zone]) => zone))]
  return zones
    .map((zone) => {
      const words = (verb: string, list: readonly Entry[]) =>
        list.flatMap(([one, rule]) => (one === zone ? [` \\\n  --${verb}-rich-rule=${shellQuote(rule)}`] : [])).join('')
      return `firewall-cmd ${where}--zone=${shellQuote(zone)}${words('add', add)}${words('remove', remove)}\n`
    })
    .join('')
}

function diff(add: readonly Entry[], remove: readonly Entry[]): string {
  const line =
    (sign: string) =>
    ([zone, rule]: Entry) =>
      `${sign} ${zone}: ${rule}`
  return [...remove.map(line('-')), ...add.map(line('+'))].join('\n')
}
