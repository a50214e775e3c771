import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { edited, editScript, type LineEdit, withoutSecret } from './line-edit.ts'
import type { PlanContext } from './module.ts'
import { fileDiff, restoreFile } from './placed-file.ts'
import { type Step, sh, shellQuote } from './step.ts'

/** A text file whose lines are edited. */
export interface EditedFileFacts {
  /** Where the path leads in the end: the link itself stays one. */
  readonly real: string
  /** null: there is no such file, or it is larger than 1 MB. */
  readonly content: string | null
}

export interface EditedFileParams {
  readonly path: string
  readonly create: boolean
  readonly validate: string | null
}

/** Parameters of every module that edits a file's lines. */
export const editedFileParams = {
  path: z.string().regex(/^\/[^\0\n]*$/, 'must be an absolute path'),
  create: z.boolean().default(false),
  validate: z
    .string()
    .refine((text) => text.includes('%s'), 'names the new file as %s')
    .nullable()
    .default(null),
}

export function probeEditedFile(path: string): string {
  return `${FACT_FUNCTIONS}
real=$(readlink -f ${shellQuote(path)} || :)
fact real "$real"
if [ -f "$real" ] && [ "$(stat -c %s "$real")" -le 1048576 ]; then fact_file content "$real"; fi
`
}

export function parseEditedFile(stdout: string): EditedFileFacts {
  const facts = new FactLines(stdout)
  return { real: facts.text('real') ?? '', content: facts.file('content')?.content ?? null }
}

/** The file's text; '' for one that may be made. @throws MmhaError FILE_MISSING (exit 5) */
export function textToEdit({ path, create }: EditedFileParams, context: PlanContext<EditedFileFacts>): string {
  const { mine, host, settled } = context
  if (mine.content !== null) return mine.content
  // An earlier play makes it. Of what a task of this play writes nobody knows yet which lines to edit.
  if (create || settled?.has(path) === true) return ''
  throw new MmhaError(`there is no text file ${path} on ${host.name} (or it is larger than 1 MB)`, {
    code: 'FILE_MISSING',
    source: 'user',
    exit: EXIT.refused,
    host: host.name,
    where: context.taskName,
    hint: 'correct the path, say create: true, or let the play that makes it end first',
  })
}

/** The step that makes the edits; [] where there are none. */
export function editSteps(
  params: EditedFileParams,
  edits: readonly LineEdit[],
  context: PlanContext<EditedFileFacts>,
): readonly Step[] {
  if (edits.length === 0) return []
  const { mine, host, taskId, taskName } = context
  const path = mine.real === '' ? params.path : mine.real
  const before = mine.content
  const target = shellQuote(path)
  const check = params.validate === null ? '' : `${params.validate.replaceAll('%s', '"$new"')}\n`
  return [
    {
      id: taskId,
      host: host.name,
      title: `${taskName}: ${before === null ? 'make' : 'edit'} ${path}`,
      diff: shownEdit(path, before, edited(before ?? '', edits)),
      run: sh`(umask 022; mkdir -p "$(dirname ${target})")
new=${target}.mmha-new
trap 'rm -f "$new" "$new.edited"' EXIT
if [ -e ${target} ]; then cp -p ${target} "$new"; else : >"$new"; chmod 644 "$new"; fi
${editScript(edits)}${check}sync "$new" 2>/dev/null || :
mv -f "$new" ${target}
`,
      undo: restoreFile(path),
      impact: 'none',
      notify: [],
      // A service names the link, the journal keeps what it leads to.
      writes: path === params.path ? [path] : [path, params.path],
    },
  ]
}

/** Values of lines that hold a secret by their name are `***`. */
function shownEdit(path: string, before: string | null, after: string): string {
  const hide = (text: string) => text.split('\n').map(withoutSecret).join('\n')
  const [was, is] = [before === null ? null : hide(before), hide(after)]
  return was === is ? `~ ${path}: a line that holds a secret` : fileDiff(path, was, is)
}
