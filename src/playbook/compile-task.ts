import type { Task, View } from '../engine/play.ts'
import { EXIT, MmhaError } from '../events/error.ts'
import type { DocumentPath, Problem, SourceDocument } from '../inventory/document.ts'
import { nearest } from '../inventory/nearest.ts'
import { checkDocument } from '../inventory/schema-check.ts'
import type { Module } from '../modules/module.ts'
import { type Expression, evaluate, parseExpression } from './expression.ts'
import { compileParameter, type Parameter } from './parameter.ts'
import { TASK_KEYS, type TaskDocument } from './schema.ts'

export interface TaskSource {
  readonly source: SourceDocument
  readonly path: DocumentPath
  readonly task: TaskDocument
  readonly id: string
  readonly vars: Readonly<Record<string, unknown>>
  /** Names of the play's handlers. */
  readonly notifiable: readonly string[]
  readonly modules: Readonly<Record<string, Module<unknown, unknown>>>
}

const FACTS = ['facts', 'peerFacts', 'holder'] as const

/** Compiles one task, or says all that is wrong with it. */
export function compileTask(from: TaskSource): { readonly task: Task } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const report = (path: DocumentPath, message: string) => problems.push({ path: [...from.path, ...path], message })
  const chosen = chooseModule(from, report)
  const when = attempt(
    () => (typeof from.task.when === 'string' ? parseExpression(from.task.when) : null),
    (why) => report(['when'], `the expression ${why}`),
  )
  const vars = attempt(
    () => compileParameter(from.vars),
    (why) => report([], `vars: ${why}`),
  )
  const params = attempt(
    () => compileParameter(chosen === null ? {} : (from.task[chosen.name] ?? {})),
    (why) => report([chosen?.name ?? ''], why),
  )
  const notify = typeof from.task.notify === 'string' ? [from.task.notify] : (from.task.notify ?? [])
  for (const name of notify)
    if (!from.notifiable.includes(name)) report(['notify'], `no handler of this play is named ${name}`)
  if (chosen === null || when === undefined || vars === undefined || params === undefined || problems.length > 0)
    return { problems }
  return { task: assemble(from, chosen.module, chosen.name, { when, vars, params, notify }) }
}

interface Parts {
  readonly when: Expression | null
  readonly vars: Parameter
  readonly params: Parameter
  readonly notify: readonly string[]
}

function assemble(from: TaskSource, module: Module<unknown, unknown>, moduleName: string, parts: Parts): Task {
  const { source, path, task, id } = from
  const at = [...path, moduleName]
  const full = (view: View) => ({
    ...view,
    vars: parts.vars.names.size === 0 && Object.keys(from.vars).length === 0 ? {} : parts.vars.render(view),
  })
  const fail = (place: string, text: string, cause: unknown) =>
    new MmhaError(`${place} ${text}`, {
      code: 'PLAYBOOK_INVALID',
      source: 'user',
      exit: EXIT.invalid,
      where: place,
      hint: `correct task "${task.name}"`,
      cause,
    })
  return {
    id,
    name: task.name,
    where: source.at(path),
    module,
    notify: parts.notify,
    needsFacts:
      FACTS.some((name) => parts.params.names.has(name)) ||
      (parts.params.names.has('vars') && FACTS.some((name) => parts.vars.names.has(name))),
    params: (view) => {
      let data: unknown
      try {
        data = parts.params.render(full(view))
      } catch (cause) {
        throw fail(source.at(at), `${moduleName}: ${text(cause)}`, cause)
      }
      return checkDocument(
        {
          ...source,
          data,
          at: (inner) => source.at([...at, ...inner]),
          atKey: (inner, key) => source.atKey([...at, ...inner], key),
        },
        module.params,
        'PLAYBOOK_INVALID',
      )
    },
    when: (view) => {
      if (parts.when === null) return task.when !== false
      try {
        return Boolean(evaluate(parts.when, full(view)))
      } catch (cause) {
        throw fail(source.at([...path, 'when']), `when: ${text(cause)}`, cause)
      }
    },
  }
}

function chooseModule(
  from: TaskSource,
  report: (path: DocumentPath, message: string) => void,
): { name: string; module: Module<unknown, unknown> } | null {
  const others = Object.keys(from.task).filter((key) => !TASK_KEYS.includes(key))
  const known = Object.keys(from.modules)
  const named = others.filter((key) => known.includes(key))
  for (const key of others.filter((other) => !known.includes(other))) {
    const near = nearest(key, [...known, ...TASK_KEYS])
    report(
      [key],
      `no module and no key of a task; ${near === null ? `modules: ${known.join(', ')}` : `did you mean ${near}?`}`,
    )
  }
  if (named.length > 1) report([], `a task has one module, this one has ${named.join(' and ')}`)
  if (others.length === 0) report([], `names no module; modules: ${known.join(', ')}`)
  const name = named[0]
  const module = name === undefined ? undefined : from.modules[name]
  return name === undefined || module === undefined || others.length > 1 ? null : { name, module }
}

function attempt<T>(work: () => T, report: (why: string) => void): T | undefined {
  try {
    return work()
  } catch (error) {
    report(text(error))
    return undefined
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\n[\s\S]*$/, '') : String(error)
}
