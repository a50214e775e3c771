import { basename } from 'node:path'
import { z } from 'zod'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { absolutePath, accountName, fileMode } from './file.ts'
import {
  attributeChanges,
  changeAttributes,
  type HostFileFacts,
  parseFile,
  probeAttributes,
  refuseOther,
} from './host-file.ts'
import { checkStaged, localFile, stagedAt } from './local-file.ts'
import type { Module } from './module.ts'
import { restoreFile } from './placed-file.ts'
import { sh, shellQuote } from './step.ts'

export interface CopyParams {
  /** A file on this machine; a relative path starts at the installation of mmha. */
  readonly src: string
  readonly dest: string
  readonly mode: string
  readonly owner: string
  readonly group: string
}

export interface CopyFacts extends Omit<HostFileFacts, 'content'> {
  /** Of the file at `dest`; null: there is none. */
  readonly sha256: string | null
}

/** A file of this machine at a path of the host, compared by content. It travels over the SSH connection that is open. */
export const copy: Module<CopyParams, CopyFacts> = {
  name: 'copy',
  localFiles: ['src'],
  params: z.strictObject({
    src: z.string().min(1),
    dest: absolutePath,
    mode: fileMode.default('0644'),
    owner: accountName.default('root'),
    group: accountName.default('root'),
  }),

  probe: ({ dest }) => `${FACT_FUNCTIONS}${probeAttributes(dest)}
if [ -f "$path" ]; then fact sha256 "$(sha256sum <"$path" | cut -d ' ' -f 1)"; fi
`,

  parse: (stdout) => ({ ...parseFile(stdout), sha256: new FactLines(stdout).text('sha256') }),

  plan: ({ src, dest, mode, owner, group }, context) => {
    const { mine } = context
    const local = localFile(src)
    refuseOther(dest, mine, 'file', context)
    const attributes = attributeChanges(mine, { mode, owner, group })
    const same = mine.sha256 === local.sha256
    if (same && attributes.length === 0) return []
    const to = stagedAt(local)
    const target = shellQuote(dest)
    const own = `chown ${shellQuote(`${owner}:${group}`)}`
    const step = {
      id: context.taskId,
      host: context.host.name,
      impact: 'none',
      notify: [],
    } as const
    if (same) {
      const change = changeAttributes(dest, mine, { mode, owner, group })
      return [{ ...step, title: `${context.taskName}: change ${dest}`, diff: attributes.join('\n'), ...change }]
    }
    const before = mine.sha256 === null ? [] : [`- ${dest} sha256 ${mine.sha256.slice(0, 12)}`]
    const after = `+ ${dest} sha256 ${local.sha256.slice(0, 12)}, ${local.size} bytes`
    return [
      {
        ...step,
        title: `${context.taskName}: copy ${basename(local.path)}`,
        diff: [...before, after, ...attributes].join('\n'),
        payload: { file: local.path, size: local.size, to },
        run: sh`${checkStaged(local)}
(umask 022; mkdir -p "$(dirname ${target})")
${own} ${to}
chmod ${mode} ${to}
cp -p ${to} ${target}.mmha-new
sync ${target}.mmha-new 2>/dev/null || :
mv -f ${target}.mmha-new ${target}
rm -f ${to}
`,
        undo: restoreFile(dest),
        writes: [dest],
      },
    ]
  },
}
