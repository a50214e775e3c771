import { lstatSync, mkdirSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Since Node 22.8. */
type Keeping = { readonly enableCompileCache?: (folder: string) => unknown }

/**
 * Keeps what V8 made of our sources for the next start, in `$XDG_CACHE_HOME/mmha` (`~/.cache/mmha`): to compile them was a
 * quarter of what a run with nothing to change computes. Whoever can write there would run as us: a folder that is not
 * ours alone is left alone, and a start without it is a slower start, no failure.
 */
export function keepCompiled(env: NodeJS.ProcessEnv = process.env): void {
  const { enableCompileCache } = module as Keeping
  const folder = enableCompileCache === undefined ? null : folderOf(env)
  if (folder !== null) enableCompileCache?.(folder)
}

function folderOf({ XDG_CACHE_HOME = '' }: NodeJS.ProcessEnv): string | null {
  const folder = join(XDG_CACHE_HOME === '' ? join(homedir(), '.cache') : XDG_CACHE_HOME, 'mmha')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const found = lstatSync(folder)
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0 ? folder : null
  } catch {
    // No home, or one that can't be written to.
    return null
  }
}
