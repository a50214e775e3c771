import { EXIT, MmhaError } from '../../events/error.ts'
import { fileDiff, placeFile, restoreFile } from '../placed-file.ts'
import { type Script, type Step, sh } from '../step.ts'
import { type AcceptRule, describeRule } from './accept-rule.ts'
import { FIREWALL_RULES, FIREWALL_SCRIPT, FIREWALL_UNIT, loadScript, unitText } from './boot-unit.ts'
import { type FirewallContext, firewallStep, type IptablesFacts } from './facts.ts'
import { editSaved, formerChain, isOpen, parseFilter, restoreInput, ruleArguments } from './iptables-rules.ts'

/** A chain of our own, asked before anything of INPUT is refused; at boot by what loads the others' rules, else by a unit of ours. */
export function planIptables(accept: readonly AcceptRule[], context: FirewallContext, facts: IptablesFacts): Step[] {
  const { persistent } = facts
  const kept = persistent === null ? ownUnit(accept, context, facts) : saved(accept, context, persistent, facts.saved)
  return [...live(accept, context, facts), ...kept]
}

function live(accept: readonly AcceptRule[], context: FirewallContext, facts: IptablesFacts): Step[] {
  if (isOpen(facts.live, accept)) return []
  return [
    {
      ...firewallStep(
        context,
        'rules',
        `let in: ${accept.length} rules`,
        accept.map((rule) => `+ ${describeRule(rule)}`).join('\n'),
      ),
      // One commit: at no moment is a packet judged by half of it.
      run: sh`iptables-restore -w --noflush <<'MMHA_RULES'
${restoreInput(facts.live, accept)}MMHA_RULES
`,
      undo: sh`iptables-restore -w --noflush <<'MMHA_RULES'
${formerChain(facts.live)}MMHA_RULES
`,
      guarded: true,
    },
  ]
}

/** Other rules of the file stay as they stand; `netfilter-persistent save` would also keep what is there for a moment only. */
function saved(accept: readonly AcceptRule[], context: FirewallContext, path: string, before: string | null): Step[] {
  if (before !== null && isOpen(parseFilter(before), accept)) return []
  const after = editSaved(before ?? '', accept)
  return [
    {
      ...firewallStep(context, 'saved', `keep it over a reboot in ${path}`, fileDiff(path, before, after)),
      run: placeFile({ path, content: sh`${after}`, mode: '640', check: 'iptables-restore --test <"$new"' }),
      undo: restoreFile(path),
      writes: [path],
    },
  ]
}

function ownUnit(accept: readonly AcceptRule[], context: FirewallContext, { own }: IptablesFacts): Step[] {
  const rules = `*filter\n:MMHA - [0:0]\n${accept.map((rule) => `-A MMHA ${ruleArguments(rule).join(' ')}\n`).join('')}COMMIT\n`
  const files = [
    { path: FIREWALL_RULES, before: own.rules, after: rules, mode: '600' },
    { path: FIREWALL_SCRIPT, before: own.script, after: loadScript(), mode: '700' },
    { path: `/etc/systemd/system/${FIREWALL_UNIT}`, before: own.unit, after: unitText(), mode: '644' },
  ].filter(({ before, after }) => before !== after)
  if (files.length === 0 && own.enabled) return []
  if (context.facts.init !== 'systemd') throw nothingLoads(context)
  const write = files.reduce<Script>(
    (script, { path, after, mode }) => sh`${script}${placeFile({ path, content: sh`${after}`, mode })}trap - EXIT
`,
    sh``,
  )
  const restore = files.reduce<Script>((script, { path }) => sh`${script}${restoreFile(path)}`, sh``)
  return [
    {
      ...firewallStep(
        context,
        'unit',
        `keep it over a reboot with ${FIREWALL_UNIT}`,
        files.map(({ path, before, after }) => fileDiff(path, before, after)).join('\n'),
      ),
      run: sh`${write}systemctl daemon-reload
systemctl enable ${FIREWALL_UNIT}
`,
      undo: sh`${own.enabled ? '' : `systemctl disable ${FIREWALL_UNIT}\n`}${restore}systemctl daemon-reload
`,
      writes: files.map(({ path }) => path),
    },
  ]
}

function nothingLoads(context: FirewallContext): MmhaError {
  return new MmhaError(
    `nothing loads the rules of ${context.host.name} at boot, and without systemd mmha has no way to`,
    {
      code: 'FIREWALL_BOOT',
      source: 'user',
      exit: EXIT.refused,
      host: context.host.name,
      where: context.taskName,
      hint: 'install iptables-persistent (on RHEL and its kin iptables-services) there, then run this again',
    },
  )
}
