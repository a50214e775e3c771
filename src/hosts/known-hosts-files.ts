import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'
import type { SshTarget } from '../inventory/inventory.ts'
import { nameOf } from './host-key-error.ts'
import { type KnownHosts, knownHostLine, parseKnownHosts } from './known-hosts.ts'

/** All entries of the known_hosts files that exist and can be read. */
export function readKnownHosts(files: readonly string[]): KnownHosts {
  const all = files.map((file) => parseKnownHosts(textOf(file), file))
  return { entries: all.flatMap(({ entries }) => entries), broken: all.flatMap(({ broken }) => broken) }
}

/**
 * Makes a key known: appends it to the target's first known_hosts file, as OpenSSH does. Only after a person has said
 * yes, for this key or with `--accept-new`. @throws MmhaError SSH_KNOWN_HOSTS (exit 3)
 */
export function addKnownHost(target: SshTarget, key: Buffer): string {
  const file = target.knownHosts[0] ?? ''
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const before = textOf(file)
    const glue = before === '' || before.endsWith('\n') ? '' : '\n'
    appendFileSync(file, glue + knownHostLine(nameOf(target), key, target.hashKnownHosts === true), { mode: 0o600 })
  } catch (cause) {
    throw new MmhaError(`the host key of ${target.host} can't be written to ${file || 'any known_hosts file'}`, {
      code: 'SSH_KNOWN_HOSTS',
      source: 'user',
      exit: EXIT.unreachable,
      where: 'connecting',
      hint: 'make it writable, or name another with `ssh: {knownHosts: [FILE]}`',
      cause,
    })
  }
  return file
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // ssh goes on without a file that it can't read, too: then the host is not known.
    return ''
  }
}
