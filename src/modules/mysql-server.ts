import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import type { Module, PlanContext } from './module.ts'
import { type Candidate, candidateProbe, parseCandidates } from './mysql-candidates.ts'
import { type Step, sh, shellQuote } from './step.ts'

type Flavour = 'mysql' | 'mariadb'
type Context = PlanContext<MysqlServerFacts>

/** What the host's package manager knows about database servers. */
export interface MysqlServerFacts {
  /** What can be installed; asked only where no server runs. */
  readonly candidates: readonly Candidate[]
  /** Why the package sources could not be read; null: they could. */
  readonly sourcesSay: string | null
  /** A unit would start a server. Its program alone may be what a cut-off installation left behind. */
  readonly unit: boolean
  /** It starts with the host. */
  readonly atBoot: boolean
  /** No server runs, and an installation was cut off: the power, or the link, went in the middle of it. */
  readonly interrupted: boolean
}

const PACKAGE: Readonly<Record<Flavour, string>> = { mysql: 'mysql-server', mariadb: 'mariadb-server' }

/** Whatever the package calls it. */
export const UNITS = 'mysql.service mysqld.service mariadb.service'

function flavourOf(name: string): Flavour {
  return name.startsWith('mariadb') ? 'mariadb' : 'mysql'
}

/** Packages that may be installed here, best first: what the inventory says, what the peer has, MySQL before MariaDB. */
function wanted(context: Context): readonly string[] {
  const { flavour, package: name } = context.inventory.server
  if (name !== null) return [name]
  const fixed = flavour === 'auto' ? (context.peerFacts.server?.flavour ?? null) : flavour
  return fixed === null ? [PACKAGE.mysql, PACKAGE.mariadb] : [PACKAGE[fixed]]
}

function refuse(context: Context, message: string, hint: string): MmhaError {
  return new MmhaError(message, {
    code: 'SERVER_UNFIT',
    source: 'user',
    exit: EXIT.refused,
    host: context.host.name,
    where: context.taskName,
    hint,
  })
}

function checkInstalled(context: Context, flavour: Flavour): void {
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

/** The package that would be installed here; null: none of these can be. */
function choose(context: Context): Candidate | null {
  return first(wanted(context), context.mine.candidates)
}

function first(names: readonly string[], candidates: readonly Candidate[]): Candidate | null {
  return names.flatMap((name) => candidates.filter((candidate) => candidate.name === name))[0] ?? null
}

function isInstalled({ facts, mine }: Context): boolean {
  return facts.server !== null && (facts.server.running || mine.unit)
}

function install(context: Context, { name, version, others }: Candidate): Step {
  return {
    id: context.taskId,
    host: context.host.name,
    title: `install ${name} ${version}`,
    diff: `+ package ${name} ${version}${others === 0 ? '' : `, with ${others} others`}`,
    run: sh`export DEBIAN_FRONTEND=noninteractive
get() { apt-get -q -y -o DPkg::Lock::Timeout=120 "$@"; }
install() { get --no-install-recommends -o Dpkg::Options::=--force-confold install ${shellQuote(name)}; }
updated=no
if ! apt-cache policy ${shellQuote(name)} | grep -q '^  Candidate: [^(]'; then
  get update
  updated=yes
fi
dpkg --configure -a || get --fix-broken install
# It is started once it has its settings: started before, it would only be restarted. /run forgets it with the power.
trap 'systemctl --runtime unmask ${UNITS}' EXIT
systemctl --runtime mask ${UNITS}
# Lists that are older than what the sources have name files that are gone.
install || { [ "$updated" = no ] && get update && install; }
systemctl --runtime unmask ${UNITS}
# The package's own scripts left a masked unit disabled.
systemctl enable ${flavourOf(name)}.service
`,
    undo: { none: 'a server with a data directory is not removed by a machine: apt-get remove it yourself' },
    impact: 'none',
    notify: [],
  }
}

function finishInstallation(context: Context, unit: string): Step {
  return {
    id: context.taskId,
    host: context.host.name,
    title: 'finish an installation that was cut off',
    diff: '~ packages are unpacked, and not configured',
    run: sh`export DEBIAN_FRONTEND=noninteractive
systemctl --runtime unmask ${UNITS}
dpkg --configure -a --force-confold || :
apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 --fix-broken install
systemctl enable ${shellQuote(`${unit}.service`)}
`,
    undo: { none: 'half an installation is nothing to go back to' },
    impact: 'none',
    notify: [],
  }
}

/** A host that comes back from a power loss without its database is no standby. */
function startAtBoot(context: Context, unit: string): Step {
  return {
    id: context.taskId,
    host: context.host.name,
    title: `start ${unit} with the host`,
    diff: '- disabled\n+ enabled',
    run: sh`systemctl enable ${shellQuote(unit)}\n`,
    undo: sh`systemctl disable ${shellQuote(unit)}\n`,
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
for wish in /etc/systemd/system/*.wants/mysql.service /etc/systemd/system/*.wants/mysqld.service /etc/systemd/system/*.wants/mariadb.service; do
  if [ -L "$wish" ]; then fact at_boot yes; fi
done
# Only where no server is installed: the package cache costs a tenth of a second.
if command -v apt-cache >/dev/null && ! pidof mysqld mariadbd >/dev/null; then
${candidateProbe(names)}fi
if command -v dpkg >/dev/null && ! pidof mysqld mariadbd >/dev/null && [ -n "$(dpkg --audit 2>/dev/null)" ]; then
  fact interrupted yes
fi
`
  },

  parse: (stdout) => {
    const facts = new FactLines(stdout)
    return {
      candidates: parseCandidates(facts),
      sourcesSay: facts.text('apt_said'),
      unit: facts.text('unit') !== null,
      atBoot: facts.flag('at_boot'),
      interrupted: facts.flag('interrupted'),
    }
  },

  plan: (_params, context) => {
    const { server, packageManager } = context.facts
    if (server !== null && isInstalled(context)) {
      checkInstalled(context, server.flavour)
      if (context.mine.interrupted) return [finishInstallation(context, server.unit)]
      return context.mine.atBoot || context.facts.init !== 'systemd' ? [] : [startAtBoot(context, server.unit)]
    }
    if (packageManager !== 'apt') {
      const hint = 'install the database server yourself, then run this again'
      throw refuse(context, 'a server can only be installed with apt so far', hint)
    }
    const names = wanted(context)
    const here = choose(context)
    if (here === null) {
      const why = context.mine.sourcesSay === null ? '' : ` (${context.mine.sourcesSay})`
      const hint = 'see that `apt-get update` works there and that its sources have a server, or set server.package'
      throw refuse(context, `${names.join(', ')}: not in the package sources of ${context.host.name}${why}`, hint)
    }
    const there = context.peerFacts.server === null ? first(names, context.theirs.candidates) : null
    if (there !== null && flavourOf(there.name) !== flavourOf(here.name)) {
      const hint = 'set server.flavour in the inventory, or give both hosts the same package sources'
      throw refuse(context, `${here.name} would be installed here and ${there.name} on ${context.peer.name}`, hint)
    }
    return [install(context, here)]
  },

  expect: (_params, context) => {
    const server = isInstalled(context) ? null : (choose(context)?.server ?? null)
    if (server === null) return null
    return { server: { ...server, running: false, unit: server.flavour, expected: true } }
  },
}
