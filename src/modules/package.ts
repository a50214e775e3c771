import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import type { Module, PlanContext } from './module.ts'
import { installScript } from './package-install.ts'
import { aptRemove, goesProbe, removal, rpmRemove, SERVER_PACKAGE } from './package-remove.ts'
import { rpmInstall, rpmNewer, rpmProbe, rpmUpgrade } from './rpm-install.ts'
import { type Step, shellQuote } from './step.ts'

export interface PackageParams {
  readonly name: readonly string[]
  /** latest: also what the package sources have newer, as the host's lists (dnf: its cached metadata) know them. */
  readonly state: 'present' | 'latest' | 'absent'
  /** Whether what the packages bring may start at once, as Debian's do. */
  readonly start: boolean
  /** absent: also what needs them. */
  readonly dependents: boolean
}

export interface PackageFacts {
  /** Package → version of those that are installed. */
  readonly installed: Readonly<Record<string, string>>
  /** Package → newer version that can be had; asked for `latest` only. */
  readonly newer: Readonly<Record<string, string>>
  /** What would go if those that are installed were removed, themselves too; asked for `absent` only. */
  readonly goes: readonly string[]
}

const packageName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9+._-]+$/, 'not a package name')

/** Read-only sh that prints `installed <package> <version>` for those of these that are. */
export function packageProbe(name: readonly string[]): string {
  return `${FACT_FUNCTIONS}
if command -v dpkg-query >/dev/null; then
  dpkg-query -W -f='\${db:Status-Status} \${Package} \${Version}\\n' ${name.map(shellQuote).join(' ')} 2>/dev/null |
    while read -r status package version; do
      [ "$status" = installed ] && fact installed "$package" "$version"
    done
fi
${rpmProbe(name)}:
`
}

/** Packages of the distribution, installed in one go. Upgrades and removes them when it is asked to, makes none older. */
export const packageModule: Module<PackageParams, PackageFacts> = {
  name: 'package',
  params: z.strictObject({
    name: z.union([packageName.transform((name) => [name]), z.array(packageName).min(1, 'name a package')]),
    state: z.enum(['present', 'latest', 'absent']).default('present'),
    start: z.boolean().default(true),
    dependents: z.boolean().default(false),
  }),

  probe: ({ name, state }) =>
    `${packageProbe(name)}${state === 'latest' ? `${aptNewer(name)}${rpmNewer(name)}` : state === 'absent' ? goesProbe(name) : ''}`,

  parse: (stdout) => {
    const facts = new FactLines(stdout)
    return { installed: facts.record('installed'), newer: facts.record('newer'), goes: facts.texts('goes') }
  },

  plan: ({ name, state, start, dependents }, context) => {
    if (state === 'absent') return removal(name, dependents, context)
    const missing = name.filter((one) => context.mine.installed[one] === undefined)
    const upgrades = state === 'latest' ? upgrade(name, start, context) : []
    if (missing.length === 0) return upgrades
    const { packageManager } = context.facts
    if (packageManager === 'none') throw noManager(missing, context)
    return [
      {
        id: context.taskId,
        host: context.host.name,
        title: `${context.taskName}: install ${missing.join(' ')}`,
        diff: missing.map((one) => `+ package ${one}`).join('\n'),
        // Nothing of RPM's starts by being installed.
        run: packageManager === 'apt' ? installScript(missing, start) : rpmInstall(packageManager, missing),
        undo: packageManager === 'apt' ? aptRemove(missing) : rpmRemove(packageManager, missing),
        impact: 'none',
        notify: [],
      },
      ...upgrades,
    ]
  },
}

/** Read-only sh: a newer version of those that are installed, as apt's lists have it. */
function aptNewer(names: readonly string[]): string {
  return `if command -v apt-cache >/dev/null; then
  printf '%s\\n' ${names.map(shellQuote).join(' ')} | while read -r package; do
    version=$(dpkg-query -W -f='\${Version}' "$package" 2>/dev/null) || continue
    candidate=$(apt-cache -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= policy "$package" | sed -n 's/^  Candidate: //p')
    if [ -n "$version" ] && dpkg --compare-versions "$version" lt "\${candidate:-0}"; then fact newer "$package" "$candidate"; fi
  done
fi
`
}

function upgrade(names: readonly string[], start: boolean, context: PlanContext<PackageFacts>): Step[] {
  const { packageManager } = context.facts
  const refused = (what: string, hint: string) =>
    new MmhaError(what, {
      code: 'PACKAGE_LATEST',
      source: 'user',
      exit: EXIT.refused,
      host: context.host.name,
      where: context.taskName,
      hint,
    })
  const server = names.find((one) => SERVER_PACKAGE.test(one))
  if (server !== undefined) {
    const hint = 'use playbooks/upgrade-mysql.yml: the standby first, then a switch, then the other'
    throw refused(`${server} is a database server: state: latest would restart the one that holds the VIP`, hint)
  }
  if (packageManager === 'none') throw noManager(names, context)
  const newer = names.flatMap((name) => {
    const [from, to] = [context.mine.installed[name], context.mine.newer[name]]
    return from === undefined || to === undefined ? [] : [{ name, from, to }]
  })
  if (newer.length === 0) return []
  return [
    {
      id: `${context.taskId}/upgrade`,
      host: context.host.name,
      title: `${context.taskName}: upgrade ${newer.map(({ name }) => name).join(' ')}`,
      diff: newer.map(({ name, from, to }) => `- package ${name} ${from}\n+ package ${name} ${to}`).join('\n'),
      run:
        packageManager === 'apt'
          ? installScript(
              newer.map(({ name, to }) => `${name}=${to}`),
              start,
            )
          : rpmUpgrade(packageManager, newer),
      undo: { none: 'a package is not made older: install the former version yourself' },
      impact: 'none',
      notify: [],
    },
  ]
}

function noManager(names: readonly string[], { host, taskName }: PlanContext<PackageFacts>): MmhaError {
  return new MmhaError(`${names.join(', ')} can't be installed on ${host.name}: it has neither apt nor dnf nor yum`, {
    code: 'PACKAGE_MANAGER',
    source: 'user',
    exit: EXIT.refused,
    host: host.name,
    where: taskName,
    hint: `install ${names.join(' ')} there yourself, then run this again`,
  })
}
