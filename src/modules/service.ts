import { z } from 'zod'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { absolutePath } from './file.ts'
import { initSystem, sysvProbe } from './init-system.ts'
import type { Module, PlanContext } from './module.ts'
import { type Impact, type Script, type Step, sh, shellQuote } from './step.ts'

export interface ServiceParams {
  readonly unit: string
  readonly enabled: boolean | null
  readonly state: 'started' | 'stopped' | null
  /** Files that the process reads at its start only: it is restarted when one is newer than it. */
  readonly restartedAfter: readonly string[]
  /** Files that a reload reads again. */
  readonly reloadedAfter: readonly string[]
}

export interface ServiceFacts {
  readonly known: boolean
  readonly active: boolean
  readonly enabled: boolean
  /** systemd has not read the unit file since it was changed. */
  readonly needsDaemonReload: boolean
  /** Files of restartedAfter and reloadedAfter that are newer than the process, or than our last reload of it. */
  readonly newer: readonly string[]
}

/**
 * A systemd unit, or a script of SysV init: enabled, started, and not older than its files. That it needs a restart or a reload is a fact of the
 * host (file newer than process), never something that a run has to remember.
 */
export const service: Module<ServiceParams, ServiceFacts> = {
  name: 'service',
  params: z.strictObject({
    unit: z.string().regex(/^[A-Za-z0-9@:_.\\-]+$/, 'not the name of a unit'),
    enabled: z.boolean().nullable().default(null),
    state: z.enum(['started', 'stopped']).nullable().default(null),
    restartedAfter: z.array(absolutePath).default([]),
    reloadedAfter: z.array(absolutePath).default([]),
  }),

  probe: ({ unit, restartedAfter, reloadedAfter }) => `${FACT_FUNCTIONS}
unit=${shellQuote(unit)}
pid=0
since=
if [ -d /run/systemd/system ]; then
while IFS='=' read -r key value; do
  fact "$key" "$value"
  if [ "$key" = MainPID ]; then pid=$value; fi
done <<MMHA_END_OF_STATE
$(systemctl show -p LoadState -p ActiveState -p UnitFileState -p NeedDaemonReload -p MainPID "$unit" 2>/dev/null)
MMHA_END_OF_STATE
else
${sysvProbe(unit)}
# No pid file says how old it is: as old as the host, or as our last start of it.
[ "$pid" != 0 ] || since=boot
fi
if [ "$since" = boot ] && read -r up rest </proc/uptime; then fact age "\${up%.*}\${up#*.}" 100; fi
if [ "\${pid:-0}" -gt 0 ] && read -r stat 2>/dev/null <"/proc/$pid/stat" && read -r up rest </proc/uptime; then
  # Field 22 of stat is the start in ticks of 10 ms since boot, as the uptime counts it.
  set -- \${stat##*) }
  fact age "$(( \${up%.*}\${up#*.} - \${20} ))" 100
fi
if [ "$since" = boot ] || [ "\${pid:-0}" -gt 0 ]; then
  fact now "$(date +%s.%N)"
  reload=/run/mmha/reloaded."$unit"
  if [ -e "$reload" ]; then fact reloaded "$(stat -c %.Y "$reload")"; fi
  for file in ${[...restartedAfter, ...reloadedAfter].map(shellQuote).join(' ')}; do
    if [ -e "$file" ]; then fact file "$file" "$(stat -L -c %.Y "$file")"; fi
  done
fi
`,

  parse: (stdout) => {
    const facts = new FactLines(stdout)
    const [age = '0', tick = '100'] = facts.rows('age')[0] ?? []
    const started = Number(facts.text('now') ?? 0) - Number(age) / Number(tick)
    const reloaded = Number(facts.text('reloaded') ?? 0)
    const newer = Object.entries(facts.record('file')).filter(
      ([, changed]) => Number(changed) > Math.max(started + SLACK, reloaded),
    )
    return {
      known: facts.text('LoadState') !== null && facts.text('LoadState') !== 'not-found',
      active: ['active', 'activating', 'reloading'].includes(facts.text('ActiveState') ?? ''),
      enabled: ['enabled', 'enabled-runtime', 'static', 'alias', 'generated'].includes(
        facts.text('UnitFileState') ?? '',
      ),
      needsDaemonReload: facts.flag('NeedDaemonReload'),
      newer: newer.map(([path]) => path),
    }
  },

  plan: (params, context) => {
    const { mine } = context
    // A unit that an earlier step brings is neither enabled nor started yet; one that is not wanted need not be there.
    if (!mine.known && params.state !== 'started' && params.enabled !== true) return []
    return [...enabling(params, context), ...running(params, context)]
  },
}

/** s; a process start is known to a tick of 10 ms, a file time to the ns. */
const SLACK = 0.02

type Context = PlanContext<ServiceFacts>

function enabling({ unit, enabled }: ServiceParams, context: Context): Step[] {
  if (enabled === null || enabled === context.mine.enabled) return []
  const init = initSystem(context.facts.init)
  const [word, back] = enabled ? (['enable', 'disable'] as const) : (['disable', 'enable'] as const)
  const diff = enabled ? '- disabled\n+ enabled' : '- enabled\n+ disabled'
  return [
    {
      ...step({ unit }, context, 'enabled', `${word} ${unit}`, diff, init[word](unit), 'none'),
      undo: init[back](unit),
    },
  ]
}

function running(params: ServiceParams, context: Context): Step[] {
  const { unit, state, restartedAfter, reloadedAfter } = params
  const { active, needsDaemonReload } = context.mine
  const { written } = context
  const newer = [
    ...new Set(
      [...restartedAfter, ...reloadedAfter].filter((path) => context.mine.newer.includes(path) || written?.has(path)),
    ),
  ]
  const name = shellQuote(unit)
  const init = initSystem(context.facts.init)
  if (state === 'stopped') {
    if (!active) return []
    return [
      {
        ...step(params, context, 'stopped', `stop ${unit}`, '- started\n+ stopped', init.stop(unit), 'restart'),
        undo: init.start(unit),
      },
    ]
  }
  if (!active) {
    if (state !== 'started') return []
    return [
      {
        ...step(
          params,
          context,
          'started',
          `start ${unit}`,
          '- stopped\n+ started',
          sh`${init.reread}${init.start(unit)}`,
          'none',
        ),
        undo: init.stop(unit),
        undoImpact: 'restart',
      },
    ]
  }
  const restart = newer.filter((path) => restartedAfter.includes(path))
  if (restart.length > 0) {
    const diff = restart.map((path) => `~ ${path} is newer than the process`).join('\n')
    return [
      again(
        init.reread,
        init.restart(unit),
        'restart',
        step(params, context, 'restarted', `restart ${unit}`, diff, sh`${init.reread}${init.restart(unit)}`, 'restart'),
      ),
    ]
  }
  const reload = newer.filter((path) => reloadedAfter.includes(path))
  if (reload.length > 0) {
    const diff = reload.map((path) => `~ ${path} is newer than the last reload`).join('\n')
    // The stamp is of before the reload: what is written while it runs is newer.
    const run = sh`mkdir -p /run/mmha
touch /run/mmha/reloading.${name}
${init.reload(unit)}mv -f /run/mmha/reloading.${name} /run/mmha/reloaded.${name}
`
    return [
      again(
        init.reread,
        init.reload(unit),
        'reload',
        step(params, context, 'reloaded', `reload ${unit}`, diff, run, 'reload'),
      ),
    ]
  }
  if (!needsDaemonReload) return []
  return [
    again(
      init.reread,
      sh``,
      'none',
      step(
        params,
        context,
        'daemon-reload',
        `read the unit file of ${unit} again`,
        '~ unit file changed',
        init.reread,
        'none',
      ),
    ),
  ]
}

/** What was read again has to be read again once more when its files are taken back. */
function again(reread: Script, how: Script, impact: Impact, made: Step): Step {
  return { ...made, undo: { none: '' }, undoLast: sh`${reread}${how}`, undoImpact: impact }
}

function step(
  params: Pick<ServiceParams, 'unit'>,
  context: Context,
  part: string,
  title: string,
  diff: string,
  run: Script,
  impact: Impact,
): Step {
  return {
    id: `${context.taskId}/${part}`,
    host: context.host.name,
    title: `${context.taskName}: ${title}`,
    diff,
    run,
    undo: { none: `${params.unit} reads its files again by itself` },
    impact,
    notify: [],
  }
}
