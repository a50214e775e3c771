import type { Play, Task } from '../engine/play.ts'
import { EXIT, MmhaError } from '../events/error.ts'
import { invalid, readDocument, type SourceDocument } from '../inventory/document.ts'
import { nearest } from '../inventory/nearest.ts'
import { checkDocument, placed } from '../inventory/schema-check.ts'
import type { Module } from '../modules/module.ts'
import { compileTask } from './compile-task.ts'
import { type FoundTask, type Lists, TaskFinder, type Vars } from './expand.ts'
import { type PlayDocument, playbookSchema } from './schema.ts'
import { slug } from './slug.ts'

export type Modules = Readonly<Record<string, Module<unknown, unknown>>>

export interface PlaybookOptions {
  readonly modules: Modules
  /** Only plays and tasks with one of these tags; []: all. */
  readonly tags: readonly string[]
  /** Variables that go before those of the playbook. */
  readonly vars?: Vars
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
  const [vars, written, base] = Array.isArray(document)
    ? [{}, document, []]
    : [document.vars ?? {}, document.plays, ['plays']]
  const finder = new TaskFinder()
  const found = written.map((play, i) => {
    const path = [...base, i]
    return { play, path, lists: finder.find(source, path, play, vars) }
  })
  checkTags(source.file, found, options.tags)
  const problems = [...finder.problems]
  const ids = new Set<string>()
  const registered = found.flatMap(({ lists }) =>
    [...lists.tasks, ...lists.handlers].flatMap(({ task }) => task.register ?? []),
  )
  const plays = found.map(({ play, path, lists }) => {
    const compiler = new PlayCompiler(play, lists, { ...options, registered }, ids)
    const chosen = lists.tasks.filter(({ tags }) => selected(tags, options.tags))
    const tasks = compiler.compile(chosen)
    const handlers = compiler.compile(lists.handlers)
    problems.push(...compiler.problems)
    const serial = play.serial === true || play.serial === 1
    return { name: play.name, where: source.at(path), hosts: play.hosts, serial, tasks, handlers }
  })
  if (problems.length > 0)
    throw invalid('PLAYBOOK_INVALID', problems, `correct ${source.file} and run the same command again`)
  return plays.filter(({ tasks }) => tasks.length > 0)
}

class PlayCompiler {
  readonly problems: string[] = []
  readonly #play: PlayDocument
  readonly #notifiable: readonly string[]
  readonly #options: PlaybookOptions & { readonly registered: readonly string[] }
  readonly #ids: Set<string>

  constructor(
    play: PlayDocument,
    { handlers }: Lists,
    options: PlaybookOptions & { readonly registered: readonly string[] },
    ids: Set<string>,
  ) {
    this.#play = play
    this.#notifiable = handlers.map(({ task }) => task.name)
    this.#options = options
    this.#ids = ids
  }

  compile(list: readonly FoundTask[]): Task[] {
    return list.flatMap((found) => {
      const id = [slug(this.#play.name), ...found.id].join('/')
      if (this.#ids.has(id)) {
        const message = 'two tasks of this play are named so; names must differ'
        this.problems.push(...placed(found.source, [{ path: [...found.path, 'name'], message }]))
      }
      this.#ids.add(id)
      const { modules, registered, vars: given = {} } = this.#options
      const compiled = compileTask({ found, id, given, notifiable: this.#notifiable, registered, modules })
      if ('task' in compiled) return [compiled.task]
      this.problems.push(...compiled.problems)
      return []
    })
  }
}

/** A tag that nothing has would be a run that does nothing, and says that all is well. */
function checkTags(
  file: string,
  plays: readonly { readonly play: PlayDocument; readonly lists: Lists }[],
  wanted: readonly string[],
): void {
  const known = [
    ...new Set(plays.flatMap(({ play, lists }) => [...(play.tags ?? []), ...lists.tasks.flatMap(({ tags }) => tags)])),
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
