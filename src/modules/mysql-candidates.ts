import type { ServerFacts } from '../hosts/host-facts.ts'
import type { FactLines } from './fact-lines.ts'
import { shellQuote } from './step.ts'

/** A package that can be installed and brings a database server. */
export interface Candidate {
  readonly name: string
  /** Of the package: an empty one that only depends on the server may have a number of its own. */
  readonly version: string
  /** The server that comes with it; null where the package manager can't say. */
  readonly server: Pick<ServerFacts, 'flavour' | 'version'> | null
  /** How many packages are installed with it. */
  readonly others: number
}

/**
 * Read-only sh, after FACT_FUNCTIONS, that prints the facts of `parseCandidates`. Where the host's package lists have none of the names (a
 * cloud image comes without lists), its sources are asked once, into lists that are thrown away.
 */
export function candidateProbe(names: readonly string[]): string {
  // Asked like this, apt writes neither its caches nor a log of what it would do: a plan only reads.
  return `apt_options='-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Dir::Log::Planner=/dev/null'
candidates() {
  found=no
  for offer in ${names.map(shellQuote).join(' ')}; do
    version=$(apt-cache $apt_options policy "$offer" 2>/dev/null | sed -n 's/^  Candidate: //p')
    case $version in ''|'(none)') continue ;; esac
    found=yes
    fact candidate "$offer" "$version"
    LC_ALL=C apt-get $apt_options -q -s --no-install-recommends install "$offer" 2>/dev/null |
      sed -n 's/^Inst \\([^ ]*\\) .*(\\([^ ]*\\) .*/\\1 \\2/p' |
      { count=0
        while read -r package number; do
          count=$((count + 1))
          case $package in *server*) fact brings "$offer" "$package" "$number" ;; esac
        done
        fact packages "$offer" "$count"; }
  done
  [ "$found" = yes ]
}
if ! candidates; then
  lists=$(mktemp -d)
  trap 'rm -rf "$lists"' EXIT
  # The user that apt fetches as has to get in.
  chmod 755 "$lists"
  apt_options="$apt_options -o Dir::State::Lists=$lists/lists -o Dir::Cache=$lists/cache"
  (umask 022; mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial")
  said=$(timeout 120 apt-get $apt_options -q update 2>&1) || fact apt_said "$(printf '%s\\n' "$said" | grep '^[EW]:' | tail -n 1)"
  candidates || :
fi
`
}

export function parseCandidates(facts: FactLines): readonly Candidate[] {
  const packages = facts.record('packages')
  const brings = facts.rows('brings')
  return facts.rows('candidate').map(([name = '', version = '']) => ({
    name,
    version,
    server: serverIn(brings.flatMap(([by, brought = '', number = '']) => (by === name ? [[brought, number]] : []))),
    others: Math.max(0, Number(packages[name] ?? 1) - 1),
  }))
}

/** Packages that hold the server's program, in the words of Debian, Ubuntu, MySQL, MariaDB and Percona. */
const PROGRAM = [
  /^(mysql|mariadb|mysql-community|percona-server)-server-core/,
  /^percona-server-server/,
  /^(mysql|mariadb|mysql-community)-server/,
]

function serverIn(brought: readonly (readonly string[])[]): Candidate['server'] {
  for (const pattern of PROGRAM) {
    const [name = '', version = ''] = brought.find(([one = '']) => pattern.test(one)) ?? []
    // `1:10.11.14-0+deb12u2`: epoch, the server's own version, the package's revision.
    const number = /^(?:\d+:)?(\d+\.\d+(?:\.\d+)?)/.exec(version)?.[1]
    if (number === undefined) continue
    return name.startsWith('mariadb')
      ? { flavour: 'mariadb', version: `${number}-MariaDB` }
      : { flavour: 'mysql', version: number }
  }
  return null
}
