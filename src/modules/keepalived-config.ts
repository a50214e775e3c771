import { z } from 'zod'
import { databaseProbe } from './database-probe.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { shownDiff } from './host-file.ts'
import { builtKeepalived } from './keepalived-build.ts'
import { CONFIG, isOurs, NEXT_CONFIG, ROLE_SCRIPT } from './keepalived-engine.ts'
import { keepalivedView } from './keepalived-view.ts'
import type { Module, PlanContext } from './module.ts'
import { placeFile, restoreFile } from './placed-file.ts'
import { type ShowsItself, shownNames } from './server-dialect.ts'
import { shippedTemplate } from './shipped-template.ts'
import { revealed, type Script, type Step } from './step.ts'
import { renderScript } from './template.ts'
import { UNIT_PROBE } from './unit-probe.ts'

export interface PlacedConfig {
  readonly content: string
  /** `600 root` */
  readonly access: string
}

export interface KeepalivedConfigFacts extends ShowsItself {
  /** What stands in keepalived.conf; null: nothing. */
  readonly placed: PlacedConfig | null
  /** What waits beside it for the change of the daemon. */
  readonly next: PlacedConfig | null
  readonly socket: string | null
  readonly pidFile: string | null
  /** Ours; keepalived itself. */
  readonly daemonRuns: boolean
  readonly keepalivedRuns: boolean
}

/** Only root: it may hold the VRRP password. */
const MODE = '0600'

type Context = PlanContext<KeepalivedConfigFacts>

/** keepalived.conf of this host, for the daemon that the inventory names. */
export function configOf(
  context: PlanContext<{ readonly socket: string | null; readonly pidFile: string | null }>,
): Script {
  const view = keepalivedView(context)
  return context.inventory.keepalived.engine === 'bundled'
    ? renderScript(shippedTemplate('keepalived.conf.hbs'), view)
    : renderScript(shippedTemplate('keepalived-plain.conf.hbs'), { ...view, roleScript: ROLE_SCRIPT })
}

/** Another daemon runs by the file that is there: it must not find this one at its next reload. */
function isForeign({ mine, inventory }: Context): boolean {
  if (inventory.keepalived.engine === 'bundled') return mine.keepalivedRuns
  return mine.daemonRuns || (mine.keepalivedRuns && mine.placed !== null && !isOurs(mine.placed.content))
}

/** The daemon itself reads the new file before it counts. */
function check({ inventory }: Context): string {
  const { engine } = inventory.keepalived
  const program =
    engine === 'bundled' ? 'mmha-keepalived' : engine === 'package' ? 'keepalived' : builtKeepalived(inventory).program
  return `if ! said=$(${program} -t -f "$new" 2>&1); then printf '%s\\n' "$said" >&2; exit 1; fi`
}

/** keepalived.conf of this host, from the inventory and from where its server listens. */
export const keepalivedConfig: Module<Record<string, never>, KeepalivedConfigFacts> = {
  name: 'keepalived_config',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,

  shared: (context) => [UNIT_PROBE, databaseProbe(context)],
  probe: () => `${FACT_FUNCTIONS}
for path in ${CONFIG} ${NEXT_CONFIG}; do
  [ -f "$path" ] || continue
  fact_file daemon_file "$path"
  fact access "$path" "$(stat -c '%a %U' "$path")"
done
`,

  parse: (stdout) => {
    const facts = new FactLines(stdout)
    const { socket = null, pid_file: pid = null, datadir = '' } = facts.record('variable')
    const files = new Map(facts.rows('daemon_file').map(([path = '', text = '']) => [path, text]))
    const access = facts.record('access')
    const read = (path: string): PlacedConfig | null => {
      const text = files.get(path)
      return text === undefined
        ? null
        : { content: Buffer.from(text, 'base64').toString('utf8'), access: access[path] ?? '' }
    }
    return {
      shown: shownNames(facts),
      placed: read(CONFIG),
      next: read(NEXT_CONFIG),
      socket,
      pidFile: pid === null || pid.startsWith('/') ? pid : `${datadir.replace(/\/?$/, '/')}${pid}`,
      daemonRuns: facts.flag('daemon'),
      keepalivedRuns: facts.flag('keepalived'),
    }
  },

  plan: (_params, context) => {
    const { mine, host, taskId, taskName } = context
    const content = configOf(context)
    const foreign = isForeign(context)
    const [path, before] = foreign ? [NEXT_CONFIG, mine.next] : [CONFIG, mine.placed]
    if (before?.content === revealed(content) && before.access === '600 root') return []
    const awaited = mine.socket === null && context.facts.server?.expected === true
    const later = awaited ? "~ socket and pid_file of the server: known after it is installed; above is Debian's\n" : ''
    const step: Step = {
      id: taskId,
      host: host.name,
      title: `${taskName}: ${path}`,
      diff: `${shownDiff(path, before?.content ?? null, content)}${later}`,
      run: placeFile({ path, content, mode: MODE, check: check(context) }),
      undo: restoreFile(path),
      // The reload that follows may hand the VIP over: that is better said before.
      impact: !foreign && (mine.daemonRuns || mine.keepalivedRuns) ? 'vip-moves' : 'none',
      notify: [],
      writes: [path],
    }
    return [step]
  },
}
