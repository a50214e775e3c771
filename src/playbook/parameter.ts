import Handlebars from 'handlebars'
import { Secret } from '../inventory/secret.ts'
import { lookUp } from './expression.ts'

/** A parameter of a task, compiled: the same value with its expressions filled in. */
export interface Parameter {
  /** Names at the beginning of its expressions: inventory, host, facts, … */
  readonly names: ReadonlySet<string>
  /** @throws Error when an expression names what the view doesn't have. */
  render(view: object): unknown
}

/**
 * Compiles Handlebars expressions anywhere in a value. A text that is one expression keeps the type of what it names
 * (`"{{inventory.server.port}}"` is a number); inside longer text it is written out.
 * @throws Error when the Handlebars syntax is wrong.
 */
export function compileParameter(value: unknown): Parameter {
  if (typeof value === 'string') return compileText(value)
  if (Array.isArray(value)) {
    const items = value.map(compileParameter)
    return { names: union(items), render: (view) => items.map((item) => item.render(view)) }
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => [key, compileParameter(item)] as const)
    return {
      names: union(entries.map(([, item]) => item)),
      render: (view) => Object.fromEntries(entries.map(([key, item]) => [key, item.render(view)])),
    }
  }
  return { names: new Set(), render: () => value }
}

function compileText(text: string): Parameter {
  if (!text.includes('{{')) return { names: new Set(), render: () => text }
  const paths = pathsIn(text)
  const names = new Set(paths.map((path) => path[0] ?? ''))
  const whole = /^\{\{\s*[\w.[\]-]+\s*\}\}$/.test(text) ? paths[0] : undefined
  if (whole !== undefined && paths.length === 1) return { names, render: (view) => lookUp(view, whole) }
  // Parsed from the user's own playbook, never from what a host says.
  const template = Handlebars.compile(text, { strict: true, noEscape: true, knownHelpersOnly: true })
  return {
    names,
    render: (view) => {
      for (const path of paths) {
        if (lookUp(view, path) instanceof Secret)
          throw new Error(`${path.join('.')} is a secret and can't be part of a text; give it on its own`)
      }
      return template(view)
    },
  }
}

const BLOCKS = new Set(['if', 'unless', 'each', 'with', 'lookup', 'log'])

function pathsIn(text: string): string[][] {
  const paths: string[][] = []
  class Paths extends Handlebars.Visitor {
    override PathExpression(path: hbs.AST.PathExpression): void {
      if (!path.data && path.depth === 0 && !BLOCKS.has(path.original)) paths.push(path.parts.map(String))
    }
  }
  new Paths().accept(Handlebars.parse(text))
  return paths
}

function union(parameters: readonly Parameter[]): ReadonlySet<string> {
  return new Set(parameters.flatMap(({ names }) => [...names]))
}
