// Puts a new build in the place of one that may be running.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** ms; a program that was started from the old files may ask for one of them so long: a drill takes minutes. */
const GRACE = 3_600_000

/**
 * Moves every file of `from` to its place in `to`, each by a rename, so that a reader finds the old or the new one whole.
 * Files of the folder `retire` that the new build doesn't have stay for an hour.
 * @param {string} from
 * @param {string} to
 * @param {{last: string, retire: string | null, now?: number}} options last: the file that leads to all others; now: ms
 */
export function replaceFiles(from, to, { last, retire, now = Date.now() }) {
  const files = filesOf(from)
  for (const file of [...files.filter((file) => file !== last), ...files.filter((file) => file === last)]) {
    mkdirSync(dirname(join(to, file)), { recursive: true })
    renameSync(join(from, file), join(to, file))
  }
  if (retire === null) return
  const list = join(to, retire, '.current')
  const before = new Set(lines(list))
  const current = new Set(files)
  for (const file of filesOf(join(to, retire)).map((file) => join(retire, file))) {
    if (current.has(file) || join(to, file) === list) continue
    // Its hour begins when it is replaced.
    if (before.has(file)) utimesSync(join(to, file), now / 1000, now / 1000)
    else if (now - statSync(join(to, file)).mtimeMs > GRACE) rmSync(join(to, file))
  }
  writeFileSync(list, [...current].join('\n'))
}

/** Paths of all files below a folder, relative to it. */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

function lines(file) {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}
