import { execFileSync } from 'node:child_process'
import type { Identity } from './script-file.ts'

const TIMEOUT_MS = 5000

/** A user of this host, from whatever its user database is; null: there is none. */
export function systemUser(name: string): Identity | null {
  if (!/^[\w.-]+\$?$/.test(name) || name.startsWith('-')) return null
  const ask = (...args: string[]) =>
    execFileSync('id', [...args, name], { timeout: TIMEOUT_MS, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const uid = Number(ask('-u'))
    return { name, uid, gids: ask('-G').trim().split(/\s+/).map(Number) }
  } catch {
    return null
  }
}
