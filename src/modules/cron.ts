import { z } from 'zod'
import { accountName } from './file.ts'
import { fileStep, type HostFileFacts, parseFile, probeFile } from './host-file.ts'
import type { Module } from './module.ts'
import { restoreFile } from './placed-file.ts'
import { sh, shellQuote } from './step.ts'

export interface CronParams {
  readonly name: string
  readonly schedule: string
  readonly command: string
  readonly user: string
  readonly environment: Readonly<Record<string, string>>
  readonly state: 'present' | 'absent'
}

const FIELD = String.raw`(?:\*|[0-9A-Za-z]+(?:-[0-9A-Za-z]+)?)(?:/\d+)?`
const FIELDS = `${FIELD}(?:,${FIELD})*`
const SCHEDULE = new RegExp(`^(?:@(?:reboot|hourly|daily|weekly|monthly|yearly)|${FIELDS}(?:[ \\t]+${FIELDS}){4})$`)

const text = z.string().regex(/^[^\r\n\0]+$/, 'one line')

/** A job in a file of its own in /etc/cron.d. */
export const cron: Module<CronParams, HostFileFacts> = {
  name: 'cron',
  params: z.strictObject({
    // cron leaves out files with a dot in their name.
    name: z.string().regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, `-` and `_`: cron leaves other files out'),
    schedule: z
      .string()
      .regex(SCHEDULE, 'expected five fields (`15 3 * * *`) or @daily and the like')
      .default('@daily'),
    command: text,
    user: accountName.default('root'),
    environment: z.record(z.string().regex(/^[A-Za-z_]\w*$/, 'the name of a variable'), text).default({}),
    state: z.enum(['present', 'absent']).default('present'),
  }),

  probe: ({ name }) => probeFile(place(name)),
  parse: parseFile,

  plan: ({ name, schedule, command, user, environment, state }, context) => {
    const path = place(name)
    const { mine, taskId, taskName, host } = context
    if (state === 'present') {
      const variables = Object.entries(environment).map(([key, value]) => `${key}=${value}\n`)
      const content = sh`${variables.join('')}${schedule} ${user} ${command}\n`
      const step = fileStep({ path, content, mode: '0644', owner: 'root', group: 'root' }, mine, context)
      return step === null ? [] : [step]
    }
    if (mine.kind === 'absent') return []
    const title = `${taskName}: remove ${path}`
    const run = sh`rm -f ${shellQuote(path)}\n`
    const step = { id: taskId, host: host.name, title, diff: `- file ${path}`, run, undo: restoreFile(path) }
    return [{ ...step, impact: 'none', notify: [], writes: [path] }]
  },
}

function place(name: string): string {
  return `/etc/cron.d/${name}`
}
