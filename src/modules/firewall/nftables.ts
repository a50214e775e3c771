import { EXIT, MmhaError } from '../../events/error.ts'
import { fileDiff, placeFile, restoreFile } from '../placed-file.ts'
import { type Step, sh, shellQuote } from '../step.ts'
import { type AcceptRule, rulesDiff, sameRules } from './accept-rule.ts'
import { type FirewallContext, firewallStep, NFT_OWN } from './facts.ts'
import { NFT_CHAIN, type NftInput, nftRule } from './nft-ruleset.ts'

const INCLUDE = `include "${NFT_OWN}"`

/** A chain of ours in each table that judges what comes in, asked first; at boot by an include at the end of nftables' own file. */
export function planNftables(accept: readonly AcceptRule[], context: FirewallContext): Step[] {
  return [...live(accept, context), ...saved(accept, context)]
}

function live(accept: readonly AcceptRule[], context: FirewallContext): Step[] {
  const closed = context.mine.nftables.inputs.filter(
    ({ held, first }) => held === null || !first || !sameRules(held, accept),
  )
  if (closed.length === 0) return []
  const before = closed[0]?.held?.flatMap((rule) => rule ?? []) ?? []
  return [
    {
      ...firewallStep(context, 'rules', `let in: ${accept.length} rules`, rulesDiff(before, accept)),
      // One commit: at no moment is a packet judged by half of it.
      run: sh`nft -f - <<'MMHA_RULES'
${closed.map((input) => opening(input, accept, input.first ? [] : input.jumps, !input.first)).join('')}MMHA_RULES
`,
      undo: sh`${closed.map(closing).join('')}`,
      guarded: true,
    },
  ]
}

/** nft's own statements that make our chain so; `jump`: and go to it first. */
function opening(
  { family, table, chain }: NftInput,
  accept: readonly AcceptRule[],
  stale: readonly number[],
  jump: boolean,
): string {
  const own = `${family} ${table} ${NFT_CHAIN}`
  return [
    `add chain ${own}`,
    `flush chain ${own}`,
    ...accept.map((rule) => `add rule ${own} ${nftRule(rule)}`),
    ...stale.map((handle) => `delete rule ${family} ${table} ${chain} handle ${handle}`),
    ...(jump ? [`insert rule ${family} ${table} ${chain} jump ${NFT_CHAIN}`] : []),
    '',
  ].join('\n')
}

/** sh that gives our chain back what it was, or removes it. Safe when it is gone already. */
function closing({ family, table, chain, held, jumps }: NftInput): string {
  const own = `${family} ${table} ${NFT_CHAIN}`
  const rules = held?.flatMap((rule) => (rule === null ? [] : [`add rule ${own} ${nftRule(rule)}\n`])) ?? []
  const former = `nft -f - <<'MMHA_RULES'\nadd chain ${own}\nflush chain ${own}\n${rules.join('')}MMHA_RULES\n`
  const away = `nft -a list chain ${family} ${table} ${chain} | sed -n 's/.*jump ${NFT_CHAIN} # handle //p' |
  while read -r handle; do nft delete rule ${family} ${table} ${chain} handle "$handle"; done
`
  if (held !== null) return jumps.length > 0 ? former : `${former}${away}`
  return `${away}if nft list chain ${own} >/dev/null 2>&1; then nft delete chain ${own}; fi
`
}

function saved(accept: readonly AcceptRule[], context: FirewallContext): Step[] {
  const { inputs, config, own } = context.mine.nftables
  if (config === null) throw nothingLoaded(context)
  const wanted = `# Written by mmha: lets VRRP and MySQL in, before anything refuses it.\n${inputs
    .map((input) => opening(input, accept, [], true))
    .join('')}`
  const included = config.content.split('\n').some((line) => line.trim() === INCLUDE)
  const after = included ? config.content : `${config.content.replace(/\n?$/, '\n')}${INCLUDE}\n`
  if (own === wanted && included) return []
  const path = shellQuote(config.path)
  const files = [
    ...(own === wanted ? [] : [{ path: NFT_OWN, before: own, after: wanted }]),
    ...(included ? [] : [{ path: config.path, before: config.content, after }]),
  ]
  // As at boot: into a network namespace where nothing is. A file that names this host's interfaces can't be loaded there.
  const check = `unshare -n nft -f "$new" || { ! unshare -n nft -f ${path} 2>/dev/null && nft -c -f "$new"; }`
  return [
    {
      ...firewallStep(
        context,
        'saved',
        `keep it over a reboot in ${config.path}`,
        files.map((file) => fileDiff(file.path, file.before, file.after)).join('\n'),
      ),
      run: sh`${placeFile({ path: NFT_OWN, content: sh`${wanted}`, mode: '600' })}trap - EXIT
mode=$(stat -c %a ${path})
${placeFile({ path: config.path, content: sh`${after}`, mode: '"$mode"', check })}`,
      undo: sh`${files.toReversed().reduce((script, file) => sh`${script}${restoreFile(file.path)}`, sh``)}`,
      writes: files.map((file) => file.path),
    },
  ]
}

function nothingLoaded(context: FirewallContext): MmhaError {
  return new MmhaError(
    `${context.host.name} has rules of nftables, and no file that nftables.service would load at boot`,
    {
      code: 'FIREWALL_BOOT',
      source: 'user',
      exit: EXIT.refused,
      host: context.host.name,
      where: context.taskName,
      hint: 'put its rules into /etc/nftables.conf (on RHEL and its kin /etc/sysconfig/nftables.conf), then run this again',
    },
  )
}
