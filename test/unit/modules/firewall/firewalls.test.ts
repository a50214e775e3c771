import { spawnSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import type { AcceptRule } from '../../../../src/modules/firewall/accept-rule.ts'
import { parseFirewallFacts } from '../../../../src/modules/firewall/facts.ts'
import { firewall } from '../../../../src/modules/firewall/firewall.ts'
import { inCharge } from '../../../../src/modules/firewall/in-charge.ts'
import type { Step } from '../../../../src/modules/step.ts'
import { NamespaceHost } from '../namespace-host.ts'
import { context, INVENTORY, M1, M2 } from '../pair-context.ts'

const SERVER: AcceptRule = { protocol: 'tcp', from: '10.77.0.12', to: null, port: 3306 }
const PAIR: readonly AcceptRule[] = [
  { protocol: 'vrrp', from: '10.77.0.12', to: null, port: null },
  { protocol: 'tcp', from: '10.77.0.12', to: null, port: 11200 },
  SERVER,
  { protocol: 'tcp', from: '10.77.0.0/28', to: null, port: 3306 },
]

interface Filter {
  readonly name: string
  /** sh that ends with 0 where programs and kernel have it. */
  readonly works: string
  /** sh that starts it, with SSH let in and nothing else. */
  readonly start: string
  /** sh that makes it what it is after a boot. */
  readonly boot: string
  /** sh that prints all its rules, without what counts or names them. */
  readonly rules: string
}

const NFTABLES_CONF = `flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    tcp dport 22 accept
  }
}
`
const SAVED = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -j DROP
COMMIT
`
const iptables = (variant: string): Filter => ({
  name: variant,
  works: `${variant}-save -t filter`,
  // The place of iptables-services, and of the variant that is the system's own.
  start: `mkdir -p /etc/sysconfig /etc/rc.d/init.d /mnt/bin
: >/etc/rc.d/init.d/iptables
for name in iptables iptables-save iptables-restore; do
  ln -s "$(command -v ${variant} | sed 's/-[a-z]*$//')-${variant.replace('iptables-', '')}\${name#iptables}" /mnt/bin/$name
done
mount -t tmpfs tmpfs /usr/local/sbin
mv /mnt/bin/* /usr/local/sbin
cat >/etc/sysconfig/iptables <<'END'
${SAVED}END
iptables-restore </etc/sysconfig/iptables`,
  boot: 'iptables-restore </etc/sysconfig/iptables',
  rules: 'iptables -V; iptables-save -t filter | grep -v "^#" | sed "s/ *\\[.*//"',
})

const FILTERS: readonly Filter[] = [
  iptables('iptables-nft'),
  iptables('iptables-legacy'),
  {
    name: 'nftables',
    works: 'nft list ruleset',
    start: `cat >/etc/nftables.conf <<'END'\n${NFTABLES_CONF}END\nnft -f /etc/nftables.conf`,
    boot: 'nft -f /etc/nftables.conf',
    rules: 'nft list ruleset',
  },
  {
    name: 'ufw',
    works: 'command -v ufw',
    start: 'ufw allow 22/tcp; ufw --force enable',
    boot: 'ufw disable; ufw --force enable',
    rules: 'iptables-save -t filter | grep -v "^#" | sed "s/ *\\[.*//"',
  },
  {
    name: 'firewalld',
    works: 'command -v firewall-cmd && command -v dbus-daemon',
    start: `mkdir -p /run/dbus /run/firewalld
dbus-daemon --system --fork --nopidfile
firewalld
i=0
until firewall-cmd --state; do i=$((i + 1)); [ $i -lt 300 ]; sleep 0.1; done`,
    boot: 'firewall-cmd --reload',
    rules: 'firewall-cmd --list-all-zones; firewall-cmd --permanent --list-all-zones',
  },
]

const able = (works: string) => process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'sh', '-c', works]).status === 0

describe.each(FILTERS)('$name', { timeout: 300_000 }, ({ name, works, start, boot, rules }) => {
  let host: NamespaceHost | null = null
  afterEach(async () => {
    await host?.shutDown()
    host = null
  })

  it.skipIf(!able(works))('lets the pair in, keeps it, gives it back', async () => {
    const there = await NamespaceHost.boot(start)
    host = there
    const found = () =>
      parseFirewallFacts(there.sh(firewall.probe({ accept: PAIR }, { inventory: INVENTORY, host: M1, peer: M2 })))
    const plan = (accept: readonly AcceptRule[]): readonly Step[] => {
      const facts = found()
      return firewall.plan({ accept }, context(null, facts, facts))
    }
    const seen = () =>
      there.answers({
        ssh: ['10.77.0.99', 22],
        peer: ['10.77.0.12', 3306],
        heartbeat: ['10.77.0.12', 11200],
        stranger: ['10.77.0.99', 3306],
      })
    expect(inCharge(found())).toEqual([name.replace(/-(nft|legacy)$/, '')])
    const before = there.sh(rules)
    if (name === 'iptables-legacy') expect(before).toContain('(legacy)')
    expect(seen()).toEqual({ ssh: true, peer: false, heartbeat: false, stranger: false })

    const steps = plan(PAIR)
    expect(steps.filter(({ guarded }) => guarded)).toHaveLength(1)
    there.apply('first', steps)
    expect(seen()).toEqual({ ssh: true, peer: true, heartbeat: true, stranger: false })
    expect(plan(PAIR)).toEqual([])

    there.sh(boot)
    expect(seen()).toEqual({ ssh: true, peer: true, heartbeat: true, stranger: false })
    expect(plan(PAIR)).toEqual([])

    const fewer = plan([SERVER])
    there.apply('second', fewer)
    expect(seen()).toEqual({ ssh: true, peer: true, heartbeat: false, stranger: false })
    expect(plan([SERVER])).toEqual([])

    there.takeBack('second', fewer)
    expect(plan(PAIR)).toEqual([])
    there.takeBack('first', steps)
    expect(there.sh(rules)).toBe(before)
    expect(plan(PAIR).map(({ id }) => id)).toEqual(steps.map(({ id }) => id))
  })
})
