import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { FIREWALL_RULES, FIREWALL_SCRIPT, FIREWALL_UNIT, loadScript, unitText } from './firewall-unit.ts'
import {
  type AcceptRule,
  describeRule,
  editSaved,
  type FilterTable,
  formerChain,
  isOpen,
  parseFilter,
  restoreInput,
  ruleArguments,
} from './iptables-rules.ts'
import type { Module, PlanContext } from './module.ts'
import { fileDiff, placeFile, restoreFile } from './placed-file.ts'
import { type Script, type Step, sh } from './step.ts'

export interface FirewallParams {
  readonly accept: readonly AcceptRule[]
}

export interface FirewallFacts {
  /** Who manages the packet filter here. */
  readonly by: 'iptables' | 'firewalld' | 'ufw' | 'nftables' | 'nobody'
  readonly live: FilterTable
  /** netfilter-persistent loads /etc/iptables/rules.v4 at boot. */
  readonly persistent: boolean
  readonly saved: string | null
  /** Files of our own unit, used where nothing else persists rules. */
  readonly own: {
    readonly rules: string | null
    readonly script: string | null
    readonly unit: string | null
    readonly enabled: boolean
  }
}

const SAVED = '/etc/iptables/rules.v4'
const cidr = z.string().regex(/^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/, 'not an address or CIDR')
const optional = cidr
  .nullable()
  .default(null)
  .transform((text) => (text === '0.0.0.0/0' ? null : text))

/** Lets traffic in through a chain of our own, asked before anything is refused, also after a reboot. */
export const firewall: Module<FirewallParams, FirewallFacts> = {
  name: 'firewall',
  params: z.strictObject({
    accept: z
      .array(
        z
          .strictObject({
            protocol: z.enum(['vrrp', 'tcp']),
            /** One address or CIDR, or several. */
            from: z
              .union([cidr, z.array(cidr)])
              .nullable()
              .default(null),
            to: optional,
            port: z.int().min(1).max(65535).nullable().default(null),
          })
          .refine(({ protocol, port }) => (protocol === 'tcp') === (port !== null), {
            error: 'TCP needs a port, VRRP has none',
            path: ['port'],
          }),
      )
      .transform((rules) => rules.flatMap((rule) => spread(rule.from).map((from) => ({ ...rule, from })))),
  }),

  probe: () => `${FACT_FUNCTIONS}
if command -v firewall-cmd >/dev/null && systemctl is-active --quiet firewalld 2>/dev/null; then fact by firewalld
elif command -v ufw >/dev/null && ufw status 2>/dev/null | grep -q '^Status: active'; then fact by ufw
elif command -v iptables-save >/dev/null; then
  fact by iptables
  iptables-save -t filter 2>/dev/null | fact_rows live
elif command -v nft >/dev/null && nft list ruleset 2>/dev/null | grep -q 'hook input'; then fact by nftables; fi
if command -v netfilter-persistent >/dev/null; then fact persistent yes; fi
fact_file saved ${SAVED}
fact_file rules ${FIREWALL_RULES}
fact_file script ${FIREWALL_SCRIPT}
fact_file unit /etc/systemd/system/${FIREWALL_UNIT}
if [ -e /etc/systemd/system/multi-user.target.wants/${FIREWALL_UNIT} ]; then fact enabled yes; fi
`,

  parse: (stdout) => {
    const facts = new FactLines(stdout)
    const by = facts.text('by')
    return {
      by: by === 'iptables' || by === 'firewalld' || by === 'ufw' || by === 'nftables' ? by : 'nobody',
      live: parseFilter(facts.texts('live').join('\n')),
      persistent: facts.flag('persistent'),
      saved: facts.file('saved')?.content ?? null,
      own: {
        rules: facts.file('rules')?.content ?? null,
        script: facts.file('script')?.content ?? null,
        unit: facts.file('unit')?.content ?? null,
        enabled: facts.flag('enabled'),
      },
    }
  },

  plan: ({ accept }, context) => {
    const { mine } = context
    if (mine.by === 'nobody') return []
    if (mine.by !== 'iptables') throw unsupported(mine.by, accept, context)
    return [...live(accept, context), ...(mine.persistent ? saved(accept, context) : ownUnit(accept, context))]
  },
}

type Context = PlanContext<FirewallFacts>

function live(accept: readonly AcceptRule[], context: Context): Step[] {
  const { mine } = context
  if (isOpen(mine.live, accept)) return []
  const undo = sh`iptables-restore -w --noflush <<'MMHA_RULES'
${formerChain(mine.live)}MMHA_RULES
`
  return [
    {
      ...step(
        context,
        'rules',
        `let in: ${accept.length} rules`,
        accept.map((rule) => `+ ${describeRule(rule)}`).join('\n'),
      ),
      // One commit: at no moment is a packet judged by half of it.
      run: sh`iptables-restore -w --noflush <<'MMHA_RULES'
${restoreInput(mine.live, accept)}MMHA_RULES
`,
      undo,
    },
  ]
}

/** Other rules of the file stay as they stand; `netfilter-persistent save` would also keep what is there for a moment only. */
function saved(accept: readonly AcceptRule[], context: Context): Step[] {
  const before = context.mine.saved
  if (before !== null && isOpen(parseFilter(before), accept)) return []
  const after = editSaved(before ?? '', accept)
  return [
    {
      ...step(context, 'saved', `keep it over a reboot in ${SAVED}`, fileDiff(SAVED, before, after)),
      run: placeFile({ path: SAVED, content: sh`${after}`, mode: '640', check: 'iptables-restore --test <"$new"' }),
      undo: restoreFile(SAVED),
      writes: [SAVED],
    },
  ]
}

function ownUnit(accept: readonly AcceptRule[], context: Context): Step[] {
  const { own } = context.mine
  const rules = `*filter\n:MMHA - [0:0]\n${accept.map((rule) => `-A MMHA ${ruleArguments(rule).join(' ')}\n`).join('')}COMMIT\n`
  const files = [
    { path: FIREWALL_RULES, before: own.rules, after: rules, mode: '600' },
    { path: FIREWALL_SCRIPT, before: own.script, after: loadScript(), mode: '700' },
    { path: `/etc/systemd/system/${FIREWALL_UNIT}`, before: own.unit, after: unitText(), mode: '644' },
  ].filter(({ before, after }) => before !== after)
  if (files.length === 0 && own.enabled) return []
  const write = files.reduce<Script>(
    (script, { path, after, mode }) => sh`${script}${placeFile({ path, content: sh`${after}`, mode })}trap - EXIT
`,
    sh``,
  )
  const restore = files.reduce<Script>((script, { path }) => sh`${script}${restoreFile(path)}`, sh``)
  return [
    {
      ...step(
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

function step(
  context: Context,
  part: string,
  title: string,
  diff: string,
): Pick<Step, 'id' | 'host' | 'title' | 'diff' | 'impact' | 'notify'> {
  return {
    id: `${context.taskId}/${part}`,
    host: context.host.name,
    title: `${context.taskName}: ${title}`,
    diff,
    impact: 'none',
    notify: [],
  }
}

function unsupported(by: string, accept: readonly AcceptRule[], context: Context): MmhaError {
  return new MmhaError(`the firewall of ${context.host.name} is managed by ${by}, which mmha can't change yet`, {
    code: 'FIREWALL_UNSUPPORTED',
    source: 'user',
    exit: EXIT.refused,
    host: context.host.name,
    where: context.taskName,
    hint: `there, ${accept.map(describeRule).join('; ')}; then leave this task out with its \`when\``,
  })
}

function spread(from: string | readonly string[] | null): (string | null)[] {
  const list = from === null ? [null] : typeof from === 'string' ? [from] : [...from]
  return list.map((one) => (one === '0.0.0.0/0' ? null : one))
}
