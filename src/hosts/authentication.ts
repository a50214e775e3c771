import { existsSync, readFileSync } from 'node:fs'
import ssh2, { type AnyAuthMethod, type ParsedKey } from 'ssh2'
import type { SshTarget } from '../inventory/inventory.ts'

/** The ways to log in that this machine has for a target, in order, and what was left out and why. */
export interface Logins {
  readonly methods: readonly AnyAuthMethod[]
  readonly notes: readonly string[]
}

/** Key files first (they were named), then the agent, then the password. */
export function loginsFor(target: SshTarget, env: NodeJS.ProcessEnv): Logins {
  const username = target.user
  const notes: string[] = []
  const methods: AnyAuthMethod[] = target.keys.filter(existsSync).flatMap((file): AnyAuthMethod[] => {
    const key = readKey(file)
    if (typeof key !== 'string') return [{ type: 'publickey', username, key }]
    notes.push(`${file}: ${key}`)
    return []
  })
  const agent = env.SSH_AUTH_SOCK
  if (agent !== undefined && agent !== '') methods.push({ type: 'agent', username, agent })
  if (target.password !== null) {
    const password = target.password.reveal()
    methods.push({ type: 'password', username, password })
    methods.push({
      type: 'keyboard-interactive',
      username,
      prompt: (_name, _text, _lang, prompts, finish) => finish(prompts.map(() => password)),
    })
  }
  if (methods.length === 0 && notes.length === 0)
    notes.push(`none of ${target.keys.join(', ')} exists and no agent is running`)
  return { methods, notes }
}

function readKey(file: string): ParsedKey | string {
  let text: Buffer
  try {
    text = readFileSync(file)
  } catch {
    return 'cannot be read'
  }
  const parsed = ssh2.utils.parseKey(text)
  if (parsed instanceof Error) {
    return /passphrase|encrypted/i.test(parsed.message)
      ? 'has a passphrase; add it to the agent with ssh-add'
      : `is not a private key (${parsed.message})`
  }
  const key: ParsedKey | undefined = Array.isArray(parsed) ? parsed[0] : parsed
  return key?.isPrivateKey() ? key : 'is not a private key'
}
