import { z } from 'zod'
import { optionOf } from '../mysql/option-file.ts'
import {
  type EditedFileFacts,
  type EditedFileParams,
  editedFileParams,
  editSteps,
  parseEditedFile,
  probeEditedFile,
  textToEdit,
} from './edited-file.ts'
import { type LineEdit, linesOf, sectionOf } from './line-edit.ts'
import type { Module } from './module.ts'

export interface IniOptionParams extends EditedFileParams {
  readonly section: string
  readonly option: string
  /** null: an option that has no value. */
  readonly value: string | null
  readonly state: 'present' | 'absent'
}

const value = z.union([
  z.string().regex(/^[^\r\n\0]*$/, 'one line'),
  z.number().transform(String),
  z.boolean().transform((on) => (on ? 'ON' : 'OFF')),
])

/** One option of an option file (my.cnf and the like): sections, quotes, `-` as `_`; of several the last one counts. */
export const iniOption: Module<IniOptionParams, EditedFileFacts> = {
  name: 'ini_option',
  params: z.strictObject({
    ...editedFileParams,
    section: z.string().regex(/^[^[\]\s]+$/, 'the name of a section, without brackets'),
    option: z.string().regex(/^[A-Za-z][\w.-]*$/, 'not the name of an option'),
    value: value.nullable().default(null),
    state: z.enum(['present', 'absent']).default('present'),
  }),

  probe: ({ path }) => probeEditedFile(path),
  parse: parseEditedFile,

  plan: (params, context) => {
    if (params.state === 'absent' && context.mine.content === null) return []
    const lines = linesOf(textToEdit(params, context))
    const own = inSection(lines, params)
    if (params.state === 'present') return editSteps(params, present(params, own), context)
    const gone = [...new Set(own)].map((old): LineEdit => ({ op: 'delete', old, section: params.section }))
    return editSteps(params, gone, context)
  },
}

/** Lines of the option in its section. */
function inSection(lines: readonly string[], { section, option }: IniOptionParams): string[] {
  let inside = false
  return lines.filter((line) => {
    const name = sectionOf(line)
    if (name !== null) inside = name === section
    return name === null && inside && optionOf(line)?.name === option.replaceAll('-', '_')
  })
}

function present({ section, option, value }: IniOptionParams, own: readonly string[]): LineEdit[] {
  const line = value === null ? option : `${option} = ${quotedValue(value)}`
  const old = own.at(-1)
  if (old !== undefined) return optionOf(old)?.value === value ? [] : [{ op: 'replace', old, line, section }]
  return [{ op: 'end-of-section', line, section }]
}

/** In quotes where MySQL would read something else without them. */
function quotedValue(value: string): string {
  if (!/^["']|^\s|\s$|#|\\/.test(value)) return value
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
