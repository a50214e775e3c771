import type { HostFacts } from '../../hosts/host-facts.ts'
import { FACT_FUNCTIONS, FactLines } from '../fact-lines.ts'
import type { PlanContext } from '../module.ts'
import type { Step } from '../step.ts'
import { FIREWALL_RULES, FIREWALL_SCRIPT, FIREWALL_UNIT } from './boot-unit.ts'
import { FIREWALLD_OWN, type FirewalldFacts, parseFirewalld } from './firewalld-zones.ts'
import { type FilterTable, parseFilter, refusesByDefault } from './iptables-rules.ts'
import { type NftInput, parseRuleset } from './nft-ruleset.ts'
import { parseUfw, type UfwFacts } from './ufw-rules.ts'

export interface IptablesFacts {
  readonly live: FilterTable
  /** By its policy, or by a rule for everybody that stands in INPUT itself. */
  readonly refuses: boolean
  /** The other of iptables-legacy and iptables-nft, where that one refuses, too. */
  readonly second: 'iptables-legacy' | 'iptables-nft' | null
  /** What is loaded at boot by the distribution's own service; null: nothing is. */
  readonly persistent: string | null
  /** Its text. */
  readonly saved: string | null
  /** Files of our own unit, used where nothing else persists rules. */
  readonly own: {
    readonly rules: string | null
    readonly script: string | null
    readonly unit: string | null
    readonly enabled: boolean
  }
}

export interface NftablesFacts {
  /** Chains that may refuse what comes in, without those that iptables-nft and firewalld made. */
  readonly inputs: readonly NftInput[]
  /** What nftables.service loads; null: there is no such file. */
  readonly config: { readonly path: string; readonly content: string } | null
  /** What that file includes of ours; null: not there. */
  readonly own: string | null
}

/** What filters packets on this host; null: not there, or not at work. */
export interface FirewallFacts {
  readonly iptables: IptablesFacts | null
  readonly nftables: NftablesFacts
  readonly firewalld: FirewalldFacts | null
  readonly ufw: UfwFacts | null
  /** A former run changed the firewall and was cut before it could say that it still reaches the host. */
  readonly unconfirmed: boolean
}

export type FirewallContext = PlanContext<FirewallFacts>

/** What all steps of this module have in common. */
export function firewallStep(
  context: {
    readonly taskId: string
    readonly taskName: string
    readonly host: { readonly name: string }
    readonly facts: HostFacts
  },
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

/** What `include` of nftables' own file names. */
export const NFT_OWN = '/etc/mmha/firewall.nft'

/** Loads no kernel module, starts nothing: iptables-legacy is only asked where its table is there. */
export const FIREWALL_PROBE = `${FACT_FUNCTIONS}
has() { command -v "$1" >/dev/null; }
for guard in /run/mmha/guard/*/armed; do if [ -e "$guard" ]; then fact unconfirmed yes; fi; done
if has firewall-cmd && { [ -e /run/firewalld.pid ] || systemctl is-active --quiet firewalld 2>/dev/null; }; then
  fact firewalld "$(firewall-cmd --get-default-zone)"
  firewall-cmd --list-all-zones | fact_rows runtime
  firewall-cmd --permanent --list-all-zones | fact_rows permanent
  fact_file firewalld_own ${FIREWALLD_OWN}
fi
if has ufw && grep -q '^ENABLED=yes' /etc/ufw/ufw.conf 2>/dev/null; then
  fact ufw "$(ufw version 2>/dev/null | sed -n 's/^ufw //p')"
  sed -n 's/^### tuple ### //p' /etc/ufw/user.rules 2>/dev/null | fact_rows tuple
fi
if has iptables-save; then
  kind=$(iptables -V 2>/dev/null)
  fact iptables "$kind"
  iptables-save -t filter 2>/dev/null | fact_rows live
  case $kind in
    *nf_tables*)
      if has iptables-legacy-save && grep -qs filter /proc/net/ip_tables_names; then
        iptables-legacy-save -t filter 2>/dev/null | fact_rows legacy
      fi ;;
    *) if has iptables-nft-save; then iptables-nft-save -t filter 2>/dev/null | fact_rows nft_compat; fi ;;
  esac
fi
if has nft; then
  fact nft "$(nft -j list ruleset 2>/dev/null)"
  for file in /etc/sysconfig/nftables.conf /etc/nftables.conf; do
    if [ -e "$file" ]; then fact_file nft_config "$file"; break; fi
  done
  fact_file nft_own ${NFT_OWN}
fi
if has netfilter-persistent; then file=/etc/iptables/rules.v4
elif [ -e /usr/libexec/iptables/iptables.init ] || [ -e /etc/rc.d/init.d/iptables ]; then file=/etc/sysconfig/iptables
else file=; fi
if [ -n "$file" ]; then fact persistent "$file"; fact_file saved "$file"; fi
fact_file rules ${FIREWALL_RULES}
fact_file script ${FIREWALL_SCRIPT}
fact_file unit /etc/systemd/system/${FIREWALL_UNIT}
if [ -e /etc/systemd/system/multi-user.target.wants/${FIREWALL_UNIT} ]; then fact enabled yes; fi
`

export function parseFirewallFacts(stdout: string): FirewallFacts {
  const facts = new FactLines(stdout)
  const kind = facts.text('iptables')
  const live = facts.texts('live').join('\n')
  const second = [
    ['legacy', 'iptables-legacy'],
    ['nft_compat', 'iptables-nft'],
  ] as const
  return {
    iptables:
      kind === null
        ? null
        : {
            live: parseFilter(live),
            refuses: refusesByDefault(live),
            second: second.find(([name]) => refusesByDefault(facts.texts(name).join('\n')))?.[1] ?? null,
            persistent: facts.text('persistent'),
            saved: facts.file('saved')?.content ?? null,
            own: {
              rules: facts.file('rules')?.content ?? null,
              script: facts.file('script')?.content ?? null,
              unit: facts.file('unit')?.content ?? null,
              enabled: facts.flag('enabled'),
            },
          },
    nftables: {
      inputs: parseRuleset(facts.text('nft') ?? '', kind !== null),
      config: facts.file('nft_config'),
      own: facts.file('nft_own')?.content ?? null,
    },
    firewalld: parseFirewalld(facts),
    ufw: parseUfw(facts),
    unconfirmed: facts.flag('unconfirmed'),
  }
}
