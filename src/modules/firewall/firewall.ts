import { z } from 'zod'
import { EXIT, MmhaError } from '../../events/error.ts'
import type { Module } from '../module.ts'
import { type Step, sh } from '../step.ts'
import type { AcceptRule } from './accept-rule.ts'
import { FIREWALL_PROBE, type FirewallContext, type FirewallFacts, firewallStep, parseFirewallFacts } from './facts.ts'
import { planFirewalld } from './firewalld.ts'
import { type FirewallManager, inCharge, TURN_OFF } from './in-charge.ts'
import { planIptables } from './iptables.ts'
import { planNftables } from './nftables.ts'
import { planUfw } from './ufw.ts'

export interface FirewallParams {
  readonly accept: readonly AcceptRule[]
}

const cidr = z.string().regex(/^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/, 'not an address or CIDR')
const optional = cidr
  .nullable()
  .default(null)
  .transform((text) => (text === '0.0.0.0/0' ? null : text))

/** Lets traffic in through whatever filters packets there, asked before anything is refused, also after a reboot. */
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

  probe: () => FIREWALL_PROBE,
  parse: parseFirewallFacts,

  plan: ({ accept }, context) => {
    const managers = inCharge(context.mine)
    const [manager] = managers
    if (managers.length > 1) throw severalAtWork(managers, context)
    return [...confirmed(context), ...planFor(manager, accept, context)]
  },
}

function planFor(
  manager: FirewallManager | undefined,
  accept: readonly AcceptRule[],
  context: FirewallContext,
): Step[] {
  const { firewalld, ufw, iptables } = context.mine
  if (manager === 'firewalld' && firewalld !== null) return planFirewalld(accept, context, firewalld)
  if (manager === 'ufw' && ufw !== null) return planUfw(accept, context, ufw)
  if (manager === 'nftables') return planNftables(accept, context)
  return manager === 'iptables' && iptables !== null ? planIptables(accept, context, iptables) : []
}

/** This run came in over a connection that was made after the change. */
function confirmed(context: FirewallContext): Step[] {
  if (!context.mine.unconfirmed) return []
  return [
    {
      ...firewallStep(
        context,
        'confirmed',
        'keep what a run that was cut had changed',
        '~ the host is still reached over SSH',
      ),
      run: sh`for guard in /run/mmha/guard/*; do
  if [ -e "$guard/armed" ]; then mv "$guard/armed" "$guard/confirmed"; fi
done
`,
      undo: { none: '' },
    },
  ]
}

function severalAtWork(managers: readonly FirewallManager[], context: FirewallContext): MmhaError {
  const said = `${managers.slice(0, -1).join(', ')} and ${managers.at(-1) ?? ''}`
  return new MmhaError(
    `two firewalls at work on ${context.host.name}: ${said}; what one lets in the other may refuse`,
    {
      code: 'FIREWALL_SEVERAL',
      source: 'user',
      exit: EXIT.refused,
      host: context.host.name,
      where: context.taskName,
      hint: `keep one and turn the others off: ${managers.map((one) => `${one}: ${TURN_OFF[one]}`).join('; ')}`,
    },
  )
}

function spread(from: string | readonly string[] | null): (string | null)[] {
  const list = from === null ? [null] : typeof from === 'string' ? [from] : [...from]
  return list.map((one) => (one === '0.0.0.0/0' ? null : one))
}
