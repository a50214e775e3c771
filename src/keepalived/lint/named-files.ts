import { accessSync, constants, statSync } from 'node:fs'
import { nodesOf } from '../config/access.ts'
import type { Block, Node } from '../config/interpret.ts'
import type { Say } from './subject.ts'

/** Block, keyword, which of its values is a file, and whether only root may read that. */
const FILES = [
  ['global_defs', 'smtp_auth', 1, true],
  ['global_defs', 'webhook_header', 1, true],
  ['global_defs', 'smtp_tls_ca', 0, false],
  ['global_defs', 'webhook_ca', 0, false],
  ['SSL', 'certificate', 0, false],
  ['SSL', 'key', 0, false],
] as const

/** Why a file can't be used, and what mends it; null: it can. */
export function fileFault(path: string, isSecret: boolean): { readonly said: string; readonly fix: string } | null {
  try {
    accessSync(path, constants.R_OK)
    const { mode, uid } = statSync(path)
    if (isSecret && uid !== 0) return { said: "is not root's", fix: `chown root ${path}` }
    if (isSecret && (mode & 0o077) !== 0) return { said: 'is open to others than root', fix: `chmod 600 ${path}` }
    return null
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return {
      said: code === 'ENOENT' ? 'is not there' : `can't be read (${code})`,
      fix: 'create it, or correct the path',
    }
  }
}

function fileOf({ values }: Node, index: number): string | null {
  const value = values[index]
  return typeof value === 'string' ? value : null
}

/** Files that the daemon reads when it is too late to ask: to send mail, to call a webhook, to show a certificate. */
export function namedFiles(tree: Block, fault: typeof fileFault, say: Say): void {
  for (const [home, keyword, index, isSecret] of FILES) {
    const nodes = nodesOf(tree, home).flatMap(({ block }) => nodesOf(block, keyword))
    for (const node of nodes) {
      const path = fileOf(node, index)
      const found = path === null ? null : fault(path, isSecret)
      if (found !== null) say('file-unusable', node, `${keyword}: ${path} ${found.said}`, found.fix)
    }
  }
}
