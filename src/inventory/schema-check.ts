import { z } from 'zod'
import type { Text } from '../events/message.ts'
import { errors } from '../events/messages/errors.ts'
import { type DocumentPath, invalid, type Problem, pathText, type SourceDocument } from './document.ts'
import { nearest } from './nearest.ts'

type Issue = z.core.$ZodIssue

/**
 * Checks a document against its schema.
 * @throws MmhaError with every problem of the document, one line each: `file:line:column path: message` (exit 4).
 */
export function checkDocument<T>(
  document: SourceDocument,
  schema: z.ZodType<T>,
  code: string,
  hint: Text = errors('document.do', { file: document.file }),
): T {
  const result = schema.safeParse(document.data)
  if (result.success) return result.data
  const slips = document.slips()
  // Text where a map belongs is what the slips made of it.
  const garbled = slips.length > 0 && typeof document.data === 'string'
  throw invalid(code, [...slips, ...(garbled ? [] : problemLines(document, result.error.issues, schema))], hint)
}

/** Lines for problems that were found after the schema (rules between fields). */
export function placed(document: SourceDocument, problems: readonly Problem[]): string[] {
  return problems.map(({ path, message }) => line(document.at(path), path, message))
}

function problemLines(document: SourceDocument, issues: readonly Issue[], schema: z.ZodType): string[] {
  const known = keysBySchema(schema)
  return issues.flatMap((issue) => describe(document, known, issue, []))
}

function describe(document: SourceDocument, known: KnownKeys, issue: Issue, base: DocumentPath): string[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))]
  if (path.length === 0 && (document.data === null || document.data === undefined)) {
    return [line(document.at(path), path, 'the document is empty')]
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const keys = known(path)
      const near = nearest(key, keys)
      const help = near === null ? `known keys: ${keys.join(', ')}` : `did you mean ${near}?`
      return line(document.atKey(path, key), [...path, key], `unknown key; ${help}`)
    })
  }
  if (issue.code === 'invalid_union') {
    const input = valueAt(document.data, path)
    // Of a union (a scalar or a map) only the branch of the type that the user wrote has something to say.
    const branch = issue.errors.find((inner) => !inner.some((one) => isOfAnotherType(one, input)))
    if (branch !== undefined) return branch.flatMap((inner) => describe(document, known, inner, path))
    const wanted = [...new Set(issue.errors.flatMap((inner) => inner.flatMap(wantedBy)))]
    return [
      line(
        document.at(path),
        path,
        `expected ${wanted.join(' or ')}, got ${typeOf(input, path)}${inQuotes(wanted, input)}`,
      ),
    ]
  }
  if (issue.code === 'invalid_type') {
    const missing = issue.input === undefined && valueAt(document.data, path) === undefined
    const message = missing
      ? `missing; expected ${typeName(issue.expected)}`
      : `expected ${typeName(issue.expected)}, got ${typeOf(valueAt(document.data, path), path)}${inQuotes([typeName(issue.expected)], valueAt(document.data, path))}`
    return [line(document.at(path), path, message)]
  }
  if (issue.code === 'invalid_value' && /^Invalid/.test(issue.message)) {
    const message = `expected ${wantedBy(issue).join()}, got ${typeOf(valueAt(document.data, path), path)}`
    return [line(document.at(path), path, message)]
  }
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => line(document.at(path), path, message))
  return [line(document.at(path), path, sizeMessage(issue, valueAt(document.data, path)) ?? issue.message)]
}

/** Of a bound that the schema has no words for; null: another problem, or one with words of its own. */
function sizeMessage(issue: Issue, value: unknown): string | null {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return null
  if (!/^Too (small|big)/.test(issue.message)) return null
  const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`
  if (issue.origin === 'array') {
    const count = Array.isArray(value) ? value.length : 0
    return `expected ${bound} ${bound.endsWith(' 1') ? 'entry' : 'entries'}, got ${count}`
  }
  if (issue.origin === 'string') return bound === 'at least 1' ? 'must not be empty' : `expected ${bound} characters`
  return `expected ${bound}`
}

function line(place: string, path: DocumentPath, message: string): string {
  return path.length === 0 ? `${place} ${message}` : `${place} ${pathText(path)}: ${message}`
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    object: 'a map',
    record: 'a map',
    array: 'a list',
    tuple: 'a list',
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
  }
  return names[expected] ?? expected
}

function typeOf(value: unknown, path: DocumentPath): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'vault' in value ? 'an encrypted value, which only secrets may be' : 'a map'
  // The whole document in one text, its secrets among it.
  if (path.length === 0) return 'text'
  // What stands where a password belongs may be one.
  const hidden = path.some((part) => /pass|secret/i.test(String(part)))
  if (hidden) return typeof value
  const shown = JSON.stringify(value)
  return `${typeof value} ${shown.length > 80 ? `${shown.slice(0, 77)}…"` : shown}`
}

/** YAML reads 1111 as a number and yes as a truth, also where somebody means a password. */
function inQuotes(wanted: readonly string[], value: unknown): string {
  const scalar = typeof value === 'number' || typeof value === 'boolean'
  return scalar && wanted.includes('text') ? '; in quotes it is text' : ''
}

function isOfAnotherType(issue: Issue, input: unknown): boolean {
  if (issue.path.length > 0) return false
  return issue.code === 'invalid_type' || (issue.code === 'invalid_value' && typeof input !== 'string')
}

function wantedBy(issue: Issue): string[] {
  if (issue.code === 'invalid_type') return [typeName(issue.expected)]
  return issue.code === 'invalid_value' ? [`one of ${issue.values.map(String).join(', ')}`] : []
}

/** The value at a path of plain data; undefined where there is none. */
export function valueAt(data: unknown, path: DocumentPath): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    data,
  )
}

type KnownKeys = (path: DocumentPath) => string[]

interface JsonSchemaNode {
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>
  readonly items?: JsonSchemaNode
  readonly prefixItems?: readonly JsonSchemaNode[]
  readonly anyOf?: readonly JsonSchemaNode[]
  readonly additionalProperties?: JsonSchemaNode | boolean
}

/** The keys that a schema knows at a path, read from its JSON Schema so that there is one source. */
function keysBySchema(schema: z.ZodType): KnownKeys {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchemaNode
  return (path) => {
    let nodes: JsonSchemaNode[] = alternatives(root)
    for (const part of path) {
      nodes = nodes.flatMap((node) => {
        const next = typeof part === 'number' ? (node.prefixItems?.[part] ?? node.items) : node.properties?.[part]
        return next === undefined ? [] : alternatives(next)
      })
    }
    return nodes.flatMap((node) => Object.keys(node.properties ?? {}))
  }
}

function alternatives(node: JsonSchemaNode): JsonSchemaNode[] {
  return [node, ...(node.anyOf ?? []).flatMap(alternatives)]
}
