import { z } from 'zod'
import {
  type EditedFileFacts,
  type EditedFileParams,
  editedFileParams,
  editSteps,
  parseEditedFile,
  probeEditedFile,
  textToEdit,
} from './edited-file.ts'
import { type LineEdit, linesOf } from './line-edit.ts'
import type { Module } from './module.ts'

export interface LineInFileParams extends EditedFileParams {
  readonly line: string | null
  readonly match: string | null
  readonly after: string | null
  readonly state: 'present' | 'absent'
}

const oneLine = z.string().regex(/^[^\r\n\0]*$/, 'one line')
const regularExpression = z.string().refine((text) => {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}, 'not a regular expression')

/** One line of a text file: there as it should be, once, or not there. */
export const lineInFile: Module<LineInFileParams, EditedFileFacts> = {
  name: 'lineinfile',
  params: z
    .strictObject({
      ...editedFileParams,
      line: oneLine.nullable().default(null),
      match: regularExpression.nullable().default(null),
      after: regularExpression.nullable().default(null),
      state: z.enum(['present', 'absent']).default('present'),
    })
    .refine(({ line, match, state }) => line !== null || (state === 'absent' && match !== null), {
      error: 'missing; expected text (or match, with state: absent)',
      path: ['line'],
    }),

  probe: ({ path }) => probeEditedFile(path),
  parse: parseEditedFile,

  plan: (params, context) => {
    if (params.state === 'absent' && context.mine.content === null) return []
    const lines = linesOf(textToEdit(params, context))
    return editSteps(params, params.state === 'absent' ? removed(params, lines) : placedLine(params, lines), context)
  },
}

function removed({ line, match }: LineInFileParams, lines: readonly string[]): LineEdit[] {
  const goes = match === null ? (text: string) => text === line : (text: string) => new RegExp(match).test(text)
  return [...new Set(lines.filter(goes))].map((old) => ({ op: 'delete', old }))
}

function placedLine({ line, match, after }: LineInFileParams, lines: readonly string[]): LineEdit[] {
  if (line === null) return []
  const old = lastMatch(match, lines)
  if (old !== undefined) return old === line ? [] : [{ op: 'replace', old, line }]
  if (lines.includes(line)) return []
  const before = lastMatch(after, lines)
  return [before === undefined ? { op: 'append', line } : { op: 'after', old: before, line }]
}

function lastMatch(pattern: string | null, lines: readonly string[]): string | undefined {
  return pattern === null ? undefined : lines.findLast((line) => new RegExp(pattern).test(line))
}
