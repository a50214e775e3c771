import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { installationRoot } from './installation-root.ts'
import { BUILD_PACKAGES, buildStep, builtKeepalived, STAMP } from './keepalived-build.ts'
import type { Module, PlanContext } from './module.ts'
import { packageModule, packageProbe } from './package.ts'
import { type Script, type Step, sh, shellQuote } from './step.ts'
import { REFUSE_TO_RESTART } from './unfinished-server.ts'

/** Our package as it was built: its version is the hash of its contents. */
export interface DaemonPackage {
  readonly file: string
  readonly version: string
  /** Bytes. */
  readonly size: number
}

export interface KeepalivedInstallFacts {
  /** Version of our package that dpkg has installed, whole; null: none. */
  readonly installed: string | null
  /** Of the distribution's packages that the engine needs: those that are installed. */
  readonly packages: Readonly<Record<string, string>>
  /** SHA-256 of the tarball that the keepalived under our prefix was built from; null: there is none. */
  readonly stamp: string | null
}

/** Written by every installation of the package. */
export const PACKAGE_LIST = '/var/lib/dpkg/info/mmha-keepalived.list'

const NAME = /^mmha-keepalived_(.+)_(amd64|arm64)\.deb$/

/** Debian's name of a processor; null: there is no runtime for it. */
function archOf(machine: string): 'amd64' | 'arm64' | null {
  return machine === 'x86_64' ? 'amd64' : machine === 'aarch64' ? 'arm64' : null
}

/**
 * The package of this installation for a host: the newest one, since a build leaves the one before.
 * @param machine as `uname -m` says it
 * @throws MmhaError NOT_BUILT
 */
export function builtPackage(machine: string, directory: string = join(installationRoot(), 'dist')): DaemonPackage {
  const arch = archOf(machine)
  const found = namesIn(directory).flatMap((name) => {
    const [, version, built] = NAME.exec(name) ?? []
    if (version === undefined || built !== arch) return []
    const file = join(directory, name)
    const stat = statSync(file, { throwIfNoEntry: false })
    return stat === undefined ? [] : [{ file, version, size: stat.size, time: stat.mtimeMs }]
  })
  const [newest] = found.sort((a, b) => b.time - a.time)
  if (newest === undefined) {
    const what =
      arch === 'amd64'
        ? 'the package of the daemon is not built'
        : `the package of the daemon for ${machine} is not built`
    throw new MmhaError(what, {
      code: 'NOT_BUILT',
      source: 'user',
      exit: EXIT.failed,
      where: directory,
      hint: arch === 'amd64' ? 'npm run build' : HINTS[arch ?? 'none'],
    })
  }
  const { file, version, size } = newest
  return { file, version, size }
}

const HINTS = {
  arm64: 'npm run build:arm64 (it fetches the runtime for these hosts, 40 MB, from the npm registry)',
  none: 'the daemon runs on x86_64 and aarch64: use other hosts',
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/** Who speaks VRRP is there: our daemon's package, the distribution's keepalived, or one built from a tarball. */
export function keepalivedInstall(
  built: (machine: string) => DaemonPackage,
): Module<Record<string, never>, KeepalivedInstallFacts> {
  return {
    name: 'keepalived_install',
    params: z.strictObject({}) as z.ZodType<Record<string, never>>,

    probe: (_params, { inventory }) => {
      const { engine } = inventory.keepalived
      if (engine === 'bundled') return OUR_PACKAGE
      const names = engine === 'package' ? ['keepalived'] : [...new Set(Object.values(BUILD_PACKAGES).flat())]
      const stamp = engine === 'package' ? '' : stampProbe(builtKeepalived(inventory).prefix)
      return `${OUR_PACKAGE}${packageProbe(names)}${stamp}`
    },

    parse: (stdout) => {
      const facts = new FactLines(stdout)
      return { installed: facts.text('ours'), packages: facts.record('installed'), stamp: facts.text('stamp') }
    },

    plan: (_params, context) => {
      const { engine } = context.inventory.keepalived
      if (engine === 'bundled') return ourPackage(built(context.facts.arch), context)
      return engine === 'package' ? packages(['keepalived'], context) : source(context)
    },
  }
}

const OUR_PACKAGE = `${FACT_FUNCTIONS}
if said=$(dpkg-query --show --showformat='\${db:Status-Status} \${Version}' mmha-keepalived 2>/dev/null); then
  case $said in 'installed '*) fact ours "\${said#installed }" ;; esac
fi
`

function stampProbe(prefix: string): string {
  return `if [ -x ${prefix}/sbin/keepalived ] && [ -f ${prefix}/${STAMP} ]; then fact stamp "$(cat ${prefix}/${STAMP})"; fi
`
}

type Context = PlanContext<KeepalivedInstallFacts>

function ourPackage({ file, version, size }: DaemonPackage, { mine, facts, host, taskId }: Context): Step[] {
  if (mine.installed === version) return []
  const to = `/var/cache/mmha/mmha-keepalived_${version}_${archOf(facts.arch) ?? 'all'}.deb`
  return [
    {
      id: taskId,
      host: host.name,
      title: `mmha-keepalived ${version}`,
      diff: `${mine.installed === null ? '' : `- mmha-keepalived ${mine.installed}\n`}+ mmha-keepalived ${version}`,
      payload: { file, size, to },
      run: sh`trap 'rm -f ${shellQuote(to)}' EXIT
export DEBIAN_FRONTEND=noninteractive
${REFUSE_TO_RESTART}dpkg --configure -a
apt-get -q -y --no-install-recommends --allow-downgrades -o DPkg::Lock::Timeout=120 install ${shellQuote(to)}
`,
      undo:
        mine.installed === null
          ? purgeOurPackage()
          : { none: `the build ${mine.installed} is not kept: provision with the mmha that had it` },
      // Installing leaves a running daemon as it is: its restart is a step of its service's task.
      impact: 'none',
      notify: [],
      writes: [PACKAGE_LIST],
    },
  ]
}

export function purgeOurPackage(): Script {
  return sh`${REFUSE_TO_RESTART}DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 purge mmha-keepalived\n`
}

/** Of the distribution; nothing is started, and what is there stays as it is. */
function packages(names: readonly string[], context: Context): readonly Step[] {
  const found = ({ packages }: KeepalivedInstallFacts) => ({ installed: packages, newer: {}, goes: [] })
  const [mine, theirs] = [found(context.mine), found(context.theirs)]
  return packageModule.plan(
    { name: names, state: 'present', start: false, dependents: false },
    { ...context, mine, theirs },
  )
}

function source(context: Context): readonly Step[] {
  const { inventory, facts, mine, host, taskId, taskName } = context
  const built = builtKeepalived(inventory)
  if (mine.stamp === built.tarball.sha256) return []
  const needed = packages(BUILD_PACKAGES[facts.packageManager === 'apt' ? 'apt' : 'rpm'], context)
  const title = `${taskName}: build keepalived ${built.version}`
  const build: Step = {
    id: `${taskId}/build`,
    host: host.name,
    title,
    impact: 'none',
    notify: [],
    ...buildStep(built),
  }
  return [...needed, build]
}
