import { readFile, stat } from 'node:fs/promises'
import { EXIT, MmhaError } from '../events/error.ts'
import { Secret } from '../inventory/secret.ts'

export interface Credentials {
  readonly user: string
  readonly password: Secret
}

/**
 * The [client] section of an option file that only root may read.
 * @throws MmhaError OPTION_FILE: not there, readable by others, no user
 */
export async function readCredentials(file: string): Promise<Credentials> {
  const refuse = (what: string, hint: string, cause?: unknown): MmhaError =>
    new MmhaError(`${file}: ${what}`, {
      code: 'OPTION_FILE',
      source: 'user',
      exit: EXIT.invalid,
      where: file,
      hint,
      cause,
    })
  let content: string
  try {
    const { mode } = await stat(file)
    if ((mode & 0o077) !== 0) throw refuse('others may read it', `chmod 600 ${file}`)
    content = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof MmhaError) throw error
    throw refuse('cannot be read', 'run `mmha provision` again: it writes the file', error)
  }
  const client = parseOptionFile(content).get('client')
  const user = client?.get('user')
  if (user === undefined || user === '')
    throw refuse('no user in [client]', 'write user=… and password=… under [client]')
  return { user, password: new Secret(client?.get('password') ?? '') }
}

/** Sections → options, as MySQL reads them: # and ; comments, quotes, backslash escapes, dashes as underscores. */
export function parseOptionFile(content: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>()
  let current: Map<string, string> | undefined
  for (const raw of content.split(/\r?\n/)) {
    const line = raw.trim()
    const header = /^\[([^\]]+)\]/.exec(line)
    if (header?.[1] !== undefined) {
      current = sections.get(header[1]) ?? new Map<string, string>()
      sections.set(header[1], current)
      continue
    }
    const option = optionOf(line)
    if (option !== null) current?.set(option.name, option.value ?? '')
  }
  return sections
}

/** The option that a line gives, dashes as underscores; value null: it has none. null: a comment, a header, nothing. */
export function optionOf(text: string): { readonly name: string; readonly value: string | null } | null {
  const line = text.trim()
  if (/^($|[#;![])/.test(line)) return null
  const at = line.indexOf('=')
  const name = (at < 0 ? line.replace(/\s#.*$/, '') : line.slice(0, at)).trim().replaceAll('-', '_')
  return { name, value: at < 0 ? null : unquoted(line.slice(at + 1).trim()) }
}

function unquoted(value: string): string {
  const quote = value[0]
  const quoted = (quote === '"' || quote === "'") && value.length > 1 && value.endsWith(quote)
  // Without quotes a # in the middle of a value starts a comment.
  const bare = quoted ? value.slice(1, -1) : value.replace(/\s#.*$/, '')
  return bare.replace(/\\([bnrts\\"'])/g, (_, c: string) => ESCAPES[c] ?? c)
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', n: '\n', r: '\r', t: '\t', s: ' ' }
