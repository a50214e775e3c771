import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'
import type { SshTarget } from '../inventory/inventory.ts'
import { fingerprint, type KeyVerdict, type KnownHost, keyType, knownHostLine, parseKnownHosts } from './known-hosts.ts'

/** A host showed a key that can't be trusted. Carries the key, so that a wizard may show it and ask. */
export class HostKeyError extends MmhaError {
  readonly verdict: Exclude<KeyVerdict, 'known'>
  readonly key: Buffer
  readonly fingerprint: string

  constructor(name: string, target: SshTarget, verdict: Exclude<KeyVerdict, 'known'>, key: Buffer) {
    const print = fingerprint(key)
    const type = keyType(key)
    const address = target.port === 22 ? target.host : `${target.host} port ${target.port}`
    const file = target.knownHosts[0] ?? '~/.ssh/known_hosts'
    const login =
      target.port === 22 ? `ssh ${target.user}@${target.host}` : `ssh -p ${target.port} ${target.user}@${target.host}`
    const text = {
      unknown: `the host key of ${address} is not known: ${type} ${print}`,
      changed: `the host key of ${address} is not the one in known_hosts: it shows ${type} ${print}. Somebody may be in between, or the host was reinstalled`,
      revoked: `the host key of ${address} is revoked: ${type} ${print}`,
    }
    const hint = {
      unknown: `compare it with \`ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub\` on the host, then log in once with \`${login}\` or add the key to ${file}`,
      changed: `find out why before anything else; after a reinstallation remove the old key with \`ssh-keygen -R '${target.port === 22 ? target.host : `[${target.host}]:${target.port}`}'\``,
      revoked: 'give the host a new key',
    }
    super(text[verdict], {
      code: `SSH_HOST_KEY_${verdict.toUpperCase()}`,
      source: 'user',
      exit: EXIT.unreachable,
      host: name,
      where: 'connecting',
      hint: hint[verdict],
    })
    this.verdict = verdict
    this.key = key
    this.fingerprint = print
  }
}

/** All entries of the known_hosts files that exist. */
export function readKnownHosts(files: readonly string[]): KnownHost[] {
  return files.filter((file) => existsSync(file)).flatMap((file) => parseKnownHosts(readFileSync(file, 'utf8')))
}

/** Makes a key known: appends it to the target's first known_hosts file. Only after a person has said yes. */
export function addKnownHost(target: SshTarget, key: Buffer): string {
  const file = target.knownHosts[0]
  if (file === undefined) throw new Error('the target has no known_hosts file')
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const glue = before === '' || before.endsWith('\n') ? '' : '\n'
  appendFileSync(file, glue + knownHostLine(target.host, target.port, key), { mode: 0o600 })
  return file
}
