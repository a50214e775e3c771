import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, type ScalarTag, visit } from 'yaml'
import { EXIT, MmhaError } from '../events/error.ts'
import { joined, type Text } from '../events/message.ts'
import { documentLine } from '../events/messages/errors.ts'
import { spoken } from '../events/spoken.ts'
import { typingSlips } from './typing-slips.ts'
import { isVault } from './vault-format.ts'

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
  /** Which pair of the file it is; absent: the file has one. */
  readonly pair?: string
  readonly data: unknown
  /** `file:line:column` of the value at the path, or of its nearest ancestor that exists. */
  at(path: DocumentPath): string
  /** `file:line:column` of a key of the map at the path. */
  atKey(path: DocumentPath, key: string): string
  /** What may have gone wrong in typing, as lines of a message; for a document that is wrong. */
  slips(): string[]
}

/** Why a file can't be read, by the code of the system's error. */
const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  EACCES: 'permission denied',
}

/** In our words, where the parser's own are for its developers. */
const SYNTAX: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'this key is there already; give it once',
  MULTIPLE_DOCS: 'a second document begins here; a file has one',
  MULTILINE_IMPLICIT_KEY: 'this is no `key: value`',
  TAB_AS_INDENT: 'a tab; indent with spaces',
}

/** Gives the text of a file that ansible-vault encrypted. */
export type OpenFile = (envelope: string, file: string) => string

/**
 * Reads a user's YAML file. @throws MmhaError DOCUMENT_UNREADABLE, DOCUMENT_SYNTAX (exit 4).
 * @param open without it nothing encrypted is taken
 */
export function readDocument(file: string, open?: OpenFile): SourceDocument {
  return parseSource(readText(file, open), file, { vault: open !== undefined })
}

/** The text of a user's file. @throws MmhaError DOCUMENT_UNREADABLE (exit 4). */
export function readText(file: string, open?: OpenFile): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    throw unreadable(file, UNREADABLE[code] ?? String(cause), 'give the path of an existing YAML file', cause)
  }
  if (!isUtf8(bytes) || bytes.includes(0)) {
    throw unreadable(file, 'it is not UTF-8 text', 'save it as UTF-8 (not as GBK, UTF-16 or a binary format)')
  }
  const text = bytes.toString('utf8')
  if (!isVault(text)) return text
  if (open === undefined) {
    throw unreadable(file, 'ansible-vault encrypted it', 'keep secrets in the inventory, which may be encrypted')
  }
  return open(text, file)
}

function unreadable(file: string, why: string, hint: string, cause?: unknown): MmhaError {
  return new MmhaError(`cannot read ${file}: ${why}`, {
    code: 'DOCUMENT_UNREADABLE',
    source: 'user',
    exit: EXIT.invalid,
    where: file,
    hint,
    cause,
  })
}

/** `!vault TEXT` is the map `{vault: TEXT}`, which documents without tags (JSON) can write, too. */
const VAULT_TAG: ScalarTag = { tag: '!vault', resolve: (vault) => ({ vault }) }

/**
 * The same from text in memory; `file` only names it in messages.
 * @param options vault: whether it may have encrypted values
 */
export function parseSource(text: string, file: string, { vault = true } = {}): SourceDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    customTags: [VAULT_TAG],
  })
  const place = (offset: number | undefined): string => {
    const { line, col } = lines.linePos(offset ?? 0)
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`
  }
  const slips = (): { readonly place: string; readonly message: string }[] =>
    typingSlips(text).map(({ offset, message }) => ({ place: place(offset), message }))
  const errors = [
    ...document.errors.map(({ pos, code, message }) => ({ offset: pos[0], message: SYNTAX[code] ?? message })),
    ...danglingAliases(document),
    ...(vault ? [] : encryptedValues(document)),
  ]
  if (errors.length > 0) {
    const found = slips()
    const lineOf = (where: string) => where.split(':').at(-2)
    // Where a slip is, the parser's complaint is about the slip.
    const others = errors
      .map(({ offset, message }) => ({ place: place(offset), message: `YAML syntax: ${message}` }))
      .filter((error) => !found.some((slip) => lineOf(slip.place) === lineOf(error.place)))
    const problems = [...found, ...others].map(({ place, message }) => `${place} ${message}`)
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
    slips: () => slips().map(({ place, message }) => `${place} ${message}`),
  }
}

/** `*name` without a `&name` before it: the parser takes it, and stumbles only when it makes data of it. */
function danglingAliases(document: Document.Parsed): { readonly offset: number; readonly message: string }[] {
  const found: { offset: number; message: string }[] = []
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined) return
      const message = `nothing is named &${alias.source}; text that begins with * belongs in quotes`
      found.push({ offset: alias.range?.[0] ?? 0, message })
    },
  })
  return found
}

/** What only an inventory may have: elsewhere nothing keeps the value out of plans and logs. */
function encryptedValues(document: Document.Parsed): { readonly offset: number; readonly message: string }[] {
  const found: { offset: number; message: string }[] = []
  visit(document, {
    Scalar: (_key, scalar) => {
      if (scalar.tag !== VAULT_TAG.tag) return
      found.push({ offset: scalar.range?.[0] ?? 0, message: '!vault is only for the secrets of an inventory' })
    },
  })
  return found
}

/** One error out of all that is wrong with a document, in its order; every line starts with its place. */
export function invalid(code: string, lines: readonly string[], hint: Text): MmhaError {
  const sorted = [...new Set(lines)].toSorted((a, b) => comparePlaces(a, b))
  const where = sorted[0]?.split(' ', 1)[0]
  return new MmhaError(
    joined(
      sorted.map((line) => spoken(documentLine(line))),
      'line',
    ),
    {
      code,
      source: 'user',
      exit: EXIT.invalid,
      ...(where === undefined ? {} : { where }),
      hint,
    },
  )
}

function comparePlaces(a: string, b: string): number {
  const [[line = 0, column = 0], [otherLine = 0, otherColumn = 0]] = [numbersOf(a), numbersOf(b)]
  return line - otherLine || column - otherColumn
}

function numbersOf(line: string): number[] {
  return (/:(\d+):(\d+) /.exec(line) ?? []).slice(1).map(Number)
}

/** `masters[1].ssh.port`, as messages write a path. */
export function pathText(path: DocumentPath): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  )
}
