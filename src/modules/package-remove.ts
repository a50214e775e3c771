import { EXIT, MmhaError } from '../events/error.ts'
import type { PlanContext } from './module.ts'
import type { PackageFacts } from './package.ts'
import { installScript } from './package-install.ts'
import { type RpmManager, rpmInstall } from './rpm-install.ts'
import { type Script, type Step, sh, shellQuote } from './step.ts'
import { REFUSE_TO_RESTART } from './unfinished-server.ts'

/** A server of the pair is upgraded and removed in an order of its own. */
export const SERVER_PACKAGE = /^(mysql|mariadb|percona)-.*server|^(mysql|mariadb)-server/

/** Read-only sh that defines `goes PACKAGE...`: a line for each package that apt would remove with these, these too. */
const APT_GOES = `goes() {
  LC_ALL=C apt-get -s -q -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= remove "$@" | sed -n 's/^Remv \\([^ ]*\\).*/\\1/p'
}
`

/** The same of RPM: what needs one of these, what needs that, until nothing more does. */
const RPM_GOES = `goes() {
  while more=$(LC_ALL=C rpm -e --test "$@" 2>&1 | sed -n 's/.* is needed by (installed) //p' | sort -u); [ -n "$more" ]; do
    for one in $more; do
      name=$(rpm -q --qf '%{NAME}' "$one" 2>/dev/null) || name=\${one%-*-*}
      case " $* " in *" $name "*) ;; *) set -- "$@" "$name" ;; esac
    done
  done
  printf '%s\\n' "$@"
}
`

/** Read-only sh that prints `goes <package>` for all that would go if those of these that are installed were removed. */
export function goesProbe(names: readonly string[]): string {
  const list = names.map(shellQuote).join(' ')
  const told = `[ -z "$here" ] || goes $here | while read -r package; do fact goes "$package"; done`
  return `if command -v dpkg-query >/dev/null; then
${APT_GOES}  here=$(dpkg-query -W -f='\${db:Status-Status} \${Package}\\n' ${list} 2>/dev/null | sed -n 's/^installed //p')
  ${told}
fi
if command -v rpm >/dev/null; then
${RPM_GOES}  here=$(for one in ${list}; do rpm -q "$one" >/dev/null 2>&1 && printf '%s\\n' "$one"; done) || :
  ${told}
fi
`
}

/** Ends with what to do before it is removed where more would go than these. */
function onlyThese(names: readonly string[]): string {
  const these = names.map((one) => ` -e ${shellQuote(one)}`).join('')
  return `others=$(goes ${names.map(shellQuote).join(' ')} | grep -vxF${these} | tr '\\n' ' ' || :)
if [ -n "$others" ]; then
  echo ${shellQuote(`with ${names.join(' ')} would go what needs it:`)} "$others" >&2
  echo 'nothing was removed; remove those first, or leave it installed' >&2
  exit 1
fi
`
}

/** Just these. Their dependencies stay: only a person can say who else uses them by now. */
export function aptRemove(names: readonly string[]): Script {
  return sh`${REFUSE_TO_RESTART}${APT_GOES}${onlyThese(names)}DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 remove ${names.map(shellQuote).join(' ')}\n`
}

/** Dependencies stay, as with apt. */
export function rpmRemove(manager: RpmManager, names: readonly string[]): Script {
  return sh`${RPM_GOES}${onlyThese(names)}${manager} -q -y --setopt=clean_requirements_on_remove=False remove ${names.map(shellQuote).join(' ')}\n`
}

/**
 * Removes what is installed of these. What needs them would go, too: that is shown, and refused unless it was asked for.
 * @throws MmhaError PACKAGE_NEEDED (exit 5)
 */
export function removal(names: readonly string[], dependents: boolean, context: PlanContext<PackageFacts>): Step[] {
  const { host, taskId, taskName, mine } = context
  const { packageManager } = context.facts
  const here = names.filter((one) => mine.installed[one] !== undefined)
  if (here.length === 0 || packageManager === 'none') return []
  const others = mine.goes.filter((one) => !here.includes(one))
  const all = [...here, ...others]
  const refused = (what: string, hint: string) =>
    new MmhaError(what, {
      code: 'PACKAGE_NEEDED',
      source: 'user',
      exit: EXIT.refused,
      host: host.name,
      where: taskName,
      hint,
    })
  const server = all.find((one) => SERVER_PACKAGE.test(one))
  if (server !== undefined)
    throw refused(
      `${server} is a database server: it is not removed`,
      here.includes(server)
        ? 'take mmha off with `mmha teardown`, then remove it yourself'
        : `it needs ${here.join(', ')}: leave that installed`,
    )
  if (others.length > 0 && !dependents)
    throw refused(
      `${here.join(', ')} can't be removed alone: with it would go what needs it: ${others.join(', ')}`,
      'leave it installed, or say `dependents: true`',
    )
  return [
    {
      id: `${taskId}/remove`,
      host: host.name,
      title: `${taskName}: remove ${here.join(' ')}`,
      diff: [
        ...here.map((one) => `- package ${one} ${mine.installed[one]}`),
        ...others.map((one) => `- package ${one} (needs it)`),
      ].join('\n'),
      run: packageManager === 'apt' ? aptRemove(all) : rpmRemove(packageManager, all),
      undo: packageManager === 'apt' ? installScript(all, true) : rpmInstall(packageManager, all),
      // What it brought may run, and stops.
      impact: 'restart',
      undoImpact: 'none',
      notify: [],
    },
  ]
}
