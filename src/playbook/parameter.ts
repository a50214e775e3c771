import Handlebars from 'handlebars'
import { Secret } from '../inventory/secret.ts'
import { lookUp } from './expression.ts'
import type { Path } from './names.ts'

/** A parameter of a task, compiled: the same value with its expressions filled in. */
export interface Parameter {
  /** Names in its expressions: inventory.vip, facts.os.id, … */
  readonly paths: readonly Path[]
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
    return { paths: items.flatMap(({ paths }) => paths), render: (view) => items.map((item) => item.render(view)) }
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => [key, compileParameter(item)] as const)
    return {
      paths: entries.flatMap(([, item]) => item.paths),
      render: (view) => Object.fromEntries(entries.map(([key, item]) => [key, item.render(view)])),
    }
  }
  return { paths: [], render: () => value }
}

function compileText(text: string): Parameter {
  if (!text.includes('{{')) return { paths: [], render: () => text }
  const paths = pathsIn(text)
  const whole = /^\{\{\s*[\w.[\]-]+\s*\}\}$/.test(text) ? paths[0] : undefined
  if (whole !== undefined && paths.length === 1) return { paths, render: (view) => lookUp(view, whole) }
  // Parsed from the user's own playbook, never from what a host says.
  const template = Handlebars.compile(text, { strict: true, noEscape: true, knownHelpersOnly: true })
  return {
    paths,
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

/** Names that start at the view. Inside of `each` and `with` a plain name is one of the item. */
function pathsIn(text: string): Path[] {
  const paths: Path[] = []
  let inside = 0
  class Paths extends Handlebars.Visitor {
    override PathExpression(path: hbs.AST.PathExpression): void {
      const parts = path.parts.map(String)
      if (path.data) paths.push(...(parts[0] === 'root' ? [parts.slice(1)] : []))
      else if (path.depth === inside && !BLOCKS.has(path.original)) paths.push(parts)
    }

    override BlockStatement(block: hbs.AST.BlockStatement): void {
      const own = ['each', 'with'].includes(String(block.path.original))
      this.acceptArray(block.params)
      this.accept(block.path)
      inside += own ? 1 : 0
      this.accept(block.program)
      inside -= own ? 1 : 0
      if (block.inverse !== undefined) this.accept(block.inverse)
    }
  }
  new Paths().accept(parsed(text))
  // `this` and `{{.}}` are no names.
  return paths.filter((path) => path.length > 0)
}

/** @throws Error that says in one line where the text can't be read. */
function parsed(text: string): hbs.AST.Program {
  try {
    return Handlebars.parse(text)
  } catch (error) {
    const [what = '', near = '', mark = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    if (!mark.includes('^')) throw new Error(`Handlebars can't read it: ${what}`)
    throw new Error(`Handlebars can't read it at character ${mark.indexOf('^')} of: ${near}`)
  }
}
