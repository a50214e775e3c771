import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'

const text = z.union([z.string(), z.number()]).transform(String)

const master = z.strictObject({
  /** Address or name that SSH connects to. */
  host: text,
  user: text.optional(),
  port: text.optional(),
  /** Private key file, or `agent`. */
  key: text.optional(),
  /** `SHA256:…` of the host's key: needed only when known_hosts doesn't know the host. */
  fingerprint: z
    .string()
    .regex(/^SHA256:/, 'a fingerprint starts with SHA256:')
    .optional(),
})

/** The document of `mmha init --answers FILE`: answers by the question's key. What it leaves out takes its default. */
export const answersSchema = z.strictObject({
  masters: z.tuple([master, master]),
  /** Reach the second host as the first. */
  sameLogin: z.boolean().optional(),
  /** As the list shows it: `host0`, or `eth0/ens3`. */
  nic: text.optional(),
  vip: text,
  /** Accept that one of the two hosts holds the VIP already. */
  vipHeld: z.boolean().optional(),
  server: z.enum(['auto', 'mysql', 'mariadb']).optional(),
  file: text.optional(),
  overwrite: z.boolean().optional(),
  next: z.enum(['nothing', 'plan', 'provision']).optional(),
})

/** One answer, and where it was written: `answers.yml:4:8`. */
export interface Answer {
  readonly value: string | boolean
  readonly where: string
}

/** Answers by question key (`masters.0.user`). @throws MmhaError ANSWERS_INVALID, exit 4, with file:line:column */
export function parseAnswers(source: string, file: string): ReadonlyMap<string, Answer> {
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const whereIs = (path: readonly PropertyKey[]): string => {
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined
    if (node?.range !== undefined) return at(node.range[0])
    return path.length === 0 ? at(0) : whereIs(path.slice(0, -1))
  }
  const [syntax] = document.errors
  if (syntax !== undefined) throw invalid(syntax.message, at(syntax.pos[0]))
  const parsed = answersSchema.safeParse(document.toJS())
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = issue?.path ?? []
    throw invalid(`${path.join('.') || 'the document'}: ${issue?.message ?? 'invalid'}`, whereIs(path))
  }
  return new Map(leaves(parsed.data, []).map(({ path, value }) => [path.join('.'), { value, where: whereIs(path) }]))
}

type Path = readonly (string | number)[]

function leaves(node: unknown, path: Path): { path: Path; value: string | boolean }[] {
  if (typeof node === 'string' || typeof node === 'boolean') return [{ path, value: node }]
  if (Array.isArray(node)) return node.flatMap((item, i) => leaves(item, [...path, i]))
  if (typeof node === 'object' && node !== null) {
    return Object.entries(node).flatMap(([key, value]) => leaves(value, [...path, key]))
  }
  return []
}

export function invalid(message: string, where: string): MmhaError {
  return new MmhaError(message, {
    code: 'ANSWERS_INVALID',
    source: 'user',
    exit: EXIT.invalid,
    where,
    hint: 'correct the answers file; `mmha init --help` lists its keys',
  })
}
