import { spawnSync } from 'node:child_process'
import { Secret } from '../inventory/secret.ts'

/** Echo is off while it is typed, and on again however that ends. */
const ASK = `old=$(stty -g) || exit 1
trap 'stty "$old"' EXIT
trap 'exit 130' INT TERM HUP
stty -echo
printf '%s ' "$1" >&2
IFS= read -r answer || exit 1
echo >&2
printf '%s' "$answer"`

/**
 * Asks the person at the terminal, and waits: nothing else is written meanwhile, so no progress display gets into the
 * question. null: nobody is there, or nothing was typed.
 */
export function askSecret(question: string): Secret | null {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null
  const { status, stdout } = spawnSync('/bin/sh', ['-c', ASK, 'sh', question], {
    stdio: ['inherit', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  return status === 0 && stdout !== '' ? new Secret(stdout) : null
}
