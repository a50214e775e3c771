import type { PlanContext } from './module.ts'
import { OPTION_FILES } from './mysql-option-file.ts'
import { UNITS } from './mysql-server.ts'
import { waitUntilWhole } from './pair-wait.ts'
import { type Script, sh, shellQuote } from './step.ts'

/**
 * sh that brings a standby to just these versions; apt makes none older and removes none by these words.
 *
 * Debian's packages start a server of their own while they are configured, and change accounts there: in the binary log that
 * is a transaction that the holder does not have, and the standby a quarantined one. So what they start has no binary log. Our
 * server is down meanwhile and must never run so: it is masked, and a start of its unit, also after the power was cut here,
 * takes that option away first.
 * @param wanted `package=version`
 */
export function upgradeScript(
  { inventory, facts }: PlanContext<unknown>,
  wanted: readonly string[],
  timeout: number,
): Script {
  const name = `${facts.server?.unit ?? 'mysql'}.service`
  const unit = shellQuote(name)
  const dropIn = `/etc/systemd/system/${name}.d`
  const vip = inventory.vip.address
  const install =
    wanted.length === 0
      ? ''
      : `get --only-upgrade --no-remove --no-install-recommends install ${wanted.map(shellQuote).join(' ')}\n`
  return sh`if ip -o address show to ${shellQuote(vip)} | grep -q .; then
  echo 'this host holds ${vip} by now: its server is not restarted' >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
get() { apt-get -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"; }
quiet=
for path in ${OPTION_FILES.map(shellQuote).join(' ')}; do
  [ ! -f "$path" ] || quiet=\${path%/*}/zzz-mmha-upgrade.cnf
done
[ -n "$quiet" ] || { echo 'there is no option file of the pair here: provision it first' >&2; exit 1; }
back() { rm -f "$quiet" ${dropIn}/mmha-upgrade.conf; systemctl --runtime unmask ${UNITS} 2>/dev/null; }
trap back EXIT
systemctl stop ${unit}
(umask 022; mkdir -p ${dropIn}
printf '[Service]\\nExecStartPre=+/bin/rm -f %s\\n' "$quiet" >${dropIn}/mmha-upgrade.conf
sync ${dropIn}/mmha-upgrade.conf
printf '[mysqld]\\nskip_log_bin\\n' >"$quiet")
systemctl --runtime mask ${UNITS}
dpkg --configure -a --force-confdef --force-confold || get --fix-broken --no-remove install
${install}back
trap - EXIT
# The package's own scripts left a masked unit disabled.
systemctl enable ${unit}
systemctl start ${unit}
${waitUntilWhole(inventory, timeout)}`
}
