import { z } from 'zod'
import { MODULE_DOCS } from './documentation.ts'
import type { Module } from './module.ts'

/** A parameter as a schema has it. */
export interface Parameter {
  readonly name: string
  readonly type: string
  /** JSON; null: it must be given. */
  readonly initially: string | null
}

interface Node {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Node[]
  readonly items?: Node
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly default?: unknown
}

/** The parameters of a module, in the order of its schema. */
export function parametersOf(module: Module<unknown, unknown>): Parameter[] {
  const root = z.toJSONSchema(module.params, { io: 'input', unrepresentable: 'any' }) as Node
  return Object.entries(root.properties ?? {}).map(([name, node]) => ({
    name,
    type: module.expressions?.includes(name) === true ? 'expressions' : typeOf(node),
    initially: root.required?.includes(name) === true ? null : JSON.stringify(node.default ?? null),
  }))
}

function typeOf({ type, anyOf, items, enum: values, const: only }: Node): string {
  if (values !== undefined) return values.map(String).join(', ')
  if (only !== undefined) return String(only)
  if (anyOf !== undefined) {
    const types = anyOf.filter((one) => one.type !== 'null').map(typeOf)
    return [...new Set(types)].join(' or ')
  }
  if (Array.isArray(type))
    return type
      .filter((one) => one !== 'null')
      .map((one) => typeOf({ type: one }))
      .join(' or ')
  if (type === 'array') return `list of ${items === undefined ? 'anything' : typeOf(items)}`
  return (
    { string: 'text', integer: 'number', number: 'number', boolean: 'true, false', object: 'map' }[String(type)] ??
    'anything'
  )
}

/** docs/modules.md */
export function modulesPage(modules: Readonly<Record<string, Module<unknown, unknown>>>): string {
  const names = Object.keys(modules).sort()
  const own = names.filter((name) => !isOfPair(name))
  const sections = (list: readonly string[]) => list.map((name) => section(name, modules[name])).join('\n')
  return `# Modules

What a task of a playbook can ask for ([the language](../playbooks/README.md)). Each looks first and does only what is missing; what
it does is shown before, kept on the host and taken back by \`mmha rollback\` where that can be. This page is made from the table that
the tests read: every example is run through the checks of \`mmha playbook check\`.

## For any playbook

${sections(own)}
## The pair itself

${sections(names.filter(isOfPair))}`
}

function isOfPair(name: string): boolean {
  return /^(mysql|keepalived|pair)_/.test(name)
}

function section(name: string, module: Module<unknown, unknown> | undefined): string {
  const doc = MODULE_DOCS[name]
  if (module === undefined || doc === undefined) return `### ${name}\n`
  const rows = parametersOf(module).map(({ name: parameter, type, initially }) => {
    const said = doc.parameters[parameter] ?? ''
    const start = initially === null ? 'required' : initially === 'null' ? '' : `\`${initially}\``
    return `| \`${parameter}\` | ${type} | ${start} | ${said} |\n`
  })
  const table = rows.length === 0 ? '' : `| parameter | | without it | |\n|---|---|---|---|\n${rows.join('')}`
  const notes = (doc.notes ?? []).map((note) => `${note}\n`).join('')
  return `### ${name}

${doc.summary}

\`\`\`yaml
${doc.example}
\`\`\`

${table}${notes === '' ? '' : `${table === '' ? '' : '\n'}${notes}`}`
}
