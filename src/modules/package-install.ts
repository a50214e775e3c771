import { sh, shellQuote } from './step.ts'
import { REFUSE_TO_RESTART } from './unfinished-server.ts'

/** Keeps the user's configuration files, restarts nothing else, waits for another apt rather than failing. */
export function installScript(names: readonly string[], start: boolean) {
  const quiet = start
    ? sh``
    : sh`if [ ! -e /usr/sbin/policy-rc.d ]; then
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
fi
`
  return sh`${REFUSE_TO_RESTART}export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
${quiet}get() { apt-get -q -y -o DPkg::Lock::Timeout=120 "$@"; }
install() {
  get install --no-install-recommends --no-remove -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold ${names.map(shellQuote).join(' ')}
}
lists() { find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' 2>/dev/null | grep -q .; }
changed() { find /etc/apt/sources.list /etc/apt/sources.list.d -newer /var/lib/apt/lists 2>/dev/null | grep -q .; }
if ! lists || changed; then get update; fi
install || { get update; install; }
`
}
