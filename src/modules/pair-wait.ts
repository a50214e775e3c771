import type { Inventory } from '../inventory/inventory.ts'
import { ROLE_SCRIPT, unitOf } from './keepalived-engine.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'
import { type Script, sh, shellQuote } from './step.ts'

/**
 * sh around a change of the daemon that ends when a pair that served before is whole again, as `waitUntilWhole` does. Where
 * nobody held the VIP, and the other server says that it is closed, there is no service to keep, and the other host may need
 * the same change first: it ends at once.
 */
export function wholeAsBefore(inventory: Inventory, change: Script, wait: Script): Script {
  return sh`${SQL_FUNCTIONS}
served=
if ip -o address show to ${shellQuote(inventory.vip.address)} | grep -q .; then served=yes; fi
case $(peer_sql --execute='SELECT @@GLOBAL.read_only' 2>/dev/null || :) in 1|ON) ;; *) served=yes ;; esac
${change}[ -n "$served" ] || exit 0
${wait}`
}

/**
 * sh that waits until the pair is whole as this host sees it: one that holds the VIP is writable, the other is its
 * read-only standby and may take over, both replicate. The deadline (s) ends it with what is missing and the daemon's
 * last words. It ends the shell that runs it. It goes by what the server shows: there may be none yet when it is planned.
 * @param semiSync 'unasked': a server that is still to be restarted for it will do
 */
export function waitUntilWhole(inventory: Inventory, timeout: number, semiSync: 'on' | 'unasked' = 'on'): Script {
  const { engine } = inventory.keepalived
  const unit = unitOf(engine)
  const own = engine === 'bundled'
  const mayTakeOver = own ? `mmha-keepalived ctl status | grep -q '"open": true'` : `${ROLE_SCRIPT} fit >/dev/null 2>&1`
  return sh`${SQL_FUNCTIONS}
is_on() { ${semiSync === 'unasked' ? 'return 0; ' : ''}sql --execute="SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_%'" 2>/dev/null | grep -Eq "^Rpl_semi_sync_($1)_status[[:space:]]ON$"; }
read_only() { case $("$@" --execute='SELECT @@GLOBAL.read_only' 2>/dev/null) in 0|OFF) echo no;; ?*) echo yes;; esac; }
missing() {
  systemctl is-active --quiet ${unit} || { echo '${unit} does not run'; return; }
  mine=$(read_only sql)
  [ -n "$mine" ] || { echo 'the server does not answer'; return; }
  if ip -o address show to ${shellQuote(inventory.vip.address)} | grep -q .; then
    [ "$mine" = no ] || { echo 'holds the VIP and is read-only'; return; }
    is_on 'source|master' || { echo 'semi-sync is off on the holder'; return; }
${own ? '' : '    return # Where keepalived itself runs, the holder fetches from nobody.\n'}  else
    [ "$mine" = yes ] || { echo 'does not hold the VIP and is writable'; return; }
    theirs=$(read_only peer_sql)
    [ -n "$theirs" ] || { echo 'the server of the peer does not answer'; return; }
    [ "$theirs" = no ] || { echo 'no host holds the VIP'; return; }
    is_on 'replica|slave' || { echo 'semi-sync is off on the standby'; return; }
    ${mayTakeOver} || { echo 'the standby may not take over'; return; }
  fi
  # MariaDB that does not log what it gets, made a pair by hand: its daemon fetches nothing before the restart that comes last.
  case $(sql --execute='SELECT @@GLOBAL.log_slave_updates, @@GLOBAL.gtid_domain_id' 2>/dev/null) in 0*|OFF*) return;; esac
  [ "$(channel_status | grep -Ec '_(IO|SQL)_Running: Yes')" = 2 ] || echo 'does not replicate from its peer'
}
deadline=$(( $(date +%s) + ${timeout} ))
while :; do
  why=$(missing)
  [ -n "$why" ] || exit 0
  if [ "$(date +%s)" -ge "$deadline" ]; then
    echo "not whole after ${timeout} s: $why" >&2
    journalctl --unit=${unit} ${own ? '' : '-t mmha-role '}--lines=15 --no-pager --output=cat >&2 || :
    exit 1
  fi
  sleep 0.1
done
`
}
