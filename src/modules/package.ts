import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import type { Module } from './module.ts'
import { sh, shellQuote } from './step.ts'

export interface PackageParams {
  readonly name: readonly string[]
  /** Whether what the packages bring may start at once, as Debian's do. */
  readonly start: boolean
}

export interface PackageFacts {
  /** Package → version of those that are installed. */
  readonly installed: Readonly<Record<string, string>>
}

const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'not a package name')

/** Packages of the distribution, installed in one go. Never upgrades and never removes one. */
export const packageModule: Module<PackageParams, PackageFacts> = {
  name: 'package',
  params: z.strictObject({
    name: z.union([packageName.transform((name) => [name]), z.array(packageName).min(1, 'name a package')]),
    state: z.literal('present').default('present'),
    start: z.boolean().default(true),
  }),

  probe: ({ name }) => `${FACT_FUNCTIONS}
if command -v dpkg-query >/dev/null; then
  dpkg-query -W -f='\${db:Status-Status} \${Package} \${Version}\\n' ${name.map(shellQuote).join(' ')} 2>/dev/null |
    while read -r status package version; do
      [ "$status" = installed ] && fact installed "$package" "$version"
    done
fi
:
`,

  parse: (stdout) => ({ installed: new FactLines(stdout).record('installed') }),

  plan: ({ name, start }, context) => {
    const missing = name.filter((one) => context.mine.installed[one] === undefined)
    if (missing.length === 0) return []
    if (context.facts.packageManager !== 'apt') {
      throw new MmhaError(
        `${missing.join(', ')} can't be installed on ${context.host.name}: only apt is supported so far`,
        {
          code: 'PACKAGE_MANAGER',
          source: 'user',
          exit: EXIT.refused,
          host: context.host.name,
          where: context.taskName,
          hint: `install ${missing.join(' ')} there yourself, then run this again`,
        },
      )
    }
    return [
      {
        id: context.taskId,
        host: context.host.name,
        title: `${context.taskName}: install ${missing.join(' ')}`,
        diff: missing.map((one) => `+ package ${one}`).join('\n'),
        run: installScript(missing, start),
        // Its dependencies stay: only a person can say who else uses them by now.
        undo: sh`DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 remove ${missing.map(shellQuote).join(' ')}\n`,
        impact: 'none',
        notify: [],
      },
    ]
  },
}

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
  return sh`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
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
