import { isMap, type Variables } from './tree.ts'

/**
 * The variables with the values of those that they name and say no more than: `{{ vault_login }}`, the custom where
 * secrets lie in a file of their own. Places stay those of who names. Names that there are not, and circles, stay as they are.
 */
export function followed(variables: Variables): Variables {
  const fill = (value: unknown, way: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((part) => fill(part, way))
    if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fill(part, way)]))
    const name = typeof value === 'string' ? /^\{\{\s*(\w+)\s*\}\}$/.exec(value)?.[1] : undefined
    const target = name === undefined || way.includes(name) ? undefined : variables.get(name)
    return name === undefined || target === undefined ? value : fill(target.value, [...way, name])
  }
  return new Map([...variables].map(([name, variable]) => [name, { ...variable, value: fill(variable.value, [name]) }]))
}
