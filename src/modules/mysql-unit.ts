import { z } from 'zod'
import { familyOf } from '../mysql/dialect.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import type { Module } from './module.ts'
import { fileDiff, placeFile, restoreFile } from './placed-file.ts'
import { renderShipped } from './shipped-template.ts'
import { sh } from './step.ts'

export interface MysqlUnitFacts {
  /** Drop-in by unit: what it holds now. */
  readonly dropIns: readonly { readonly path: string; readonly content: string }[]
}

const UNITS = ['mysql', 'mysqld', 'mariadb'] as const

function dropIn(unit: string): string {
  return `/etc/systemd/system/${unit}.service.d/mmha.conf`
}

/** systemd drop-in of the database server: a stop hands over first, and a start after a crash trims the unacknowledged tail. */
export const mysqlUnit: Module<Record<string, never>, MysqlUnitFacts> = {
  name: 'mysql_unit',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,

  probe: () => `${FACT_FUNCTIONS}
for unit in ${UNITS.join(' ')}; do
  fact_file drop_in "/etc/systemd/system/$unit.service.d/mmha.conf"
done
`,

  parse: (stdout) => ({
    dropIns: new FactLines(stdout)
      .rows('drop_in')
      .map(([path = '', content = '']) => ({ path, content: Buffer.from(content, 'base64').toString('utf8') })),
  }),

  plan: (_params, { inventory, facts, mine, host, taskId, taskName }) => {
    if (facts.server === null) return []
    const path = dropIn(facts.server.unit)
    if (inventory.keepalived.engine !== 'bundled') {
      // It calls our daemon's program, which is not the one that runs.
      if (!mine.dropIns.some((file) => file.path === path)) return []
      return [
        {
          id: taskId,
          host: host.name,
          title: taskName,
          diff: `- ${path}: it is for mmha-keepalived`,
          run: sh`rm -f ${path}\nsystemctl daemon-reload\n`,
          undo: sh`${restoreFile(path)}systemctl daemon-reload\n`,
          impact: 'none',
          notify: [],
          writes: [path],
        },
      ]
    }
    const content = renderShipped('mysql-unit.conf.hbs', { recovery: familyOf(facts.server.flavour).recoversByRole })
    const before = mine.dropIns.find((file) => file.path === path)?.content ?? null
    if (before === content) return []
    return [
      {
        id: taskId,
        host: host.name,
        title: taskName,
        diff: fileDiff(path, before, content),
        run: sh`${placeFile({ path, content: sh`${content}`, mode: '0644' })}systemctl daemon-reload\n`,
        undo: sh`${restoreFile(path)}systemctl daemon-reload\n`,
        impact: 'none',
        notify: [],
        writes: [path],
      },
    ]
  },
}
