import { type Script, sh, shellQuote } from '../modules/step.ts'

/** What a host on the link found out about an address. */
export type VipProbe =
  | { readonly outcome: 'free' }
  /** Somebody has it. */
  | { readonly outcome: 'taken'; readonly mac: string }
  /** The host has no tool to ask with, or the answer was no answer. */
  | { readonly outcome: 'unknown'; readonly why: string }

/** s; the probe's own bound. arping and ping take 2; a neighbour entry that was known before is re-checked by the kernel within 9. */
export const PROBE_DEADLINE_S = 12

/**
 * Asks on the link who has the address: ARP by iputils' arping in its duplicate-address mode, else one ping and what the
 * kernel's neighbour table says after it (a host that drops ICMP still answers ARP). Changes nothing on the host.
 * Run as root it may use arping; without root ping still works.
 */
export function vipProbeScript(address: string, nic: string): Script {
  return sh`export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
vip=${shellQuote(address)} nic=${shellQuote(nic)}
if [ "$(id -u)" = 0 ] && command -v arping >/dev/null && arping -V 2>&1 | grep -q iputils; then
  if out=$(arping -D -q -c 2 -w 2 -I "$nic" "$vip" 2>&1); then echo free; exit 0; fi
  if [ -z "$out" ]; then
    mac=$(arping -c 1 -w 1 -I "$nic" "$vip" 2>/dev/null | sed -n 's/.*\[\([0-9A-Fa-f:]*\)\].*/\1/p' | head -n 1)
    echo "taken $mac"; exit 0
  fi
fi
command -v ping >/dev/null || { echo 'unknown neither arping nor ping is installed'; exit 0; }
if ping -n -q -c 1 -W 2 -I "$nic" "$vip" >/dev/null 2>&1; then answered=1; else answered=0; fi
left=9
while :; do
  entry=$(ip -4 neigh show to "$vip" dev "$nic")
  case $entry in *DELAY* | *PROBE* | *STALE*) [ "$left" -gt 0 ] || break ;; *) break ;; esac
  left=$((left - 1)); sleep 1
done
mac=$(printf '%s\n' "$entry" | sed -n 's/.*lladdr \([0-9A-Fa-f:]*\).*/\1/p' | head -n 1)
if [ -n "$mac" ] || [ "$answered" = 1 ]; then echo "taken $mac"; exit 0; fi
case $entry in
  *FAILED* | *INCOMPLETE*) echo free ;;
  *) echo "unknown ping left no trace in the neighbour table" ;;
esac
`
}

/** Reads the probe's one line. */
export function parseVipProbe(stdout: string): VipProbe {
  const [word = '', ...rest] = (stdout.trim().split('\n').at(-1) ?? '').split(' ')
  if (word === 'free') return { outcome: 'free' }
  if (word === 'taken') return { outcome: 'taken', mac: rest[0] || 'unknown MAC' }
  return { outcome: 'unknown', why: word === 'unknown' ? rest.join(' ') : 'the probe gave no answer' }
}
