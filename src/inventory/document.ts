import { readFileSync } from 'node:fs'
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml'
import { EXIT, MmhaError } from '../events/error.ts'

/** A way into a document: keys of maps and indexes of lists. */
export type DocumentPath = readonly (string | number)[]

/** One thing that is wrong with a document, and the place in it. */
export interface Problem {
  readonly path: DocumentPath
  readonly message: string
}

/** A YAML document as data, with the places that messages need. */
export interface SourceDocument {
  readonly file: string
  readonly data: unknown
  /** `file:line:column` of the value at the path, or of its nearest ancestor that exists. */
  at(path: DocumentPath): string
  /** `file:line:column` of a key of the map at the path. */
  atKey(path: DocumentPath, key: string): string
}

/** Reads a user's YAML file. @throws MmhaError DOCUMENT_UNREADABLE, DOCUMENT_SYNTAX (exit 4). */
export function readDocument(file: string): SourceDocument {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? 'no such file' : String(cause)
    throw new MmhaError(`cannot read ${file}: ${why}`, {
      code: 'DOCUMENT_UNREADABLE',
      source: 'user',
      exit: EXIT.invalid,
      where: file,
      hint: 'give the path of an existing YAML file',
      cause,
    })
  }
  return parseSource(text, file)
}

/** The same from text in memory; `file` only names it in messages. */
export function parseSource(text: string, file: string): SourceDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const place = (offset: number | undefined): string => {
    const { line, col } = lines.linePos(offset ?? 0)
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`
  }
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => `${place(error.pos[0])} YAML syntax: ${error.message}`)
    throw invalid('DOCUMENT_SYNTAX', problems, 'mend the YAML at that place; indentation is two spaces, never tabs')
  }
  const nodeAt = (path: DocumentPath): unknown => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return node
    }
    return undefined
  }
  const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined)
  return {
    file,
    data: document.toJS({ maxAliasCount: 100 }),
    at: (path) => place(startOf(nodeAt(path))),
    atKey: (path, key) => {
      const map = document.getIn(path, true)
      const pair = isMap(map)
        ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
        : undefined
      return place(isPair(pair) ? startOf(pair.key) : startOf(nodeAt(path)))
    },
  }
}

/** One error out of all that is wrong with a document; every line starts with its place. */
export function invalid(code: string, lines: readonly string[], hint: string): MmhaError {
  const where = lines[0]?.split(' ', 1)[0]
  return new MmhaError(lines.join('\n'), {
    code,
    source: 'user',
    exit: EXIT.invalid,
    ...(where === undefined ? {} : { where }),
    hint,
  })
}

/** `masters[1].ssh.port`, as messages write a path. */
export function pathText(path: DocumentPath): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  )
}
