import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import type { Module, PlanContext } from './module.ts'
import { type Step, sh, shellQuote } from './step.ts'

type Flavour = 'mysql' | 'mariadb'

/** What the host's package manager knows about database servers. */
export interface MysqlServerFacts {
  /** Package → version that would be installed; packages without one are absent. Empty before the first update. */
  readonly candidates: Readonly<Record<string, string>>
  /** A unit would start a server. Its program alone may be what a cut-off installation left behind. */
  readonly unit: boolean
  /** No server runs, and an installation was cut off: the power, or the link, went in the middle of it. */
  readonly interrupted: boolean
}

const PACKAGE: Readonly<Record<Flavour, string>> = { mysql: 'mysql-server', mariadb: 'mariadb-server' }

function flavourOf(name: string): Flavour {
  return name.startsWith('mariadb') ? 'mariadb' : 'mysql'
}

/** Packages that may be installed here, best first: what the inventory says, what the peer has, MySQL before MariaDB. */
function wanted(context: PlanContext<MysqlServerFacts>): readonly string[] {
  const { flavour, package: name } = context.inventory.server
  if (name !== null) return [name]
  const fixed = flavour === 'auto' ? (context.peerFacts.server?.flavour ?? null) : flavour
  return fixed === null ? [PACKAGE.mysql, PACKAGE.mariadb] : [PACKAGE[fixed]]
}

function refuse(context: PlanContext<MysqlServerFacts>, message: string, hint: string): MmhaError {
  return new MmhaError(message, {
    code: 'SERVER_UNFIT',
    source: 'user',
    exit: EXIT.refused,
    host: context.host.name,
    where: context.taskName,
    hint,
  })
}

function checkInstalled(context: PlanContext<MysqlServerFacts>, flavour: Flavour): void {
  const { server } = context.inventory
  const asked = server.flavour === 'auto' ? null : server.flavour
  if (asked !== null && asked !== flavour) {
    const hint = `set server.flavour to ${flavour}, or remove that server yourself`
    throw refuse(context, `the inventory asks for ${asked}, but ${flavour} is installed`, hint)
  }
  const other = context.peerFacts.server?.flavour
  if (other !== undefined && other !== flavour) {
    const hint = 'both hosts need the same server: replace one of them'
    throw refuse(context, `${flavour} is installed here and ${other} on ${context.peer.name}`, hint)
  }
}

function install(context: PlanContext<MysqlServerFacts>, names: readonly string[]): Step {
  const known = names.find((name) => context.mine.candidates[name] !== undefined)
  const version = known === undefined ? undefined : context.mine.candidates[known]
  const shown = known === undefined ? names.join(' or ') : `${known} ${version}`
  return {
    id: context.taskId,
    host: context.host.name,
    title: `install ${shown}`,
    diff: `+ package ${shown}`,
    // The first name that the package manager can install: MySQL is not in every distribution.
    run: sh`export DEBIAN_FRONTEND=noninteractive
chosen=
pick() {
  for name in ${names.map(shellQuote).join(' ')}; do
    version=$(apt-cache policy "$name" | sed -n 's/^  Candidate: //p')
    if [ -n "$version" ] && [ "$version" != '(none)' ]; then chosen=$name; return; fi
  done
}
pick
if [ -z "$chosen" ]; then apt-get -q update; pick; fi
if [ -z "$chosen" ]; then
  echo "none of ${names.join(', ')} can be installed from this host's package sources" >&2
  exit 1
fi
dpkg --configure -a || apt-get -q -y -o DPkg::Lock::Timeout=120 --fix-broken install
apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold install "$chosen"
`,
    undo: { none: 'a server with a data directory is not removed by a machine: apt-get remove it yourself' },
    impact: 'none',
    notify: [],
  }
}

function finishInstallation(context: PlanContext<MysqlServerFacts>): Step {
  return {
    id: context.taskId,
    host: context.host.name,
    title: 'finish an installation that was cut off',
    diff: '~ packages are unpacked, and not configured',
    run: sh`export DEBIAN_FRONTEND=noninteractive
dpkg --configure -a --force-confold || :
apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 --fix-broken install
`,
    undo: { none: 'half an installation is nothing to go back to' },
    impact: 'none',
    notify: [],
  }
}

/**
 * A database server on both hosts, of the same flavour. Without a word in the inventory: what is installed, else
 * `mysql-server` where the distribution has it, else `mariadb-server`.
 */
export const mysqlServer: Module<Record<string, never>, MysqlServerFacts> = {
  name: 'mysql_server',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,

  probe: (_params, { inventory }) => {
    const named = inventory.server.package
    const names = named === null ? Object.values(PACKAGE) : [named]
    return `${FACT_FUNCTIONS}
for directory in /etc /usr/lib /lib; do
  for unit in mysql mysqld mariadb; do
    if [ -e "$directory/systemd/system/$unit.service" ]; then fact unit "$unit"; fi
  done
done
# Only where no server is installed: the package cache costs a tenth of a second.
if command -v apt-cache >/dev/null && ! pidof mysqld mariadbd >/dev/null; then
  apt-cache policy ${names.map(shellQuote).join(' ')} 2>/dev/null |
    sed -n 's/^\\([^ ].*\\):$/\\1/p; s/^  Candidate: //p' |
    while read -r name && read -r version; do
      [ "$version" = '(none)' ] || fact candidate "$name" "$version"
    done
fi
if command -v dpkg >/dev/null && ! pidof mysqld mariadbd >/dev/null && [ -n "$(dpkg --audit 2>/dev/null)" ]; then
  fact interrupted yes
fi
`
  },

  parse: (stdout) => {
    const facts = new FactLines(stdout)
    return {
      candidates: facts.record('candidate'),
      unit: facts.text('unit') !== null,
      interrupted: facts.flag('interrupted'),
    }
  },

  plan: (_params, context) => {
    const { server, packageManager } = context.facts
    if (server !== null && (server.running || context.mine.unit)) {
      checkInstalled(context, server.flavour)
      return context.mine.interrupted ? [finishInstallation(context)] : []
    }
    if (packageManager !== 'apt') {
      const hint = 'install the database server yourself, then run this again'
      throw refuse(context, 'a server can only be installed with apt so far', hint)
    }
    const names = wanted(context)
    const known = names.filter((name) => context.mine.candidates[name] !== undefined)
    const other = context.theirs.candidates
    if (context.peerFacts.server === null && known.length > 0 && Object.keys(other).length > 0) {
      const theirChoice = names.find((name) => other[name] !== undefined)
      if (theirChoice !== undefined && known[0] !== undefined && flavourOf(theirChoice) !== flavourOf(known[0])) {
        const hint = 'set server.flavour in the inventory, or give both hosts the same package sources'
        throw refuse(context, `${known[0]} would be installed here and ${theirChoice} on ${context.peer.name}`, hint)
      }
    }
    return [install(context, names)]
  },
}
