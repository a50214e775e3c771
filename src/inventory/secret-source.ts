import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { DocumentPath, Problem } from './document.ts'
import type { SecretDocument } from './schema.ts'
import { Secret } from './secret.ts'

/** Gets a secret from where the document says it is. A problem is reported, never the value. */
export function readSecret(
  document: SecretDocument,
  place: { readonly folder: string; readonly path: DocumentPath; readonly env: NodeJS.ProcessEnv },
  report: (problem: Problem) => void,
): Secret | null {
  if (typeof document === 'string') return new Secret(document)
  if ('env' in document) {
    const value = place.env[document.env]
    if (value !== undefined && value !== '') return new Secret(value)
    report({ path: place.path, message: `the environment variable ${document.env} is not set` })
    return null
  }
  try {
    const line = readFileSync(resolve(place.folder, document.file), 'utf8').split(/\r?\n/, 1)[0] ?? ''
    if (line !== '') return new Secret(line)
    report({ path: place.path, message: `the first line of ${document.file} is empty` })
  } catch {
    report({ path: place.path, message: `cannot read ${document.file}` })
  }
  return null
}
