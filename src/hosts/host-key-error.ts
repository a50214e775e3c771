import { EXIT, MmhaError } from '../events/error.ts'
import type { Text } from '../events/message.ts'
import { errors } from '../events/messages/errors.ts'
import type { SshTarget } from '../inventory/inventory.ts'
import { fingerprint, type KeyVerdict, type KnownHost, keyType, knownHostName } from './known-hosts.ts'

/** Why a host key is not trusted; `pinned`: the inventory's `fingerprint` names another. */
export type Distrust = Exclude<KeyVerdict, 'known'> | 'pinned'

export interface Distrusted {
  readonly verdict: Distrust
  readonly key: Buffer
  /** What says so. */
  readonly by: KnownHost | null
  /** Lines of known_hosts files that can't be read, `file:line`. */
  readonly broken: readonly string[]
}

/** A host showed a key that can't be trusted. Carries the key, so that a wizard may show it and ask. */
export class HostKeyError extends MmhaError {
  readonly verdict: Distrust
  readonly key: Buffer
  readonly fingerprint: string

  constructor(name: string, target: SshTarget, { verdict, key, by, broken }: Distrusted) {
    const text = TEXTS[verdict](target, by)
    const unread = broken.length === 0 ? '' : errors('key.unread', { lines: broken.join(', ') })
    const shown = `${keyType(key)} ${fingerprint(key)}`
    super(errors('key.distrusted', { host: addressOf(target), why: text.why, key: shown, unread }), {
      code: `SSH_HOST_KEY_${verdict.toUpperCase()}`,
      source: 'user',
      exit: EXIT.unreachable,
      host: name,
      where: errors('where.connecting'),
      hint: text.hint,
    })
    this.verdict = verdict
    this.key = key
    this.fingerprint = fingerprint(key)
  }
}

const compare = errors('key.compare')
const fingerprintLine = '{fingerprint: …}'

const TEXTS: Readonly<
  Record<Distrust, (target: SshTarget, by: KnownHost | null) => { readonly why: Text; readonly hint: Text }>
> = {
  unknown: (target) => ({
    why: errors('key.unknown'),
    hint: errors('key.unknown.do', { compare, login: loginCommand(target), fingerprint: fingerprintLine }),
  }),
  other: (target, by) => ({
    why: errors('key.other', { at: at(by), type: by?.type ?? errors('key.another') }),
    hint: errors('key.other.do', { compare, login: loginCommand(target) }),
  }),
  authority: (target, by) => ({
    why: errors('key.authority', { at: at(by) }),
    hint: errors('key.authority.do', {
      compare,
      fingerprint: fingerprintLine,
      file: target.knownHosts[0] ?? 'known_hosts',
    }),
  }),
  changed: (target, by) => ({
    why: errors('key.changed', { at: at(by) }),
    hint: errors('key.changed.do', { name: knownHostName(nameOf(target)) }),
  }),
  revoked: (_, by) => ({ why: errors('key.revoked', { at: at(by) }), hint: errors('key.revoked.do') }),
  pinned: (target) => ({
    why: errors('key.pinned', { fingerprints: (target.fingerprints ?? []).join(', ') }),
    hint: errors('key.pinned.do', { compare }),
  }),
}

/** Under which name a target stands in known_hosts. */
export function nameOf({ host, port, hostKeyAlias }: SshTarget) {
  return { host, port, ...(hostKeyAlias === undefined ? {} : { alias: hostKeyAlias }) }
}

function at(entry: KnownHost | null): string {
  return entry === null || entry.at === '' ? 'known_hosts' : entry.at
}

function addressOf({ host, port }: SshTarget): string {
  return port === 22 ? host : `${host} port ${port}`
}

function loginCommand({ host, port, user }: SshTarget): string {
  return port === 22 ? `ssh ${user}@${host}` : `ssh -p ${port} ${user}@${host}`
}
