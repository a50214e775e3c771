import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'

/** What is wrong with a script's file, and what to do. */
export interface ScriptFault {
  readonly said: string
  readonly fix: string | null
}

const SHELLS = new Set(['sh', 'bash', 'dash', 'ksh', 'mksh', 'zsh'])
const HEAD_BYTES = 256
const SYNTAX_TIMEOUT_MS = 3000

function headOf(path: string): Buffer | null {
  try {
    const fd = openSync(path, 'r')
    try {
      const head = Buffer.alloc(HEAD_BYTES)
      return head.subarray(0, readSync(fd, head, 0, HEAD_BYTES, 0))
    } finally {
      closeSync(fd)
    }
  } catch {
    return null
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

/** The words of a `#!` line; null for a program, `[]` for text without one. */
function interpreterOf(head: Buffer): string[] | null {
  if (head.includes(0)) return null
  const line = head.toString('latin1').split('\n')[0] ?? ''
  return line.startsWith('#!')
    ? line
        .slice(2)
        .trim()
        .split(/[ \t]+/)
    : []
}

/** Can the kernel start this file? null: yes, or it can't be read and nobody knows. */
export function shebangFault(path: string): ScriptFault | null {
  const head = headOf(path)
  const words = head === null ? null : interpreterOf(head)
  if (head === null || words === null) return null
  const [interpreter] = words
  if (interpreter === undefined || interpreter === '')
    return { said: 'it has no #! line', fix: 'write #!/bin/sh as its first line' }
  if ((head.toString('latin1').split('\n')[0] ?? '').endsWith('\r'))
    return { said: 'its lines end as on Windows, so its interpreter is not found', fix: `sed -i 's/\\r$//' ${path}` }
  return isThere(interpreter)
    ? null
    : { said: `its interpreter ${interpreter} is not there`, fix: `correct its first line` }
}

/** What the script's own shell says of it, read and not run; null: nothing, or it is for another interpreter. */
export function syntaxFault(path: string): ScriptFault | null {
  const head = headOf(path)
  const [interpreter, shell] = (head === null ? null : interpreterOf(head)) ?? []
  if (interpreter === undefined) return null
  const program = basename(interpreter) === 'env' && shell !== undefined ? shell : interpreter
  const name = basename(program)
  if (!SHELLS.has(name)) return null
  const { status, stderr, error } = spawnSync(program, ['-n', path], {
    timeout: SYNTAX_TIMEOUT_MS,
    // Without BASH_ENV and ENV: those are run even with -n.
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  if (error !== undefined || status === 0 || status === null) return null
  const first = stderr.split('\n')[0] ?? ''
  return { said: `${name} -n: ${first.slice(0, 200)}`, fix: `correct it, then: ${name} -n ${path}` }
}

/** A user's rights, by number. */
export interface Identity {
  readonly name: string
  readonly uid: number
  readonly gids: readonly number[]
}

function may(path: string, bits: number, { uid, gids }: Identity): boolean {
  const { mode, uid: owner, gid } = statSync(path)
  const shift = owner === uid ? 6 : gids.includes(gid) ? 3 : 0
  return ((mode >> shift) & bits) === bits
}

function directoriesOf(path: string): string[] {
  const above = dirname(path)
  return above === path ? [above] : [...directoriesOf(above), above]
}

/** The part of a path that keeps a user from running the script; root is kept from nothing. Access lists are not looked at. */
export function unreachableFor(path: string, user: Identity): ScriptFault | null {
  if (user.uid === 0) return null
  try {
    const real = realpathSync(path)
    const closed = [...new Set(directoriesOf(real))].find((directory) => !may(directory, 1, user))
    if (closed !== undefined)
      return {
        said: `user ${user.name} may not enter ${closed}`,
        fix: `chmod o+x ${closed}, or move the script to /usr/local/sbin`,
      }
    const head = headOf(real)
    const needed = head !== null && interpreterOf(head) !== null ? 5 : 1
    if (!may(real, needed, user))
      return { said: `user ${user.name} may not read and run it`, fix: `chmod o+rx ${real}` }
  } catch {
    return null
  }
  return null
}
