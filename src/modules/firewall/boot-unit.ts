/** Where rules live on a host that has nothing else to load them at boot. */
export const FIREWALL_RULES = '/etc/mmha/firewall.rules'
export const FIREWALL_SCRIPT = '/etc/mmha/firewall.sh'
export const FIREWALL_UNIT = 'mmha-firewall.service'

/** sh that loads our chain and puts the jump before the first rule of INPUT that refuses. Safe to run at any time. */
export function loadScript(): string {
  return `#!/bin/sh
# Written by mmha. Lets VRRP and MySQL in, before anything of INPUT refuses it.
set -eu
iptables-restore -w --noflush <${FIREWALL_RULES}
while iptables -w -D INPUT -j MMHA 2>/dev/null; do :; done
at=$(iptables -w -S INPUT | awk '/^-A/ { n++ } / -j (REJECT|DROP)/ { print n; exit }')
if [ -n "$at" ]; then iptables -w -I INPUT "$at" -j MMHA; else iptables -w -A INPUT -j MMHA; fi
`
}

export function unitText(): string {
  return `# Written by mmha.
[Unit]
Description=mmha: let VRRP and MySQL through the firewall
After=iptables.service netfilter-persistent.service nftables.service
Before=mmha-keepalived.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${FIREWALL_SCRIPT}

[Install]
WantedBy=multi-user.target
`
}
