import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { type PairReadyFacts, pairReady } from './pair-ready.ts'

/** A package of the server's source. */
export interface ServerPackage {
  readonly name: string
  readonly installed: string
  /** What the package sources offer that is newer; null: nothing. */
  readonly newer: string | null
}

export interface MysqlUpgradeFacts extends PairReadyFacts {
  /** Package that the server's program is of; null: of none. */
  readonly owner: string | null
  readonly packages: readonly ServerPackage[]
  /** An installation was cut off. */
  readonly interrupted: boolean
  /** The server runs a program that is no longer there: it was replaced under it. */
  readonly stale: boolean
}

/** Read-only sh. Packages of one source belong together: server, its core, clients. */
export const UPGRADE_PROBE = `${FACT_FUNCTIONS}
for program in /usr/sbin/mariadbd /usr/libexec/mariadbd /usr/sbin/mysqld /usr/libexec/mysqld; do
  [ -x "$program" ] && break
done
program=$(readlink -f "$program")
for process in $(pidof mysqld mariadbd); do
  case $(readlink "/proc/$process/exe") in *' (deleted)') fact stale yes ;; esac
done
if command -v dpkg-query >/dev/null; then
  # On a merged /usr a package may know its file under either name.
  owner=$(dpkg-query -S "$program" "\${program#/usr}" 2>/dev/null | sed -n 's/[:,].*//p' | head -n 1)
  if [ -n "$owner" ]; then
    fact owner "$owner"
    source=$(dpkg-query -W -f='\${source:Package}' "$owner")
    packages=$(dpkg-query -W -f='\${db:Status-Status} \${source:Package} \${Package} \${Version}\\n' |
      while read -r status from package version; do
        [ "$from" = "$source" ] && [ "$status" != config-files ] && [ "$status" != not-installed ] && echo "$package $version"
      done)
    # shellcheck disable=SC2046 # one word a package
    apt-cache -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= policy $(printf '%s\\n' "$packages" | cut -d ' ' -f 1) 2>/dev/null |
      sed -n 's/^\\([^ ].*\\):$/\\1/p; s/^  Candidate: //p' | paste - - |
      while read -r package candidate; do
        version=$(printf '%s\\n' "$packages" | sed -n "s/^$package //p")
        if [ "$candidate" != '(none)' ] && dpkg --compare-versions "$version" lt "$candidate"; then
          fact package "$package" "$version" "$candidate"
        else fact package "$package" "$version"
        fi
      done
  fi
  if [ -n "$(dpkg --audit 2>/dev/null)" ]; then fact interrupted yes; fi
fi
`

export function parseUpgrade(stdout: string): MysqlUpgradeFacts {
  const facts = new FactLines(stdout)
  return {
    ...pairReady.parse(stdout),
    owner: facts.text('owner'),
    packages: facts
      .rows('package')
      .map(([name = '', installed = '', newer = '']) => ({ name, installed, newer: newer === '' ? null : newer })),
    interrupted: facts.flag('interrupted'),
    stale: facts.flag('stale'),
  }
}

/** `9.7` of `9.7.4-2`, `10.11` of `1:10.11.14-0+deb12u2`. */
export function seriesOf(version: string): string {
  return /^(?:\d+:)?(\d+\.\d+)/.exec(version)?.[1] ?? version
}
