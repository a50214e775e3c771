import { dirname } from 'node:path'
import type { Task, View } from '../engine/play.ts'
import { EXIT, MmhaError } from '../events/error.ts'
import type { DocumentPath } from '../inventory/document.ts'
import { nearest } from '../inventory/nearest.ts'
import { checkDocument, placed } from '../inventory/schema-check.ts'
import type { Module } from '../modules/module.ts'
import { type FoundTask, type PlacedCondition, partOf, type Vars } from './expand.ts'
import { type Expression, evaluate, parseExpression } from './expression.ts'
import { looped, named, type Round } from './loop.ts'
import { compileModuleParameters, localFiles } from './module-parameters.ts'
import { namesIn, type Path, unknownNames, viewOfNames } from './names.ts'
import { compileParameter, type Parameter } from './parameter.ts'
import { TASK_KEYS } from './schema.ts'

export interface TaskSource {
  readonly found: FoundTask
  readonly id: string
  /** Variables of the command line, which go before all others. */
  readonly given: Vars
  /** Names of the play's handlers. */
  readonly notifiable: readonly string[]
  /** Names that any task of the playbook registers, whether it is chosen or not. */
  readonly registered: readonly string[]
  readonly modules: Readonly<Record<string, Module<unknown, unknown>>>
}

/** Names that have no value before the hosts were looked at. */
const LATE = ['facts', 'peerFacts', 'holder', 'registered']

/** Compiles one task, or says all that is wrong with it: `file:line:column path: message`. */
export function compileTask(from: TaskSource): { readonly task: Task } | { readonly problems: readonly string[] } {
  const { found } = from
  const { task } = found
  const problems: string[] = []
  const report = (path: DocumentPath, message: string) =>
    problems.push(...placed(found.source, [{ path: [...found.path, ...path], message }]))
  const attempt = <T>(work: () => T, say: (why: string) => void): T | undefined => {
    try {
      return work()
    } catch (error) {
      say(text(error))
      return undefined
    }
  }
  const chosen = chooseModule(from, report)
  const when = found.when.map((condition) =>
    attempt(
      () => compiledCondition(condition),
      (why) => problems.push(...placed(condition.source, [{ path: condition.path, message: `the expression ${why}` }])),
    ),
  )
  const vars = found.vars
    .flatMap((layer) => Object.entries(layer))
    .map(([name, value]) =>
      attempt(
        () => ({ name, value: compileParameter(value) }),
        (why) => report([], `vars: ${name}: ${why}`),
      ),
    )
  const loop = attempt(
    () => (task.loop === undefined ? null : compileParameter(task.loop)),
    (why) => report(['loop'], why),
  )
  const written = chosen === null ? {} : (task[chosen.name] ?? {})
  const params = attempt(
    () => compileModuleParameters(written, chosen?.module.expressions ?? []),
    (why) => report([chosen?.name ?? ''], why),
  )
  const notify = typeof task.notify === 'string' ? [task.notify] : (task.notify ?? [])
  for (const name of notify)
    if (!from.notifiable.includes(name)) report(['notify'], `no handler of this play is named ${name}`)
  if (new Set(notify).size < notify.length) report(['notify'], 'names the same handler twice')
  if (chosen === null || params === undefined || loop === undefined || problems.length > 0) return { problems }
  const parts = { ...chosen, when: defined(when), vars: defined(vars), loop, params, asks: params.asks, notify }
  const compiled = new CompiledTask(from, parts)
  const unknown = compiled.unknown(null)
  if (unknown.length > 0) return { problems: unknown }
  // What names nothing of the pair is wrong everywhere, or nowhere.
  if (chosen.module.expressions === undefined && compiled.namesOnly(['vars', 'item'])) {
    try {
      compiled.params({})
    } catch (error) {
      if (!(error instanceof MmhaError)) throw error
      return { problems: error.message.split('\n') }
    }
  }
  return { task: compiled.task() }
}

interface CompiledCondition extends PlacedCondition {
  readonly expression: Expression
}

interface Parts {
  readonly name: string
  readonly module: Module<unknown, unknown>
  readonly when: readonly CompiledCondition[]
  /** The widest first; each may name those before it. */
  readonly vars: readonly { readonly name: string; readonly value: Parameter }[]
  readonly loop: Parameter | null
  readonly params: Parameter
  /** Names in the parameters that are conditions. */
  readonly asks: readonly Path[]
  readonly notify: readonly string[]
}

class CompiledTask {
  readonly #from: TaskSource
  readonly #parts: Parts

  constructor(from: TaskSource, parts: Parts) {
    this.#from = from
    this.#parts = parts
  }

  /** Names that its parameters need, those behind its variables included. */
  #names(): ReadonlySet<string> {
    const { params, loop, vars } = this.#parts
    const own = rootsOf([...params.paths, ...(loop?.paths ?? [])])
    return own.has('vars') ? new Set([...own, ...rootsOf(vars.flatMap(({ value }) => value.paths))]) : own
  }

  /**
   * What it names and a view does not have: `file:line:column what: why`. Conditions alone, where there is a view: parameters
   * are filled in then.
   * @param view null: only names are looked at
   */
  unknown(view: Partial<View> | null): readonly string[] {
    const { found, given, registered } = this.#from
    const { name, when, vars, loop, params, asks } = this.#parts
    const known = [...Object.keys(given), ...vars.map(({ name }) => name)]
    const nothing = viewOfNames(known, registered, loop !== null)
    const full = { ...nothing, ...view, ...(view === null ? {} : { registered: Reflect.get(nothing, 'registered') }) }
    const say = (place: string, what: string, paths: readonly Path[], of: object = full) =>
      unknownNames(paths, of).map((why) => `${place} ${what}: ${why}`)
    const at = (key: string) => found.source.at([...found.path, key])
    return [
      ...when.flatMap(({ source, path, expression }) => say(source.at(path), 'when', namesIn(expression))),
      ...say(at(name), name, asks),
      ...(view !== null ? [] : say(at(name), name, params.paths)),
      // The list is asked for before there is an item.
      ...(view !== null || loop === null
        ? []
        : say(at('loop'), 'loop', loop.paths, viewOfNames(known, registered, false))),
    ]
  }

  namesOnly(names: readonly string[]): boolean {
    return [...this.#names()].every((name) => names.includes(name))
  }

  task(): Task {
    const { found, id } = this.#from
    const { module, loop, notify } = this.#parts
    return {
      id,
      name: found.task.name,
      where: found.source.at(found.path),
      module: loop === null ? module : (looped(module) as Module<unknown, unknown>),
      notify,
      register: found.task.register ?? null,
      needsFacts: LATE.some((name) => this.#names().has(name)),
      params: (view) => this.params(view),
      unknown: (view) => this.unknown(view),
      when: (view) => (loop === null ? this.#holds(this.#full(view)) : this.#rounds(view).some(({ chosen }) => chosen)),
    }
  }

  params(view: Partial<View>): unknown {
    return this.#parts.loop === null ? this.#checked(this.#full(view)) : this.#rounds(view)
  }

  #rounds(view: Partial<View>): Round[] {
    const { loop } = this.#parts
    const items = this.#at(['loop'], 'loop', () => loop?.render(this.#full(view)))
    if (!Array.isArray(items)) throw this.#wrong(['loop'], 'loop: this is no list')
    return named(items).map(({ key, label, item }) => {
      const full = this.#full({ ...view, item } as Partial<View>)
      return { key, label, params: this.#checked(full), chosen: this.#holds(full) }
    })
  }

  #holds(full: object): boolean {
    return this.#parts.when.every(({ source, path, expression }) => {
      try {
        return Boolean(evaluate(expression, full))
      } catch (cause) {
        throw invalidTask(this.#from.found.task.name, source.at(path), `when: ${text(cause)}`, cause)
      }
    })
  }

  /** Rendered, and as the module wants them. */
  #checked(full: object): unknown {
    const { found } = this.#from
    const { name, module, params } = this.#parts
    const path = [...found.path, name]
    const data = this.#at([name], name, () => params.render(full))
    const local = localFiles(data, module.localFiles ?? [], dirname(found.source.file))
    return checkDocument(partOf(found.source, path, local), module.params, 'PLAYBOOK_INVALID')
  }

  /** With the variables, which are only filled in where they are named. */
  #full(view: Partial<View>): object {
    const { given, registered } = this.#from
    const written = this.#parts.vars
    return {
      ...view,
      // A task that was not chosen has told nothing.
      registered: { ...Object.fromEntries(registered.map((name) => [name, null])), ...view.registered },
      get vars(): Vars {
        const vars: Record<string, unknown> = { ...given }
        for (const { name, value } of written)
          if (!Object.hasOwn(given, name)) vars[name] = value.render({ ...view, vars })
        return vars
      },
    }
  }

  #at<T>(path: DocumentPath, what: string, work: () => T): T {
    try {
      return work()
    } catch (cause) {
      throw this.#wrong(path, `${what}: ${text(cause)}`, cause)
    }
  }

  #wrong(path: DocumentPath, message: string, cause?: unknown): MmhaError {
    const { source, path: own, task } = this.#from.found
    return invalidTask(task.name, source.at([...own, ...path]), message, cause)
  }
}

function invalidTask(task: string, place: string, message: string, cause: unknown): MmhaError {
  return new MmhaError(`${place} ${message}`, {
    code: 'PLAYBOOK_INVALID',
    source: 'user',
    exit: EXIT.invalid,
    where: place,
    hint: `correct task "${task}"`,
    cause,
  })
}

function compiledCondition(condition: PlacedCondition): CompiledCondition {
  const { when } = condition
  return { ...condition, expression: typeof when === 'string' ? parseExpression(when) : { t: 'value', value: when } }
}

/** What Ansible calls our modules. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ...{ shell: 'command', raw: 'command', uri: 'http_check', ini_file: 'ini_option' },
  ...{ apt: 'package', yum: 'package', dnf: 'package', systemd: 'service', systemd_service: 'service' },
  ...{ iptables: 'firewall', ufw: 'firewall', firewalld: 'firewall' },
}

function chooseModule(
  { found: { task }, modules }: TaskSource,
  report: (path: DocumentPath, message: string) => void,
): { name: string; module: Module<unknown, unknown> } | null {
  const others = Object.keys(task).filter((key) => !TASK_KEYS.includes(key))
  const known = Object.keys(modules)
  const names = others.filter((key) => known.includes(key))
  for (const key of others.filter((other) => !known.includes(other))) {
    const near = known.find((name) => name === ELSEWHERE[key]) ?? nearest(key, [...known, ...TASK_KEYS])
    report(
      [key],
      `no module and no key of a task; ${near === null ? `modules: ${known.join(', ')}` : `did you mean ${near}?`}`,
    )
  }
  if (names.length > 1) report([], `a task has one module, this one has ${names.join(' and ')}`)
  if (others.length === 0) report([], `names no module; modules: ${known.join(', ')}`)
  const name = names[0]
  const module = name === undefined ? undefined : modules[name]
  return name === undefined || module === undefined || others.length > 1 ? null : { name, module }
}

function rootsOf(paths: readonly Path[]): Set<string> {
  return new Set(paths.map(([root = '']) => root))
}

function defined<T>(list: readonly (T | undefined)[]): T[] {
  return list.filter((one) => one !== undefined)
}

function text(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\n[\s\S]*$/, '') : String(error)
}
