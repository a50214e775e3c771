import type { Play } from '../engine/play.ts'
import { EXIT, MmhaError } from '../events/error.ts'
import { invalid, type Problem, readDocument, type SourceDocument } from '../inventory/document.ts'
import { nearest } from '../inventory/nearest.ts'
import { checkDocument, placed } from '../inventory/schema-check.ts'
import type { Module } from '../modules/module.ts'
import { compileTask } from './compile-task.ts'
import { type PlayDocument, playbookSchema, type TaskDocument } from './schema.ts'
import { slug } from './slug.ts'

export type Modules = Readonly<Record<string, Module<unknown, unknown>>>

export interface PlaybookOptions {
  readonly modules: Modules
  /** Only plays and tasks with one of these tags; []: all. */
  readonly tags: readonly string[]
}

/**
 * Loads a playbook and compiles it against the modules.
 * @throws MmhaError (exit 4) with every problem of the file, one line each: `file:line:column path: message`.
 */
export function loadPlaybook(file: string, options: PlaybookOptions): Play[] {
  return playbookFrom(readDocument(file), options)
}

/** The same from a document that was read before. */
export function playbookFrom(source: SourceDocument, options: PlaybookOptions): Play[] {
  const document = checkDocument(source, playbookSchema, 'PLAYBOOK_INVALID')
  checkTags(source.file, document, options.tags)
  const problems: Problem[] = []
  const ids = new Set<string>()
  const compile = (play: PlayDocument, i: number, list: 'tasks' | 'handlers') =>
    (play[list] ?? []).flatMap((task: TaskDocument, j) => {
      if (list === 'tasks' && !selected([...(play.tags ?? []), ...(task.tags ?? [])], options.tags)) return []
      const id = `${slug(play.name)}/${slug(task.name)}`
      const path = [i, list, j]
      if (ids.has(id))
        problems.push({ path: [...path, 'name'], message: `two tasks of this play are named so; names must differ` })
      ids.add(id)
      const notifiable = (play.handlers ?? []).map(({ name }) => name)
      const compiled = compileTask({
        source,
        path,
        task,
        id,
        vars: play.vars ?? {},
        notifiable,
        modules: options.modules,
      })
      if ('task' in compiled) return [compiled.task]
      problems.push(...compiled.problems)
      return []
    })
  const plays = document.map((play, i) => ({
    name: play.name,
    where: source.at([i]),
    hosts: play.hosts,
    serial: play.serial ?? false,
    tasks: compile(play, i, 'tasks'),
    handlers: compile(play, i, 'handlers'),
  }))
  if (problems.length > 0)
    throw invalid('PLAYBOOK_INVALID', placed(source, problems), `correct ${source.file} and run the same command again`)
  return plays.filter(({ tasks }) => tasks.length > 0)
}

/** A tag that nothing has would be a run that does nothing, and says that all is well. */
function checkTags(file: string, plays: readonly PlayDocument[], wanted: readonly string[]): void {
  const known = [
    ...new Set(plays.flatMap(({ tags = [], tasks }) => [...tags, ...tasks.flatMap((task) => task.tags ?? [])])),
  ]
  const unknown = wanted.find((tag) => !known.includes(tag))
  if (unknown === undefined) return
  const near = nearest(unknown, known)
  throw new MmhaError(`no play or task of ${file} has the tag ${unknown}`, {
    code: 'TAG_UNKNOWN',
    source: 'user',
    exit: EXIT.invalid,
    where: file,
    hint:
      near === null ? `its tags are: ${known.join(', ')}` : `did you mean ${near}? Its tags are: ${known.join(', ')}`,
  })
}

function selected(tags: readonly string[], wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((tag) => tags.includes(tag))
}
