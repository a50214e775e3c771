import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { absolutePath, accountName, fileMode } from './file.ts'
import { installationRoot } from './installation-root.ts'
import type { Module } from './module.ts'
import { restoreFile } from './placed-file.ts'
import { sh, shellQuote } from './step.ts'

export interface UploadParams {
  /** A file on this machine; a relative path starts at the installation of mmha. */
  readonly src: string
  readonly dest: string
  readonly mode: string
  readonly owner: string
  readonly group: string
}

export interface UploadFacts {
  /** Of the file at `dest`; null: there is none. */
  readonly sha256: string | null
}

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
      hint: 'build it first: npm run build',
      cause,
    })
  }
}

/** A file of this machine at a path of the host, compared by content. It travels over the SSH connection that is open. */
export const upload: Module<UploadParams, UploadFacts> = {
  name: 'upload',
  localFiles: ['src'],
  params: z.strictObject({
    src: z.string().min(1),
    dest: absolutePath,
    mode: fileMode.default('0644'),
    owner: accountName.default('root'),
    group: accountName.default('root'),
  }),

  probe: ({ dest }) => `${FACT_FUNCTIONS}
if [ -f ${shellQuote(dest)} ]; then fact sha256 "$(sha256sum <${shellQuote(dest)} | cut -d ' ' -f 1)"; fi
`,

  parse: (stdout) => ({ sha256: new FactLines(stdout).text('sha256') }),

  plan: ({ src, dest, mode, owner, group }, context) => {
    const local = localFile(src)
    if (context.mine.sha256 === local.sha256) return []
    const to = stagedAt(local)
    const target = shellQuote(dest)
    return [
      {
        id: context.taskId,
        host: context.host.name,
        title: `${context.taskName}: upload ${basename(local.path)}`,
        diff: `${context.mine.sha256 === null ? '' : `- ${dest} sha256 ${context.mine.sha256.slice(0, 12)}\n`}+ ${dest} sha256 ${local.sha256.slice(0, 12)}, ${local.size} bytes`,
        payload: { file: local.path, size: local.size, to },
        run: sh`${checkStaged(local)}
(umask 022; mkdir -p "$(dirname ${target})")
chown ${shellQuote(`${owner}:${group}`)} ${to}
chmod ${mode} ${to}
cp -p ${to} ${target}.mmha-new
sync ${target}.mmha-new 2>/dev/null || :
mv -f ${target}.mmha-new ${target}
rm -f ${to}
`,
        undo: restoreFile(dest),
        impact: 'none',
        notify: [],
        writes: [dest],
      },
    ]
  },
}

/** Where the engine puts a payload: named by content, root only. */
export function stagedAt(local: LocalFile): string {
  return `/var/lib/mmha/upload/${local.sha256}`
}

/** sh that fails unless the payload has arrived whole. */
export function checkStaged(local: LocalFile): string {
  return `[ "$(sha256sum <${stagedAt(local)} | cut -d ' ' -f 1)" = ${local.sha256} ] || { echo 'the upload arrived damaged'; exit 1; }`
}
