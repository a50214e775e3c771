import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { installationRoot } from './installation-root.ts'
import type { Module } from './module.ts'
import { sh, shellQuote } from './step.ts'

/** Our package as it was built: its version is the hash of its contents. */
export interface DaemonPackage {
  readonly file: string
  readonly version: string
  /** Bytes. */
  readonly size: number
}

export interface KeepalivedInstallFacts {
  /** Version that dpkg has installed, whole; null: none. */
  readonly installed: string | null
}

/** Written by every installation of the package. */
export const PACKAGE_LIST = '/var/lib/dpkg/info/mmha-keepalived.list'

const NAME = /^mmha-keepalived_(.+)_amd64\.deb$/

/** The package of this installation: the newest one, since a build leaves the one before. @throws MmhaError NOT_BUILT */
export function builtPackage(directory: string = join(installationRoot(), 'dist')): DaemonPackage {
  const found = namesIn(directory).flatMap((name) => {
    const version = NAME.exec(name)?.[1]
    if (version === undefined) return []
    const file = join(directory, name)
    const stat = statSync(file, { throwIfNoEntry: false })
    return stat === undefined ? [] : [{ file, version, size: stat.size, time: stat.mtimeMs }]
  })
  const [newest] = found.sort((a, b) => b.time - a.time)
  if (newest === undefined) {
    throw new MmhaError('the package of the daemon is not built', {
      code: 'NOT_BUILT',
      source: 'user',
      exit: EXIT.failed,
      where: directory,
      hint: 'npm run build',
    })
  }
  const { file, version, size } = newest
  return { file, version, size }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/** The daemon with its runtime, as our Debian package, through the host's own package manager; nothing is downloaded. */
export function keepalivedInstall(built: () => DaemonPackage): Module<Record<string, never>, KeepalivedInstallFacts> {
  return {
    name: 'keepalived_install',
    params: z.strictObject({}) as z.ZodType<Record<string, never>>,

    probe: () => `${FACT_FUNCTIONS}
if said=$(dpkg-query --show --showformat='\${db:Status-Status} \${Version}' mmha-keepalived 2>/dev/null); then
  case $said in 'installed '*) fact installed "\${said#installed }" ;; esac
fi
`,

    parse: (stdout) => {
      return { installed: new FactLines(stdout).text('installed') }
    },

    plan: (_params, { mine, host, taskId, taskName }) => {
      const { file, version, size } = built()
      if (mine.installed === version) return []
      const to = `/var/cache/mmha/mmha-keepalived_${version}_amd64.deb`
      return [
        {
          id: taskId,
          host: host.name,
          title: `${taskName} ${version}`,
          diff: `${mine.installed === null ? '' : `- mmha-keepalived ${mine.installed}\n`}+ mmha-keepalived ${version}`,
          payload: { file, size, to },
          run: sh`trap 'rm -f ${shellQuote(to)}' EXIT
export DEBIAN_FRONTEND=noninteractive
dpkg --configure -a
apt-get -q -y --no-install-recommends --allow-downgrades -o DPkg::Lock::Timeout=120 install ${shellQuote(to)}
`,
          undo:
            mine.installed === null
              ? sh`DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 purge mmha-keepalived\n`
              : { none: `the build ${mine.installed} is not kept: provision with the mmha that had it` },
          // Installing leaves a running daemon as it is: its restart is a step of its service's task.
          impact: 'none',
          notify: [],
          writes: [PACKAGE_LIST],
        },
      ]
    },
  }
}
