import { z } from 'zod'
import { ROLE_USER } from '../mysql/account.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { EPOCH_SCHEMA, insertEpoch } from '../mysql/epoch.ts'
import { readOnlyStatements } from '../mysql/read-only.ts'
import { databaseProbe } from './database-probe.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { builtKeepalived } from './keepalived-build.ts'
import { ROLE_SCRIPT } from './keepalived-engine.ts'
import type { Module, PlanContext } from './module.ts'
import { fileDiff, placeFile, restoreFile } from './placed-file.ts'
import { type ShowsItself, serverDialect, shownNames } from './server-dialect.ts'
import { shippedTemplate } from './shipped-template.ts'
import { type Script, type Step, sh } from './step.ts'
import { renderScript } from './template.ts'

export interface KeepalivedRoleFacts extends ShowsItself {
  /** By path: what it holds, and `700 root`. */
  readonly files: Readonly<Record<string, { readonly content: string; readonly access: string }>>
}

interface PairFile {
  readonly path: string
  readonly mode: string
  readonly content: Script
}

export const DROP_IN = '/etc/systemd/system/keepalived.service.d/mmha.conf'
export const BUILT_UNIT = '/etc/systemd/system/keepalived.service'
const PATHS = [ROLE_SCRIPT, DROP_IN, BUILT_UNIT]

type Context = PlanContext<KeepalivedRoleFacts>

/**
 * What our daemon does by itself and keepalived does not: the script that opens and closes the database by who has the
 * address, what is done when keepalived was killed, and the unit of one that was built.
 */
export const keepalivedRole: Module<Record<string, never>, KeepalivedRoleFacts> = {
  name: 'keepalived_role',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,

  shared: (context) => [databaseProbe(context)],
  probe: () => `${FACT_FUNCTIONS}
for path in ${PATHS.join(' ')}; do
  [ -f "$path" ] || continue
  fact_file pair_file "$path"
  fact access "$path" "$(stat -c '%a %U' "$path")"
done
`,

  parse: (stdout) => {
    const facts = new FactLines(stdout)
    const access = facts.record('access')
    const files = facts.rows('pair_file').map(([path = '', text = '']) => {
      return [path, { content: Buffer.from(text, 'base64').toString('utf8'), access: access[path] ?? '' }] as const
    })
    return { shown: shownNames(facts), files: Object.fromEntries(files) }
  },

  plan: (_params, context) => {
    const { inventory, facts, host, taskId } = context
    if (inventory.keepalived.engine === 'bundled' || facts.server === null) return []
    const wanted = filesFor(context, serverDialect(facts.server, context.mine))
    return [
      ...withoutBuilt(context),
      ...wanted.flatMap(({ path, mode, content }): Step[] => {
        const before = context.mine.files[path]
        const text = content.parts.map(String).join('')
        if (before?.content === text && before.access === `${mode.slice(1)} root`) return []
        const unit = path.startsWith('/etc/systemd') ? sh`systemctl daemon-reload\n` : sh``
        return [
          {
            id: `${taskId}${path}`,
            host: host.name,
            title: `write ${path}`,
            diff: fileDiff(path, before?.content ?? null, text),
            run: sh`${placeFile({ path, content, mode, check: path === ROLE_SCRIPT ? 'sh -n "$new"' : ':' })}${unit}`,
            undo: sh`${restoreFile(path)}${unit}`,
            impact: 'none',
            notify: [],
            writes: [path],
          },
        ]
      }),
    ]
  },
}

/** The distribution's own unit counts again. */
function withoutBuilt({ inventory, mine, host, taskId }: Context): Step[] {
  const unit = mine.files[BUILT_UNIT]
  if (inventory.keepalived.engine !== 'package' || unit?.content.includes('Written by mmha') !== true) return []
  return [
    {
      id: `${taskId}/built`,
      host: host.name,
      title: `remove ${BUILT_UNIT}`,
      diff: `- ${unit.content.split('\n')[0] ?? ''}`,
      run: sh`rm -f ${BUILT_UNIT}\nsystemctl daemon-reload\n`,
      undo: sh`${restoreFile(BUILT_UNIT)}systemctl daemon-reload\n`,
      impact: 'none',
      notify: [],
      writes: [BUILT_UNIT],
    },
  ]
}

function filesFor({ inventory }: Context, dialect: Dialect): readonly PairFile[] {
  const role = renderScript(shippedTemplate('role.sh.hbs'), roleView(inventory, dialect))
  const dropIn = renderScript(shippedTemplate('keepalived-unit.conf.hbs'), {
    roleScript: ROLE_SCRIPT,
    engine: inventory.keepalived.engine,
  })
  const files = [
    { path: ROLE_SCRIPT, mode: '0700', content: role },
    { path: DROP_IN, mode: '0644', content: dropIn },
  ]
  if (inventory.keepalived.engine !== 'source') return files
  const { version, program, name } = builtKeepalived(inventory)
  const unit = renderScript(shippedTemplate('keepalived.service.hbs'), { version, program, tarball: name })
  return [...files, { path: BUILT_UNIT, mode: '0644', content: unit }]
}

/** What templates/role.sh.hbs may name; its first comment says what each is. */
export function roleView({ vip, policy, replication }: Context['inventory'], dialect: Dialect): object {
  const { semiSync, statement, column, family } = dialect
  const on = (name: string, value: string | number) => `SET GLOBAL ${name}=${value}`
  return {
    vip: vip.address,
    consistent: policy === 'consistency',
    ownUser: ROLE_USER,
    statement,
    semiSync,
    columns: column,
    executed: family.executed,
    waitFunction: family.waitFunction,
    hasSets: family.waitsForSet,
    placeIsApart: family.placeIsApart,
    takesOwnTailBack: family.takesOwnTailBack,
    readOnly: readOnlyStatements(dialect),
    holder: [
      on(semiSync.timeout, replication.semiSyncTimeout),
      on(semiSync.waitPoint, 'AFTER_SYNC'),
      on(semiSync.sourceEnabled, 'ON'),
    ],
    standby: [on(semiSync.sourceEnabled, 'OFF'), on('event_scheduler', 'OFF')],
    epoch: insertEpoch(dialect, { forced: false, reason: 'keepalived has moved the address' }),
    epochSchema: EPOCH_SCHEMA.join('; '),
  }
}
