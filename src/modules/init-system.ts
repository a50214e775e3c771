import type { HostFacts } from '../hosts/host-facts.ts'
import { type Script, sh, shellQuote } from './step.ts'

/** How a host's init is told about a service. */
export interface InitSystem {
  readonly enable: (unit: string) => Script
  readonly disable: (unit: string) => Script
  readonly start: (unit: string) => Script
  readonly stop: (unit: string) => Script
  readonly restart: (unit: string) => Script
  readonly reload: (unit: string) => Script
  /** What belongs after files of services have changed. */
  readonly reread: Script
}

/** Why a unit does not start is in its journal: the end of it belongs to the message. */
function lastWords(name: string): string {
  return `{ journalctl -u ${name} -n 15 --no-pager -o cat; exit 1; }`
}

const systemd: InitSystem = {
  enable: (unit) => sh`systemctl enable ${shellQuote(unit)}\n`,
  disable: (unit) => sh`systemctl disable ${shellQuote(unit)}\n`,
  start: (unit) => sh`systemctl start ${shellQuote(unit)} || ${lastWords(shellQuote(unit))}\n`,
  stop: (unit) => sh`systemctl stop ${shellQuote(unit)}\n`,
  restart: (unit) => sh`systemctl restart ${shellQuote(unit)} || ${lastWords(shellQuote(unit))}\n`,
  reload: (unit) => sh`systemctl reload ${shellQuote(unit)}\n`,
  reread: sh`systemctl daemon-reload\n`,
}

/** `nginx` of `nginx.service`: the name of its script. */
export function scriptName(unit: string): string {
  return unit.replace(/\.service$/, '')
}

/**
 * A service must not hold on to the connection that started it, nor get what this session has in its environment. Many
 * scripts end with 0 whatever became of it, so its status has the last word.
 */
function tell(unit: string, word: 'start' | 'stop' | 'restart' | 'reload'): Script {
  const script = `/etc/init.d/${scriptName(unit)}`
  const proof =
    word === 'stop'
      ? `! ${script} status >/dev/null 2>&1 || { echo '${unit} still runs' >&2; exit 1; }`
      : `${script} status >/dev/null 2>&1 || { echo '${unit} does not run' >&2; exit 1; }`
  // Where no pid file says when it began, this does.
  const [mark, keep] =
    word === 'stop' || word === 'reload'
      ? ['', '']
      : [
          `mkdir -p /run/mmha\ntouch /run/mmha/begun.${unit}\n`,
          `mv -f /run/mmha/begun.${unit} /run/mmha/reloaded.${unit}\n`,
        ]
  return sh`${mark}said=$(mktemp)
code=0
env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/ TERM=dumb ${script} ${word} </dev/null >"$said" 2>&1 || code=$?
cat "$said"
rm -f "$said"
[ "$code" = 0 ] || exit "$code"
${proof}
${keep}`
}

/** Debian's tool, or that of the RHEL family. */
function links(unit: string, debian: string, rhel: string): Script {
  const name = shellQuote(scriptName(unit))
  return sh`if command -v update-rc.d >/dev/null; then ${debian.replaceAll('NAME', name)}
elif command -v chkconfig >/dev/null; then ${rhel.replaceAll('NAME', name)}
else echo 'there is neither systemd nor update-rc.d nor chkconfig on this host' >&2; exit 1
fi
`
}

const sysv: InitSystem = {
  // Of a script without any link `enable` alone does nothing; of one that is disabled `defaults` alone does nothing.
  enable: (unit) =>
    links(unit, 'update-rc.d NAME defaults && update-rc.d NAME enable', 'chkconfig --add NAME && chkconfig NAME on'),
  disable: (unit) => links(unit, 'update-rc.d NAME disable', 'chkconfig NAME off'),
  start: (unit) => tell(unit, 'start'),
  stop: (unit) => tell(unit, 'stop'),
  restart: (unit) => tell(unit, 'restart'),
  reload: (unit) => tell(unit, 'reload'),
  reread: sh``,
}

export function initSystem(init: HostFacts['init']): InitSystem {
  return init === 'systemd' ? systemd : sysv
}

/**
 * Read-only sh that answers for a script of SysV init as systemd does for a unit: LoadState, ActiveState, UnitFileState,
 * and sets `pid`, 0 where nothing says it. Nothing where there is no such script.
 */
export function sysvProbe(unit: string): string {
  const name = scriptName(unit)
  const script = `/etc/init.d/${name}`
  return `if [ -x ${shellQuote(script)} ]; then
  fact LoadState loaded
  if ${shellQuote(script)} status >/dev/null 2>&1 </dev/null; then fact ActiveState active; else fact ActiveState inactive; fi
  for link in /etc/rc[2-5].d/S[0-9][0-9]${name} /etc/rc.d/rc[2-5].d/S[0-9][0-9]${name}; do
    if [ -e "$link" ]; then fact UnitFileState enabled; break; fi
  done
  for file in $(sed -n 's/^# pidfile: *//p; s/^ *[A-Za-z_]*PID[A-Z_]*=["'\\'']\\{0,1\\}\\(\\/[^ "'\\''$]*\\).*/\\1/p' ${shellQuote(script)}) /run/${name}.pid /run/${name}/${name}.pid; do
    if [ -s "$file" ] && read -r said _ <"$file" && [ -d "/proc/$said" ]; then pid=$said; break; fi
  done
fi
`
}
