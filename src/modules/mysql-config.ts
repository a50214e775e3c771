import { z } from 'zod'
import type { ServerFacts } from '../hosts/host-facts.ts'
import { familyOf } from '../mysql/dialect.ts'
import { sqlString } from '../mysql/quote.ts'
import type { Setting } from '../mysql/settings.ts'
import { clientsWriteHere } from './clients-here.ts'
import { databaseProbe } from './database-probe.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { handedOver } from './holder-restart.ts'
import type { Module, PlanContext } from './module.ts'
import { SQL_FUNCTIONS } from './mysql-client.ts'
import { wantedSettings } from './mysql-config-settings.ts'
import { directoryOf, OPTION_FILES, pathFor } from './mysql-option-file.ts'
import { sameValue } from './mysql-value.ts'
import { placeFile, restoreFile } from './placed-file.ts'
import { SEEDING_MARK } from './seeding-mark.ts'
import { type ShowsItself, serverDialect, shownNames } from './server-dialect.ts'
import { renderShipped } from './shipped-template.ts'
import { type Script, type Step, sh, shellQuote } from './step.ts'
import { UNIT_PROBE } from './unit-probe.ts'

export interface MysqlConfigFacts extends ShowsItself {
  /** Directories of option files that exist, in the order of PLACES. */
  readonly directories: readonly string[]
  /** Our option file. */
  readonly file: { readonly path: string; readonly content: string } | null
  /** Our file was written after the server started. */
  readonly fileIsNewer: boolean
  /** It has a channel: its server_id stands in the peer's logs. */
  readonly replicates: boolean
  /** Both of its threads run. */
  readonly channelRuns: boolean
  readonly daemonRuns: boolean
  /** A copy is being made onto it, or was cut: it runs by options of its own until it holds one. */
  readonly seeding: boolean
  /** Running values; null when the server does not answer. */
  readonly running: Readonly<Record<string, string>> | null
}

export type ConfigContext = PlanContext<MysqlConfigFacts>
type Context = ConfigContext

/** A base name in the file, ON in the server: log_bin is the same as soon as it is on. */
function differs(setting: Setting, running: Readonly<Record<string, string>>): boolean {
  const value = running[setting.name]
  // No variable of that name: a start option on this server, known by the file's time alone.
  if (value === undefined) return false
  if (setting.name === 'log_bin') return value !== 'ON'
  return !sameValue(setting.value, value)
}

/** A server that writes a binary log already keeps its name: another one would hide the history that it has. */
function applicable(settings: readonly Setting[], facts: MysqlConfigFacts): readonly Setting[] {
  const ours = facts.file?.content.includes('\nlog_bin = ') ?? false
  const has = facts.running === null ? facts.file !== null : facts.running.log_bin === 'ON'
  return has && !ours ? settings.filter(({ name }) => name !== 'log_bin') : settings
}

/** Has no running value to compare, so that only a start after the file's change proves it. */
function isStartOption({ name, running }: Setting, values: MysqlConfigFacts['running']): boolean {
  return running === 'option' || (running === 'fixed' && values !== null && values[name] === undefined)
}

function lineOf({ name, value }: Setting): string {
  return `${name} = ${value}`
}

/** Lines of our option file whose setting is not wanted any more: what the server has instead, only a start brings. */
function dropped(content: string, settings: readonly Setting[]): readonly string[] {
  const names = new Set(settings.map(({ name }) => name))
  return content.split('\n').filter((line) => /^\w+ = /.test(line) && !names.has(line.split(' ')[0] ?? ''))
}

function describe(setting: Setting, running: MysqlConfigFacts['running']): string {
  if (running === null) return `+ ${setting.name}: ${setting.value} (${setting.reason})`
  const now = setting.running === 'role' ? undefined : running[setting.name]
  if (now !== undefined && sameValue(setting.value, now))
    return `  ${setting.name}: ${setting.value} (${setting.reason})`
  const change = now === undefined ? setting.value : `${now} → ${setting.value}`
  const how = setting.running === 'role' ? 'the daemon sets it by role' : setting.apply
  return `~ ${setting.name}: ${change} (${how}; ${setting.reason})`
}

/** Refuses the new file when the server would not start with it. */
function validation({ flavour }: ServerFacts): string {
  const { program, checkOptions } = familyOf(flavour)
  return `all=$(mktemp)
for main in /etc/mysql/my.cnf /etc/my.cnf; do [ ! -f "$main" ] || echo "!include $main"; done >"$all"
echo "!include $new" >>"$all"
chmod 0644 "$all"
server=$(PATH=$PATH:/usr/libexec command -v ${program})
if said=$("$server" --defaults-file="$all" --user=mysql ${checkOptions} 2>&1 >/dev/null); then rm -f "$all"; else
  rm -f "$all"
  printf '%s\\n' "$said" | grep -i error >&2 || printf '%s\\n' "$said" >&2
  exit 1
fi`
}

function restartScript(unit: string): Script {
  const name = shellQuote(`${unit}.service`)
  return sh`if ! systemctl restart ${name}; then
  journalctl --unit=${name} --lines=20 --no-pager --output=cat >&2 || :
  for log in /var/log/mysql/error.log /var/log/mysqld.log; do [ ! -f "$log" ] || tail -n 20 "$log" >&2; done
  exit 1
fi
`
}

function fileStep(context: Context, server: ServerFacts, path: string, settings: readonly Setting[]): Step[] {
  const { mine, host, taskId } = context
  const content = renderShipped('my.cnf.hbs', { settings })
  const before = mine.file?.content ?? null
  if (before === content) return []
  const old = new Set((before ?? '').split('\n'))
  const changed = settings.filter((setting) => !old.has(lineOf(setting)))
  const gone = [...old].filter((line) => /^\w+ = /.test(line) && !settings.some((setting) => lineOf(setting) === line))
  // A change that counts without a restart keeps the file's time: "newer than the server" then means "restart".
  const startOnly =
    dropped(before ?? '', settings).length > 0 || changed.some((setting) => isStartOption(setting, mine.running))
  const keepTime = before !== null && !startOnly ? `touch -r ${shellQuote(path)} "$new"\n` : ''
  const check = `${keepTime}${validation(server)}`
  return [
    {
      id: `${taskId}/file`,
      host: host.name,
      title: `settings of the pair in ${path}`,
      diff: [...changed.map((setting) => describe(setting, mine.running)), ...gone.map((line) => `- ${line}`)].join(
        '\n',
      ),
      run: placeFile({ path, content: sh`${content}`, mode: '0644', check }),
      undo: restoreFile(path),
      impact: 'none',
      notify: [],
      writes: [path],
    },
  ]
}

function setStep({ mine, host, taskId }: Context, settings: readonly Setting[]): Step {
  const literal = (value: string): string => (/^-?\d+$/.test(value) ? value : sqlString(value))
  const assign = (name: string, value: string): string => `SET GLOBAL ${name}=${literal(value)};\n`
  const statements = settings.map(({ name, value }) => assign(name, value))
  const before = settings.flatMap(({ name }) => {
    const value = mine.running?.[name]
    return value === undefined ? [] : [assign(name, value)]
  })
  const run = (sql: readonly string[]): Script =>
    sh`${SQL_FUNCTIONS}sql <<'MMHA_END_OF_SQL'\n${sql.join('')}MMHA_END_OF_SQL\n`
  return {
    id: `${taskId}/set`,
    host: host.name,
    title: `running values of ${settings.map(({ name }) => name).join(', ')}`,
    diff: settings.map((setting) => describe(setting, mine.running)).join('\n'),
    run: run(statements),
    undo: run(before),
    impact: 'none',
    notify: [],
  }
}

/** Nobody else starts the channel of a pair that has no daemons yet. */
function resume({ mine, theirs }: Context, server: ServerFacts): Script {
  if (!mine.channelRuns || mine.daemonRuns || theirs.daemonRuns) return sh``
  return sh`${SQL_FUNCTIONS}sql --execute=${shellQuote(serverDialect(server, mine).statement.startReplica)}\n`
}

/** s that a pair may take to find its roles before its holder is restarted. */
const WHOLE_WITHIN = 60

function restartStep(context: Context, server: ServerFacts, reasons: readonly string[], start: boolean): Step {
  const { host, taskId, mine, theirs, inventory } = context
  const first = !start && mine.daemonRuns && theirs.daemonRuns ? handedOver(inventory, WHOLE_WITHIN) : sh``
  return {
    id: `${taskId}/restart`,
    host: host.name,
    title: `${start ? 'start' : 'restart'} ${server.unit}`,
    diff: reasons.join('\n'),
    run: sh`${first}${restartScript(server.unit)}${resume(context, server)}`,
    undo: { none: '' },
    undoLast: restartScript(server.unit),
    undoImpact: 'restart',
    impact: start ? 'none' : 'restart',
    notify: [],
  }
}

/** A server_id that both know each other by stays. */
function keptServerId({ mine, theirs }: Context): string | null {
  const [own, other] = [mine.running?.server_id, theirs.running?.server_id]
  return own !== undefined && own !== other && (mine.replicates || theirs.replicates) ? own : null
}

function isHandmade({ mine, theirs }: Context): boolean {
  return !mine.daemonRuns && !theirs.daemonRuns && (mine.replicates || theirs.replicates)
}

/** The daemons run, and a channel does not: a later play may mend it, such as an account that a crash has taken. */
function isParted({ mine, theirs }: Context): boolean {
  return mine.daemonRuns && theirs.daemonRuns && !(mine.channelRuns && theirs.channelRuns)
}

/** Nobody could take over while the server where clients write restarts: of a pair made by hand, or parted. */
export function mustWait(context: Context): boolean {
  return (isHandmade(context) || isParted(context)) && clientsWriteHere(context)
}

/** What is missing: the file, running values that can be set, and the restart for those that can't. */
export function changes(context: Context): { steps: readonly Step[]; values: readonly Step[]; restart: Step | null } {
  const { facts, mine, inventory, host } = context
  const { server } = facts
  if (server === null) return { steps: [], values: [], restart: null }
  const wanted = wantedSettings(
    serverDialect(server, mine),
    inventory,
    host,
    keptServerId(context),
    isHandmade(context),
  )
  const settings = applicable(wanted, mine)
  const path = mine.file?.path ?? pathFor(server.flavour, mine.directories)
  const steps = fileStep(context, server, path, settings)
  const { running } = mine
  // Whoever copies restarts it, in the end as it is configured.
  if (mine.seeding) return { steps, values: [], restart: null }
  if (running === null) {
    const why = server.running ? 'the server does not answer' : 'the server does not run'
    return { steps, values: [], restart: restartStep(context, server, [why], true) }
  }

  const fixed = settings.filter((setting) => setting.running === 'fixed' && differs(setting, running))
  const reasons = fixed.filter(({ apply }) => apply === 'restart').map((setting) => describe(setting, running))
  const content = mine.file?.content ?? ''
  const newOptions = settings.filter(
    (setting) => setting.running === 'option' && !content.includes(`\n${lineOf(setting)}\n`),
  )
  reasons.push(...newOptions.map((setting) => describe(setting, {})))
  reasons.push(...dropped(content, settings).map((line) => `- ${line}`))
  if (reasons.length === 0 && mine.fileIsNewer) reasons.push(`${path} is newer than the server's start`)
  const dynamic = fixed.filter(({ apply }) => apply === 'dynamic')
  return {
    steps,
    values: dynamic.length === 0 ? [] : [setStep(context, dynamic)],
    restart: reasons.length === 0 ? null : restartStep(context, server, reasons, false),
  }
}

/**
 * Our option file, read after every other, and the server that runs by it. What a running server can take is set while
 * it runs; it is restarted only for what it can't, and that is seen from its running values: a run that died between
 * file and restart is finished by the next one.
 */
export const mysqlConfig: Module<Record<string, never>, MysqlConfigFacts> = {
  name: 'mysql_config',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,

  shared: (context) => [UNIT_PROBE, databaseProbe(context)],
  probe: () => {
    return `${FACT_FUNCTIONS}
[ ! -e ${SEEDING_MARK} ] || fact seeding yes
for directory in ${[...new Set(OPTION_FILES.map(directoryOf))].join(' ')}; do
  if [ -d "$directory" ]; then fact directory "$directory"; fi
done
for path in ${OPTION_FILES.join(' ')}; do
  [ -f "$path" ] || continue
  fact_file file "$path"
  fact written "$(stat -c %Y "$path")"
done
`
  },

  parse: (stdout) => {
    const facts = new FactLines(stdout)
    const running = facts.record('variable')
    const started = facts.text('started')
    return {
      shown: shownNames(facts),
      directories: facts.texts('directory'),
      file: facts.file('file'),
      replicates: Object.keys(facts.record('channel')).length > 0,
      channelRuns: facts.text('channel_threads') === '2',
      daemonRuns: facts.flag('daemon'),
      seeding: facts.flag('seeding'),
      fileIsNewer: started !== null && facts.texts('written').some((time) => Number(time) > Number(started)),
      running: Object.keys(running).length === 0 ? null : running,
    }
  },

  plan: (_params, context) => {
    const { steps, values, restart } = changes(context)
    if (restart === null) return [...steps, ...values]
    // Nor are its running values changed meanwhile: some want its channel stopped.
    return mustWait(context) && restart.impact === 'restart' ? steps : [...steps, restart]
  },
}
