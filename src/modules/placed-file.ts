import { dirname } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import { type Script, sh, shellQuote } from './step.ts'

const DELIMITER = 'MMHA_END_OF_FILE'

/**
 * sh that writes a file beside its place and moves it there in one step; its bytes are on the disk before its name is, or a
 * power loss may leave an empty file under it (XFS, ext4). `check` is sh that refuses the new file
 * (exit ≠ 0) before it counts; `$new` names it. `content` ends with a newline.
 */
export function placeFile(options: {
  readonly path: string
  readonly content: Script
  /** Octal, as chmod takes it. */
  readonly mode: string
  readonly check?: string
}): Script {
  const path = shellQuote(options.path)
  // A folder that is missing is one that others may enter: only the file may be a secret.
  return sh`(umask 022; mkdir -p ${shellQuote(dirname(options.path))})
new=${path}.mmha-new
trap 'rm -f "$new"' EXIT
cat >"$new" <<'${DELIMITER}'
${options.content}${DELIMITER}
chmod ${options.mode} "$new"
${options.check ?? ':'}
sync "$new" 2>/dev/null || :
mv -f "$new" ${path}
`
}

/** sh for `Step.undo` that gives a file of `Step.writes` back what it was, or removes it. */
export function restoreFile(path: string): Script {
  return sh`restore_file ${shellQuote(path)}\n`
}

/** Unified diff of a file; `before` null: a new file. */
export function fileDiff(path: string, before: string | null, after: string): string {
  const patch = createTwoFilesPatch(before === null ? '/dev/null' : path, path, before ?? '', after, '', '', {
    context: 2,
  })
  return patch.replace(/^(Index: .*\n)?=+\n/, '')
}
