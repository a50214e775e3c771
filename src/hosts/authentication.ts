import { existsSync } from 'node:fs'
import type { AnyAuthMethod, ParsedKey } from 'ssh2'
import type { SshTarget } from '../inventory/inventory.ts'
import { AgentKey, agentKeys, LockedKey, publicKeyOf } from './identity-agent.ts'
import { type KeyFile, readKeyFile } from './key-file.ts'
import { askSecret } from './terminal-secret.ts'

/** One way to log in. */
export interface Login {
  /** What messages call it: a file, a key of the agent, `password`. */
  readonly label: string
  readonly method: AnyAuthMethod
}

/** The ways to log in that this machine has for a target, in order, and what was left out and why. */
export interface Logins {
  readonly logins: readonly Login[]
  readonly notes: string[]
}

/**
 * Key files first (they were named), by way of the agent where it has them; then the agent's other keys, unless only the
 * named ones are wanted; then the password. A key is offered once: hosts count tries (MaxAuthTries).
 */
export async function loginsFor(target: SshTarget, env: NodeJS.ProcessEnv): Promise<Logins> {
  const username = target.user
  const notes: string[] = []
  const path = target.agent ?? env.SSH_AUTH_SOCK ?? ''
  const held = await heldBy(path, notes)
  const offered: ParsedKey[] = []
  const byAgent = (key: ParsedKey, label: string): Login => {
    offered.push(key)
    return { label, method: { type: 'agent', username, agent: new AgentKey(path, key) } }
  }
  const files = target.keys.filter(existsSync).flatMap((file): Login[] => {
    const found = readKeyFile(file)
    const key = publicKeyOf(found)
    const inAgent = held.find((one) => key?.getPublicSSH().equals(one.getPublicSSH()))
    if (inAgent !== undefined) return [byAgent(inAgent, file)]
    const login = loginBy(file, found, target, notes)
    return login === null ? [] : [login]
  })
  const others = target.identitiesOnly === true ? [] : held.filter((key) => !offered.includes(key))
  const logins = [
    ...files,
    ...others.map((key) => byAgent(key, `the agent's ${key.comment || key.type}`)),
    ...passwordLogins(target, notes),
  ]
  if (logins.length === 0 && notes.length === 0)
    notes.push(`none of ${target.keys.join(', ')} exists and no agent has a key`)
  for (const file of target.keys.filter((key) => existsSync(`${key}-cert.pub`)))
    notes.push(`${file}-cert.pub is not used: mmha can't log in with certificates`)
  return { logins, notes }
}

async function heldBy(path: string, notes: string[]): Promise<readonly ParsedKey[]> {
  if (path === '' || path === 'none') return []
  try {
    return await agentKeys(path)
  } catch {
    notes.push(`the agent at ${path} does not answer`)
    return []
  }
}

function loginBy(file: string, found: KeyFile, target: SshTarget, notes: string[]): Login | null {
  const username = target.user
  const without = (why: string) => {
    notes.push(`${file} ${why}`)
    return null
  }
  if (found.t === 'unusable') return without(found.why)
  if (found.t === 'public') return without('is a public key that the agent does not have')
  if (found.t === 'private') return { label: file, method: { type: 'publickey', username, key: found.key as never } }
  const { key, unlock } = found
  if (target.passphrase !== undefined) {
    const opened = unlock(target.passphrase)
    if (opened === null) return without('is not opened by the passphrase of the inventory')
    return { label: file, method: { type: 'publickey', username, key: opened as never } }
  }
  if (key === null || !process.stdin.isTTY)
    return without('has a passphrase; add it to the agent with ssh-add, or give ssh: {passphrase: …}')
  const ask = () => {
    // The other host may have asked for it meanwhile.
    const again = readKeyFile(file)
    if (again.t === 'private') return again.key
    const passphrase = askSecret(`Passphrase of ${file}:`)
    return (passphrase === null ? null : unlock(passphrase)) ?? new Error(`${file} is not opened by that passphrase`)
  }
  return { label: file, method: { type: 'agent', username, agent: new LockedKey(key, ask) } }
}

function passwordLogins({ user: username, password: secret }: SshTarget, notes: string[]): Login[] {
  if (secret === null) return []
  const password = secret.reveal()
  return [
    { label: 'password', method: { type: 'password', username, password } },
    {
      label: 'keyboard-interactive',
      method: {
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _text, _lang, prompts, finish) => {
          // A one-time code is not the password: to answer with that would be a wrong try.
          const other = prompts.find(({ prompt }) => !/passw/i.test(prompt))
          const code = other === undefined ? null : askSecret(`${username}: ${other.prompt.trim()}`)
          if (other !== undefined && code === null)
            notes.push(`it asks "${other.prompt.trim()}", and nobody is here to answer`)
          finish(prompts.map((one) => (one === other ? (code?.reveal() ?? '') : password)))
        },
      },
    },
  ]
}
