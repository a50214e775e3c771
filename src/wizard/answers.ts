import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Text } from '../events/message.ts'
import { wizard } from '../events/messages/wizard.ts'
import { type DocumentPath, parseSource } from '../inventory/document.ts'
import { checkDocument } from '../inventory/schema-check.ts'

const text = z.union([z.string(), z.number()])

const master = z.strictObject({
  host: z.string().meta({ description: 'Address or name that SSH connects to' }),
  user: z.string().optional().meta({ description: 'Default root' }),
  port: text.optional().meta({ description: 'Default 22' }),
  key: z.string().optional().meta({ description: 'Private key file; default: the agent and ~/.ssh/id_*' }),
  fingerprint: z
    .string()
    .regex(/^SHA256:/, 'a fingerprint starts with SHA256:')
    .optional()
    .meta({ description: "SHA256:… of the host's key, when known_hosts does not know the host" }),
})

/** The document of `mmha init --answers FILE`: answers by the question's key. What it leaves out takes its default. */
export const answersSchema = z.strictObject({
  masters: z.tuple([master, master]).meta({ description: 'The two hosts, and how SSH reaches them' }),
  sameLogin: z.boolean().optional().meta({ description: 'Reach the second host as the first; default true' }),
  nic: z.string().optional().meta({ description: 'host0, or eth0/ens3; default: the best one' }),
  vip: z.string().meta({ description: '10.0.0.100' }),
  vipHeld: z.boolean().optional().meta({ description: 'One of the hosts may hold the VIP already; default false' }),
  server: z.enum(['auto', 'mysql', 'mariadb']).optional().meta({ description: 'Server to install' }),
  file: z.string().optional().meta({ description: 'Where to write; default inventory.yml' }),
  overwrite: z.boolean().optional().meta({ description: 'Replace that file when it exists; default false' }),
  next: z
    .enum(['nothing', 'plan', 'provision'])
    .optional()
    .meta({ description: 'What to go on with; default nothing' }),
})

/** One answer, and where it was written: `answers.yml:4:8`. */
export interface Answer {
  readonly value: string | boolean
  readonly where: string
}

/** Answers by question key (`masters.0.user`). @throws MmhaError ANSWERS_INVALID, exit 4, with file:line:column */
export function parseAnswers(source: string, file: string): ReadonlyMap<string, Answer> {
  const document = parseSource(source, file)
  const answers = checkDocument(document, answersSchema, 'ANSWERS_INVALID')
  return new Map(
    leaves(answers, []).map(({ path, value }) => [path.join('.'), { value, where: document.at(path) }] as const),
  )
}

function leaves(node: unknown, path: DocumentPath): { path: DocumentPath; value: string | boolean }[] {
  if (typeof node === 'string' || typeof node === 'boolean') return [{ path, value: node }]
  if (typeof node === 'number') return [{ path, value: String(node) }]
  if (Array.isArray(node)) return node.flatMap((item, i) => leaves(item, [...path, i]))
  if (typeof node === 'object' && node !== null) {
    return Object.entries(node).flatMap(([key, value]) => leaves(value, [...path, key]))
  }
  return []
}

/** An answer that its question doesn't take. */
export function invalidAnswer(message: Text, where: string): MmhaError {
  return new MmhaError(message, {
    code: 'ANSWERS_INVALID',
    source: 'user',
    exit: EXIT.invalid,
    where,
    hint: wizard('wizard.answers.wrong.do'),
  })
}
