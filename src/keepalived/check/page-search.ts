import { type Context, createContext, Script } from 'node:vm'
import type { PagePattern } from '../config/page-pattern.ts'

/** Bytes of a page that are searched. */
export const MAX_SEARCHED = 1_048_576
/** ms that a search may take: the worker has more to do than to go back and forth in a pattern. */
const PATIENCE_MS = 250

let place: Context | null = null

/**
 * Is the pattern in the kept part of a page (from `minOffset` on), and does it begin early enough?
 * @returns a sentence instead when the search takes too long
 */
export function isFound(pattern: PagePattern, kept: Buffer): boolean | string {
  const text = kept.toString(pattern.utf ? 'utf8' : 'latin1')
  // Only a script has a time limit: an expression that goes back and forth without end can be stopped in no other way.
  place ??= createContext({})
  Object.assign(place, { pattern: new RegExp(pattern.source, pattern.flags), text })
  try {
    const at: unknown = new Script('pattern.exec(text)?.index ?? -1').runInContext(place, { timeout: PATIENCE_MS })
    if (typeof at !== 'number' || at < 0) return false
    return pattern.maxOffset === null || at + pattern.minOffset <= pattern.maxOffset
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    return `regex took longer than ${PATIENCE_MS / 1000} s`
  } finally {
    Object.assign(place, { pattern: null, text: null })
  }
}
