import { z } from 'zod'
import {
  attributeChanges,
  changeAttributes,
  fileStep,
  type HostFileFacts,
  parseFile,
  probeFile,
  refuseOther,
} from './host-file.ts'
import type { Module, PlanContext } from './module.ts'
import { restoreFile } from './placed-file.ts'
import { type Step, sh, shellQuote } from './step.ts'

export interface FileParams {
  readonly path: string
  readonly state: 'file' | 'directory' | 'absent'
  /** Text of the file; null: only mode and owner, the file must be there. */
  readonly content: string | null
  readonly mode: string | null
  readonly owner: string
  readonly group: string
}

export const absolutePath = z.string().regex(/^\/[^\0\n]*$/, 'must be an absolute path')
export const fileMode = z.string().regex(/^0?[0-7]{3,4}$/, 'a mode is octal, in quotes: "0644"')
export const accountName = z.string().regex(/^[a-z_][a-z0-9_-]*$/, 'not the name of a user or group')

/** A file with a given text, a directory, or nothing at a path; with mode and owner. */
export const file: Module<FileParams, HostFileFacts> = {
  name: 'file',
  params: z
    .strictObject({
      path: absolutePath,
      state: z.enum(['file', 'directory', 'absent']).default('file'),
      content: z.string().nullable().default(null),
      mode: fileMode.nullable().default(null),
      owner: accountName.default('root'),
      group: accountName.default('root'),
    })
    .refine(({ state, content }) => state === 'file' || content === null, {
      error: 'only a file has content',
      path: ['content'],
    }),

  probe: ({ path }) => probeFile(path),
  parse: parseFile,

  plan: (params, context) => {
    const { mine } = context
    if (params.state === 'absent') return mine.kind === 'absent' ? [] : [remove(params, context)]
    refuseOther(params.path, mine, params.state, context)
    if (params.state === 'directory') return directory(params, context)
    if (params.content === null) return mine.kind === 'absent' ? [] : attributes(params, context)
    const wanted = { ...params, content: sh`${params.content}`, mode: params.mode ?? '0644' }
    const step = fileStep(wanted, mine, context)
    return step === null ? [] : [step]
  },
}

function directory(params: FileParams, context: PlanContext<HostFileFacts>): Step[] {
  if (context.mine.kind === 'directory') return attributes({ ...params, mode: params.mode ?? '0755' }, context)
  const path = shellQuote(params.path)
  return [
    {
      ...step(context, `make directory ${params.path}`, `+ directory ${params.path}`),
      run: sh`(umask 022; mkdir -p ${path})\nchown ${shellQuote(`${params.owner}:${params.group}`)} ${path}\nchmod ${params.mode ?? '0755'} ${path}\n`,
      undo: sh`rmdir ${path} || :\n`,
    },
  ]
}

function attributes(params: FileParams, context: PlanContext<HostFileFacts>): Step[] {
  const { mine } = context
  const mode = params.mode ?? mine.mode
  const changes = attributeChanges(mine, { mode, owner: params.owner, group: params.group })
  if (changes.length === 0) return []
  const wanted = { mode, owner: params.owner, group: params.group }
  return [
    {
      ...step(context, `change ${params.path}`, changes.join('\n')),
      ...changeAttributes(params.path, mine, wanted),
    },
  ]
}

function remove(params: FileParams, context: PlanContext<HostFileFacts>): Step {
  const path = shellQuote(params.path)
  if (context.mine.kind === 'directory') {
    return {
      ...step(context, `remove directory ${params.path}`, `- directory ${params.path}`),
      run: sh`rmdir ${path}\n`,
      undo: sh`mkdir ${path}\nchown ${shellQuote(`${context.mine.owner}:${context.mine.group}`)} ${path}\nchmod ${context.mine.mode} ${path}\n`,
    }
  }
  return {
    ...step(context, `remove ${params.path}`, `- file ${params.path}`),
    run: sh`rm -f ${path}\n`,
    undo: restoreFile(params.path),
    writes: [params.path],
  }
}

function step(
  context: PlanContext<HostFileFacts>,
  title: string,
  diff: string,
): Pick<Step, 'id' | 'host' | 'title' | 'diff' | 'impact' | 'notify'> {
  return {
    id: context.taskId,
    host: context.host.name,
    title: `${context.taskName}: ${title}`,
    diff,
    impact: 'none',
    notify: [],
  }
}
