import { joined, type Text } from '../events/message.ts'
import { wizard } from '../events/messages/wizard.ts'
import type { HostFacts } from '../hosts/host-facts.ts'
import { familyOf } from '../mysql/dialect.ts'
import { describeServer } from './describe-host.ts'
import type { Choice } from './question.ts'

export type Flavour = 'auto' | 'mysql' | 'mariadb'

/** Versions that a host's own package manager would install, `8.4.3-1`, null: none; or 'unknown' when its lists were never fetched. */
export type Packages = { readonly mysql: string | null; readonly mariadb: string | null } | 'unknown'

export type ServerChoices =
  | { readonly kind: 'ask'; readonly choices: readonly Choice[]; readonly preferred: Flavour }
  /** The pair can't be built as the hosts are. */
  | { readonly kind: 'refused'; readonly problem: Text }

/**
 * Which servers the pair may run. A server that is there decides: it stays. Two flavours can't replicate to each other
 * in both directions, so hosts that differ are refused.
 */
export function serverChoices(
  facts: readonly [HostFacts, HostFacts],
  packages: readonly [Packages, Packages],
): ServerChoices {
  const [a, b] = [facts[0].server, facts[1].server]
  const there = a ?? b
  if (there === null) return fresh(packages)
  if (a !== null && b !== null && a.flavour !== b.flavour) {
    return {
      kind: 'refused',
      problem: wizard('wizard.server.differ', { first: describeServer(a), second: describeServer(b) }),
    }
  }
  const keep: Choice = {
    value: there.flavour,
    label: wizard('wizard.server.keep', { name: familyOf(there.flavour).name }),
    description: wizard('wizard.server.both', { first: describeServer(a), second: describeServer(b) }),
  }
  return { kind: 'ask', choices: [keep], preferred: there.flavour }
}

function fresh(packages: readonly [Packages, Packages]): ServerChoices {
  const choices = [choiceOf('mysql', 'MySQL', packages), choiceOf('mariadb', 'MariaDB', packages)]
  if (packages.includes('unknown')) {
    const auto: Choice = {
      value: 'auto',
      label: wizard('wizard.server.auto'),
      description: wizard('wizard.server.auto.why'),
    }
    return { kind: 'ask', choices: [auto, ...choices], preferred: 'auto' }
  }
  const offered = choices.find((each) => each.disabled === undefined)
  if (offered === undefined) {
    return {
      kind: 'refused',
      problem: wizard('wizard.server.none'),
    }
  }
  return { kind: 'ask', choices, preferred: offered.value }
}

function choiceOf(
  value: 'mysql' | 'mariadb',
  name: string,
  packages: readonly [Packages, Packages],
): Choice & { readonly value: 'mysql' | 'mariadb' } {
  const versions = packages.map((host) => (host === 'unknown' ? 'unknown' : host[value]))
  const missing = versions.flatMap((version, i) =>
    version === null ? [wizard('wizard.server.host', { index: i + 1 })] : [],
  )
  if (missing.length > 0) {
    return { value, label: name, disabled: wizard('wizard.server.missing', { hosts: joined(missing, 'and') }) }
  }
  const known = [...new Set(versions)].filter((version) => version !== 'unknown')
  return { value, label: [name, known.join(' and ')].join(' ').trim() }
}

/** Read-only: what the host's package manager would install. One call: without a cache each takes half a second. */
export const PACKAGES_SCRIPT = `export LC_ALL=C
if ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1; then
  apt-cache policy mysql-server mariadb-server 2>/dev/null
else
  echo unknown
fi
`

/** Reads `apt-cache policy`: a package it has never heard of has no section, one without a version says `(none)`. */
export function parsePackages(stdout: string): Packages {
  const text = stdout.trim()
  if (text === 'unknown' || text === '') return text === 'unknown' ? 'unknown' : { mysql: null, mariadb: null }
  const candidate = (name: string) => {
    const section = text.split(/^(?=\S+:$)/m).find((part) => part.startsWith(`${name}:\n`)) ?? ''
    const version = /^ +Candidate: (\S+)$/m.exec(section)?.[1] ?? '(none)'
    return version === '(none)' ? null : version
  }
  return { mysql: candidate('mysql-server'), mariadb: candidate('mariadb-server') }
}
