import { randomBytes } from 'node:crypto'
import type { PlacedFile } from './image-files.ts'
import type { HostPlan } from './topology.ts'

export interface HostIdentity {
  readonly host: HostPlan
  /** All hosts of the lab, for /etc/hosts. */
  readonly all: readonly HostPlan[]
  /** Private and public host key, OpenSSH format. */
  readonly hostKey: { readonly secret: string; readonly public: string }
  /** Public key that may log in as root. */
  readonly authorized: string
}

/** A database host's firewall as a distribution's installer leaves it: only SSH comes in, the rest is rejected. */
export function firewallRules(sshPort: number): string {
  return `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m conntrack --ctstate NEW -m tcp --dport ${sshPort} -j ACCEPT
-A INPUT -j REJECT --reject-with icmp-host-prohibited
-A FORWARD -j REJECT --reject-with icmp-host-prohibited
COMMIT
`
}

/** What makes a fresh disk this host's own. */
export function hostFiles({ host, all, hostKey, authorized }: HostIdentity): readonly PlacedFile[] {
  const bare = (cidr: string) => cidr.split('/')[0] ?? ''
  const names = all.map((other) => `${bare(other.addresses[0])} ${other.name}\n`).join('')
  const sshd =
    host.sshPort === 22
      ? []
      : [{ path: '/etc/ssh/sshd_config.d/mmha-lab.conf', content: `Port ${host.sshPort}\n`, mode: 0o644 }]
  const firewall =
    host.role === 'master'
      ? [{ path: '/etc/iptables/rules.v4', content: firewallRules(host.sshPort), mode: 0o640 }]
      : []
  return [
    { path: '/etc/hostname', content: `${host.name}\n`, mode: 0o644 },
    { path: '/etc/hosts', content: `127.0.0.1 localhost\n::1 localhost ip6-localhost\n${names}`, mode: 0o644 },
    { path: '/etc/machine-id', content: `${randomBytes(16).toString('hex')}\n`, mode: 0o444 },
    { path: '/etc/ssh/ssh_host_ed25519_key', content: hostKey.secret, mode: 0o600 },
    { path: '/etc/ssh/ssh_host_ed25519_key.pub', content: `${hostKey.public}\n`, mode: 0o644 },
    { path: '/root/.ssh/authorized_keys', content: `${authorized}\n`, mode: 0o600 },
    ...sshd,
    ...firewall,
  ]
}
