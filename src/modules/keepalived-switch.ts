import { z } from 'zod'
import { hasAddress } from '../hosts/host-facts.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { readOnlyStatements, writableStatements } from '../mysql/read-only.ts'
import { speakAlike } from './keepalived-by-hand.ts'
import { configOf, type KeepalivedConfigFacts, keepalivedConfig } from './keepalived-config.ts'
import { CONFIG, isOurs, KEEPALIVED_UNIT, KEPT_CONFIG, NEXT_CONFIG, OUR_UNIT, unitOf } from './keepalived-engine.ts'
import type { KeepalivedServiceParams } from './keepalived-service.ts'
import type { Module, PlanContext } from './module.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'
import { waitUntilWhole } from './pair-wait.ts'
import { serverDialect } from './server-dialect.ts'
import { revealed, type Script, type Step, sh, shellQuote } from './step.ts'

type Context = PlanContext<KeepalivedConfigFacts>

/**
 * One daemon takes the other's place: on the standby first, and then on the holder, whose address moves once. A host
 * never runs both, and its file changes while neither runs.
 *
 * Two that don't hear each other (another router id, version, password) would both hold the address: then the old one
 * ends on both hosts before the new one begins on either.
 */
export const keepalivedSwitch: Module<KeepalivedServiceParams, KeepalivedConfigFacts> = {
  name: 'keepalived_switch',
  params: z.strictObject({ timeout: z.number().int().positive().default(60) }),
  shared: (context) => keepalivedConfig.shared?.(context) ?? [],
  probe: (_params, context) => keepalivedConfig.probe({}, context),
  parse: keepalivedConfig.parse,

  plan: ({ timeout }, context) => {
    const old = oldUnit(context)
    if (old === null) return []
    const { inventory, host, facts, mine, taskId } = context
    const fresh = unitOf(inventory.keepalived.engine)
    const holder = hasAddress(facts, inventory.vip.address)
    const alike = speaksAlike(context)
    // Deaf to each other, the new one of the standby begins when the holder's old one has ended: in the next play.
    const starts = alike || holder
    const byHand = mine.placed !== null && !isOurs(mine.placed.content)
    const served = holder || hasAddress(context.peerFacts, inventory.vip.address)
    // Where nobody held the VIP, the other host may need the new daemon, too, before the pair is whole.
    // Two servers that were joined by hand, too, are not both restarted yet for semi-sync; the last play asks for it.
    const semiSync = byHand ? 'unasked' : 'on'
    const whole = served ? waitUntilWhole(inventory, timeout, semiSync) : sh`exit 0\n`
    const wait = alike ? whole : waitForAddress(inventory.vip.address, timeout)
    const how = alike
      ? holder
        ? `~ the address moves to ${context.peer.name}, which has its new daemon by now`
        : '~ the standby first: nothing moves'
      : holder
        ? '! the address is gone for some seconds: the two daemons do not hear each other, so the old ones end first'
        : '~ stopped only: its new daemon starts when the holder has its own'
    const step: Step = {
      id: `${taskId}/${old === fresh ? 'by-hand' : 'engine'}`,
      host: host.name,
      title: old === fresh ? `give ${fresh} the file of the pair` : `replace ${old} by ${fresh}`,
      diff: [
        `- ${old}: started${byHand ? `, set up by hand; its file is kept as ${KEPT_CONFIG}` : ''}`,
        starts ? `+ ${fresh}: started, enabled` : '',
        how,
      ]
        .filter((line) => line !== '')
        .join('\n'),
      run: change({
        ...{ old, fresh, vip: inventory.vip.address, byHand, after: starts ? wait : null },
        closing:
          holder && alike && byHand
            ? closeFirst(facts.server === null ? null : serverDialect(facts.server, mine))
            : sh``,
        telling: holder && alike && fresh === OUR_UNIT,
      }),
      undo: back({ old, fresh, vip: inventory.vip.address, alike }),
      undoImpact: holder ? 'vip-moves' : 'none',
      impact: holder ? 'vip-moves' : 'none',
      notify: [],
      writes: [CONFIG],
    }
    return [step]
  },
}

/** The unit that is to give way; null: nothing to change. */
function oldUnit({ mine, inventory }: Context): string | null {
  if (inventory.keepalived.engine === 'bundled') return mine.keepalivedRuns ? KEEPALIVED_UNIT : null
  if (mine.daemonRuns) return OUR_UNIT
  const byHand = mine.keepalivedRuns && mine.placed !== null && !isOurs(mine.placed.content)
  return byHand ? KEEPALIVED_UNIT : null
}

/** Would the daemons hear each other, old and new, on either host? */
function speaksAlike(context: Context): boolean {
  const wanted = revealed(configOf(context))
  return [context.mine, context.theirs].every(({ placed }) => placed !== null && speakAlike(placed.content, wanted))
}

interface Change {
  readonly old: string
  readonly fresh: string
  readonly vip: string
}

interface Replacement extends Change {
  readonly byHand: boolean
  /** sh before the old one is stopped. */
  readonly closing: Script
  /** keepalived says farewell once; that the address has gone is said in its stead. */
  readonly telling: boolean
  readonly after: Script | null
}

function change({ old, fresh, vip, byHand, closing, telling, after }: Replacement): Script {
  const start =
    after === null
      ? sh`exit 0\n`
      : sh`if systemctl enable --now ${fresh} && (\n${after}); then reopen() { :; }; exit 0; fi\n`
  const tell = telling ? sh`${SAY_GONE}` : sh``
  const keep = byHand ? sh`cp -a ${CONFIG} ${KEPT_CONFIG}\n` : sh``
  return sh`[ -s ${NEXT_CONFIG} ] || { echo '${NEXT_CONFIG} is missing' >&2; exit 1; }
${keep}before=$(mktemp ${CONFIG}.mmha-old.XXXXXX)
reopen() { :; }
told=
trap 'reopen; [ -z "$told" ] || kill "$told" 2>/dev/null || :; rm -f "$before" "$before.looking"' EXIT
trap 'exit 129' HUP
trap 'exit 143' TERM
cp -a ${CONFIG} "$before"
${tell}${closing}systemctl stop ${old}
systemctl disable ${old} 2>/dev/null || :
${addressGone(vip)}mv -f ${NEXT_CONFIG} ${CONFIG}
systemctl daemon-reload
${start}# What served until now serves on.
systemctl disable --now ${fresh} || :
cp -a ${CONFIG} ${NEXT_CONFIG}
mv -f "$before" ${CONFIG}
systemctl enable --now ${old}
exit 1
`
}

/** Once it looks, what closes and stops the old one may begin: clients wait from then on. */
const SAY_GONE = `/usr/sbin/mmha-keepalived say-gone -f ${NEXT_CONFIG} >"$before.looking" &
told=$!
looks=0
until [ -s "$before.looking" ] || ! kill -0 "$told" 2>/dev/null || [ "$looks" -ge 100 ]; do looks=$((looks + 1)); sleep 0.05; done
`

/** s that clients who write may take to let the server be closed, and the peer to have everything then. */
const [CLOSED_WITHIN, FOLLOWED_WITHIN] = [5, 3]

/**
 * Nobody closes the server of a keepalived that was set up by hand, and the other host's new daemon takes nothing over while
 * this one is open. Whatever ends the change early, it is open again, unless the other one is by then.
 */
function closeFirst(dialect: Dialect | null): Script {
  if (dialect === null) return sh``
  const { historyEnd, waitFunction } = dialect.family
  const close = readOnlyStatements(dialect).join('; ')
  const open = writableStatements(dialect).join('; ')
  return sh`${SQL_FUNCTIONS}
reopen() {
  reopen() { :; }
  case $(peer_sql --execute='SELECT @@GLOBAL.read_only' 2>/dev/null || :) in
    1|ON) sql --execute=${shellQuote(open)} ;;
    *) echo ${shellQuote(`left closed: the other server is open, or can't be asked; if it is closed, ${open} opens this one`)} >&2 ;;
  esac
}
case $(sql --execute='SELECT @@GLOBAL.read_only') in
  1|ON) reopen() { :; } ;;
  *)
    end=$(sql --execute=${shellQuote(`SET SESSION lock_wait_timeout=${CLOSED_WITHIN}; ${close}; SELECT ${historyEnd}`)})
    followed=$(peer_sql --execute="SELECT ${waitFunction}('$end', ${FOLLOWED_WITHIN})" || :)
    [ "$followed" = 0 ] || { echo 'the other server did not follow within ${FOLLOWED_WITHIN} s' >&2; exit 1; } ;;
esac
`
}

/** An address that a daemon left behind would be on both hosts. */
function addressGone(vip: string): string {
  return `end=$(( $(date +%s) + 5 ))
while ip -o address show to ${shellQuote(vip)} | grep -q .; do
  if [ "$(date +%s)" -ge "$end" ]; then
    ip -o address show to ${shellQuote(vip)} | while read -r _ nic _ address _; do ip address del "$address" dev "$nic"; done
  fi
  sleep 0.1
done
`
}

function waitForAddress(vip: string, timeout: number): Script {
  return sh`end=$(( $(date +%s) + ${timeout} ))
until ip -o address show to ${shellQuote(vip)} | grep -q .; do
  if [ "$(date +%s)" -ge "$end" ]; then
    echo 'the new daemon did not take the address within ${timeout} s' >&2
    journalctl -u ${OUR_UNIT} -u ${KEEPALIVED_UNIT} -n 15 --no-pager -o cat >&2 || :
    exit 1
  fi
  sleep 0.1
done
`
}

/**
 * The old one is started again; where it would not hear the other host's new one, not before the address has fallen
 * silent: a neighbour that answers ARP for it holds it.
 */
function back({ old, fresh, vip, alike }: Change & { alike: boolean }): Script {
  const start = alike
    ? sh`systemctl enable --now ${old}\n`
    : sh`systemctl enable ${old}
cat >/run/mmha-old-daemon.sh <<'MMHA_WAIT'
held() {
  ip -o address show to ${vip} | grep -q . && return 1
  ip neigh flush to ${vip} 2>/dev/null
  ping -n -q -c 1 -W 1 ${vip} >/dev/null 2>&1 && return 0
  ip neigh show to ${vip} | grep -q lladdr
}
while held; do sleep 0.2; done
exec systemctl start ${old}
MMHA_WAIT
systemctl stop mmha-old-daemon.service 2>/dev/null || :
systemd-run --quiet --collect --unit=mmha-old-daemon sh /run/mmha-old-daemon.sh
`
  return sh`systemctl disable --now ${fresh} 2>/dev/null || :
${addressGone(vip)}restore_file ${CONFIG}
rm -f ${NEXT_CONFIG}
systemctl daemon-reload
${start}`
}
