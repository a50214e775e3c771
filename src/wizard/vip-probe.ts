import { type Script, sh, shellQuote } from '../modules/step.ts'

/** What a host on the link found out about an address. */
export type VipProbe =
  | { readonly outcome: 'free' }
  /** Somebody has it. null: who answers does not say by which interface. */
  | { readonly outcome: 'taken'; readonly mac: string | null }
  /** The host has no tool to ask with, or the answer was no answer. */
  | { readonly outcome: 'unknown'; readonly why: string }

/**
 * Asks on the link who has the address: by iputils' arping in its duplicate-address mode, else by one packet to it (ping,
 * or bash's /dev/udp where there is no ping) and what the kernel's neighbour table says then; a host that drops ICMP
 * still answers ARP. Needs no root, changes nothing, and ends within 12 s: 2 for ping, 9 for the kernel to re-check an
 * entry that it had before.
 */
export function vipProbeScript(address: string, nic: string): Script {
  return sh`export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
vip=${shellQuote(address)} nic=${shellQuote(nic)}
mac_in() { sed -n "s/.*$1\\([0-9A-Fa-f][0-9A-Fa-f:]*\\).*/\\1/p" | head -n 1; }
if [ "$(id -u)" = 0 ] && command -v arping >/dev/null && arping -V 2>&1 | grep -q iputils; then
  rc=0; out=$(arping -D -c 2 -w 2 -I "$nic" "$vip" 2>&1) || rc=$?
  case $rc in
    0) echo free; exit 0 ;;
    1) echo "taken $(printf '%s\\n' "$out" | mac_in '\\[')"; exit 0 ;;
  esac
fi
answered=0
if command -v ping >/dev/null; then
  if ping -n -q -c 1 -W 2 -I "$nic" "$vip" >/dev/null 2>&1; then answered=1; fi
elif command -v bash >/dev/null; then
  vip=$vip bash -c 'echo > "/dev/udp/$vip/9"' 2>/dev/null || :
else
  echo 'unknown there is neither arping nor ping nor bash'; exit 0
fi
left=45
while :; do
  entry=$(ip -4 neigh show to "$vip" dev "$nic")
  case $entry in
    *INCOMPLETE* | *STALE* | *DELAY* | *PROBE*) [ "$left" -gt 0 ] || break ;;
    *) break ;;
  esac
  left=$((left - 1)); sleep 0.2
done
mac=$(printf '%s\\n' "$entry" | mac_in 'lladdr ')
if [ -n "$mac" ] || [ "$answered" = 1 ]; then echo "taken $mac"; exit 0; fi
case $entry in
  *FAILED* | *INCOMPLETE*) echo free ;;
  *) echo 'unknown the packet left no trace in the neighbour table' ;;
esac
`
}

/** Reads the probe's one line. */
export function parseVipProbe(stdout: string): VipProbe {
  const [word = '', ...rest] = (stdout.trim().split('\n').at(-1) ?? '').split(' ')
  if (word === 'free') return { outcome: 'free' }
  if (word === 'taken') return { outcome: 'taken', mac: rest[0] || null }
  return { outcome: 'unknown', why: word === 'unknown' ? rest.join(' ') : 'the probe gave no answer' }
}
