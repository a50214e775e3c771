import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'
import { installationRoot } from './installation-root.ts'

/** A local file and its content hash, read once per run. */
export interface LocalFile {
  readonly path: string
  readonly size: number
  readonly sha256: string
}

const known = new Map<string, { readonly mtime: number; readonly file: LocalFile }>()

/** Size and SHA-256 of a local file. @throws MmhaError UPLOAD_SOURCE (exit 4) when it can't be read. */
export function localFile(src: string): LocalFile {
  const path = isAbsolute(src) ? src : join(installationRoot(), src)
  try {
    const { size, mtimeMs } = statSync(path)
    const before = known.get(path)
    if (before?.mtime === mtimeMs) return before.file
    const file = { path, size, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') }
    known.set(path, { mtime: mtimeMs, file })
    return file
  } catch (cause) {
    throw new MmhaError(`cannot read ${path}, which is to be uploaded`, {
      code: 'UPLOAD_SOURCE',
      source: 'user',
      exit: EXIT.invalid,
      where: path,
      // Ours are made by the build; others are named by a playbook.
      hint: path.startsWith(join(installationRoot(), 'dist'))
        ? 'build it first: npm run build'
        : 'see that it is there: a relative path begins beside the playbook',
      cause,
    })
  }
}

/** Where the engine puts a payload: named by content, root only. */
export function stagedAt(local: LocalFile): string {
  return `/var/lib/mmha/upload/${local.sha256}`
}

/** sh that fails unless the payload has arrived whole. */
export function checkStaged(local: LocalFile): string {
  return `[ "$(sha256sum <${stagedAt(local)} | cut -d ' ' -f 1)" = ${local.sha256} ] || { echo 'the upload arrived damaged'; exit 1; }`
}
