import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { MmhaError } from '../events/error.ts'
import { type DocumentPath, readDocument, type SourceDocument } from '../inventory/document.ts'
import { checkDocument, placed } from '../inventory/schema-check.ts'
import {
  type Condition,
  defaultsSchema,
  includeSchema,
  type PlayDocument,
  type TaskDocument,
  taskFileSchema,
  taskSchema,
} from './schema.ts'
import { slug } from './slug.ts'

export type Vars = Readonly<Record<string, unknown>>

/** A condition, and where it stands. */
export interface PlacedCondition {
  readonly source: SourceDocument
  readonly path: DocumentPath
  readonly when: Condition
}

/** A task of a play, wherever it was written, with all that it inherits. */
export interface FoundTask {
  readonly source: SourceDocument
  readonly path: DocumentPath
  readonly task: TaskDocument
  /** Parts of its id after the play: names of roles and includes, its own last. */
  readonly id: readonly string[]
  /** Its own, the play's, and those of what included it. */
  readonly tags: readonly string[]
  /** The widest first; each may name those before it. */
  readonly vars: readonly Vars[]
  readonly when: readonly PlacedCondition[]
}

/** What tasks inherit from what they stand in. */
type Inherited = Pick<FoundTask, 'id' | 'tags' | 'vars' | 'when'>

export type Lists = { readonly tasks: readonly FoundTask[]; readonly handlers: readonly FoundTask[] }

/** What the same is called elsewhere, or was; and here. */
const FOREIGN: Readonly<Record<string, string>> = {
  include: 'tasks of a file are included by include_tasks',
  import_tasks: 'tasks of a file are included by include_tasks',
  include_role: 'a role stands in roles: of the play',
  import_role: 'a role stands in roles: of the play',
  block: 'tasks stand in the list of the play, or in a file that include_tasks names',
}

/** More would be a file that includes itself. */
const DEEPEST = 10

/** Finds the tasks of plays in their own file, in included ones and in roles; collects what is wrong on the way. */
export class TaskFinder {
  /** `file:line:column path: message` */
  readonly problems: string[] = []

  /** Roles first, as they are written, then the play's own tasks. */
  find(source: SourceDocument, path: DocumentPath, play: PlayDocument, vars: Vars): Lists {
    const outer: Inherited = { id: [], tags: play.tags ?? [], vars: [vars, play.vars ?? {}], when: [] }
    const roles = (play.roles ?? []).map((role, i) => this.#role(source, [...path, 'roles', i], role, outer))
    const own = (list: 'tasks' | 'handlers') =>
      (play[list] ?? []).flatMap((task, i) => this.#task(source, [...path, list, i], task, outer, 0))
    return {
      tasks: [...roles.flatMap(({ tasks }) => tasks), ...own('tasks')],
      handlers: [...roles.flatMap(({ handlers }) => handlers), ...own('handlers')],
    }
  }

  #task(source: SourceDocument, path: DocumentPath, written: object, outer: Inherited, depth: number): FoundTask[] {
    const part = partOf(source, path, written)
    const foreign = Object.keys(FOREIGN).find((key) => key in written)
    if (foreign !== undefined) return this.#refuse(source, [...path, foreign], FOREIGN[foreign] ?? '')
    if (!('include_tasks' in written)) {
      const task = this.#attempt(() => checkDocument(part, taskSchema, 'PLAYBOOK_INVALID'))
      return task === undefined ? [] : [{ source, path, task, ...inherit(outer, source, path, task) }]
    }
    const include = this.#attempt(() => checkDocument(part, includeSchema, 'PLAYBOOK_INVALID'))
    if (include === undefined) return []
    if (depth >= DEEPEST) return this.#refuse(source, [...path, 'include_tasks'], 'included in itself')
    const file = join(dirname(source.file), include.include_tasks)
    return this.#file(source, [...path, 'include_tasks'], file, inherit(outer, source, path, include), depth + 1)
  }

  #file(source: SourceDocument, path: DocumentPath, file: string, outer: Inherited, depth: number): FoundTask[] {
    if (!existsSync(file)) return this.#refuse(source, path, `there is no file ${file}`)
    const inner = this.#attempt(() => {
      const document = readDocument(file)
      return { document, tasks: checkDocument(document, taskFileSchema, 'PLAYBOOK_INVALID') }
    })
    return (inner?.tasks ?? []).flatMap((task, i) => this.#task(inner?.document ?? source, [i], task, outer, depth))
  }

  #role(
    source: SourceDocument,
    path: DocumentPath,
    written: NonNullable<PlayDocument['roles']>[number],
    outer: Inherited,
  ): Lists {
    const role = typeof written === 'string' ? { role: written } : written
    const folder = join(dirname(source.file), 'roles', role.role)
    const defaults = this.#defaults(join(folder, 'defaults', 'main.yml'))
    const inner = inherit(outer, source, path, { ...role, name: role.role })
    // Its defaults are the widest: the file's and the play's variables go before them.
    const given = { ...inner, vars: [defaults, ...inner.vars] }
    const handlers = join(folder, 'handlers', 'main.yml')
    return {
      tasks: this.#file(source, path, join(folder, 'tasks', 'main.yml'), given, 1),
      handlers: existsSync(handlers) ? this.#file(source, path, handlers, given, 1) : [],
    }
  }

  #defaults(file: string): Vars {
    if (!existsSync(file)) return {}
    return this.#attempt(() => checkDocument(readDocument(file), defaultsSchema, 'PLAYBOOK_INVALID')) ?? {}
  }

  #refuse(source: SourceDocument, path: DocumentPath, message: string): [] {
    this.problems.push(...placed(source, [{ path, message }]))
    return []
  }

  #attempt<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof MmhaError)) throw error
      this.problems.push(...error.message.split('\n'))
      return undefined
    }
  }
}

/** A part of a document as a document, whose messages name places of the whole. */
export function partOf(source: SourceDocument, path: DocumentPath, data: unknown): SourceDocument {
  return {
    ...source,
    data,
    at: (inner) => source.at([...path, ...inner]),
    atKey: (inner, key) => source.atKey([...path, ...inner], key),
    slips: () => [],
  }
}

function inherit(
  outer: Inherited,
  source: SourceDocument,
  path: DocumentPath,
  own: {
    readonly name?: string | undefined
    readonly tags?: readonly string[] | undefined
    readonly vars?: Vars | undefined
    readonly when?: Condition | undefined
  },
): Inherited {
  const { name, tags = [], vars = {}, when } = own
  return {
    id: name === undefined ? outer.id : [...outer.id, slug(name)],
    tags: [...outer.tags, ...tags],
    vars: [...outer.vars, vars],
    when: when === undefined ? outer.when : [...outer.when, { source, path: [...path, 'when'], when }],
  }
}
