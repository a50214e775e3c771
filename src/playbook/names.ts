import { type Expression, lookUp } from './expression.ts'

/** A dotted name of an expression, in parts. */
export type Path = readonly string[]

/** What a name may begin with; `item` only in a loop. */
const ROOTS = ['inventory', 'host', 'peer', 'facts', 'peerFacts', 'holder', 'registered', 'vars']

/** Names of a condition. */
export function namesIn(expression: Expression): readonly Path[] {
  switch (expression.t) {
    case 'value':
      return []
    case 'name':
      return [expression.path]
    case 'list':
      return expression.items.flatMap(namesIn)
    case 'not':
      return namesIn(expression.of)
    case 'binary':
      return [expression.left, expression.right].flatMap(namesIn)
  }
}

/** A view in which nothing has a value yet: what hangs below null is null, so that only names are looked at. */
export function viewOfNames(vars: readonly string[], registered: readonly string[], looped: boolean): object {
  const nothing = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, null]))
  return {
    ...nothing([...ROOTS, ...(looped ? ['item'] : [])]),
    vars: nothing(vars),
    registered: nothing(registered),
  }
}

/** What is said of the names that a view does not have, each once. */
export function unknownNames(paths: readonly Path[], view: object): readonly string[] {
  const said = paths.flatMap((path) => {
    try {
      lookUp(view, path)
      return []
    } catch (error) {
      if (error instanceof ReferenceError) return [error.message]
      throw error
    }
  })
  return [...new Set(said)]
}
