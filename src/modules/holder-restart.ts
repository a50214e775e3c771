import type { Inventory } from '../inventory/inventory.ts'
import { ROLE_SCRIPT } from './keepalived-engine.ts'
import { waitUntilWhole } from './pair-wait.ts'
import { type Script, sh, shellQuote } from './step.ts'

/** s in which the address must have gone: under clients' load a leave is refused while the standby is a bit behind. */
const LEAVE_WITHIN = 30

/**
 * sh before a server of a pair that serves is restarted. Where it holds the VIP, the other server follows and has the address
 * first: one that has just been restarted itself is still fetching what it missed, and a stop would let it take over without.
 * @param timeout s that the pair may take to find its roles
 */
export function handedOver(inventory: Inventory, timeout: number): Script {
  const holds = `ip -o address show to ${shellQuote(inventory.vip.address)} | grep -q .`
  return sh`if ${holds}; then
(
${waitUntilWhole(inventory, timeout, 'unasked')})
${leaveFirst(inventory)}fi
`
}

/** sh that gives the VIP to the peer, where this host holds it. */
export function leaveFirst({ vip, keepalived }: Inventory): string {
  const leave = keepalived.engine === 'bundled' ? 'mmha-keepalived ctl leave' : `${ROLE_SCRIPT} handover`
  return `deadline=$(( $(date +%s) + ${LEAVE_WITHIN} ))
while ip -o address show to ${shellQuote(vip.address)} | grep -q . && ! said=$(${leave} 2>&1); do
  [ "$(date +%s)" -lt "$deadline" ] || { printf 'the address was not handed over within ${LEAVE_WITHIN} s: %s\\n' "$said" >&2; exit 1; }
  sleep 0.5
done
`
}
