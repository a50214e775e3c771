import { resolve } from 'node:path'
import { MmhaError } from '../events/error.ts'
import type { Text } from '../events/message.ts'
import { wizard } from '../events/messages/wizard.ts'
import { parseIpv4 } from './ipv4.ts'
import type { Asker } from './question.ts'
import type { Login, Reach, ReachedHost, UnknownHostKey } from './reach.ts'

/** How a person names the keys that need no naming. */
const DEFAULT_KEY = 'default'

/** What a host's login is when nobody says otherwise. */
export type LoginDefaults = (host: string) => Omit<Login, 'host'>

export interface LoginContext {
  readonly ask: Asker
  readonly say: (line: Text) => void
  readonly reach: Reach
  readonly defaults: LoginDefaults
  /** null, or why this file can't be used as a private key. */
  readonly checkKey: (file: string) => Text | null
  readonly signal: AbortSignal
}

/**
 * Asks how to reach a master until it has been reached. A person may correct what was wrong; an answers file may not,
 * its first failure is thrown.
 * @param other the master that was reached before, whose login is offered for this one; null for the first
 */
export async function reachMaster(index: 0 | 1, other: Login | null, context: LoginContext): Promise<ReachedHost> {
  const { ask, say, reach, signal } = context
  let last: Login | null = null
  for (;;) {
    const login = await askLogin(index, other, last, context)
    say(wizard('wizard.looking', { user: login.user, host: login.host }))
    try {
      return await reach(login, (key) => trust(index, key, ask, say), signal)
    } catch (error) {
      if (!ask.interactive || !(error instanceof MmhaError) || error.source !== 'user') throw error
      say(wizard('wizard.indented', { text: error.said }))
      if (error.hintSaid !== undefined) say(wizard('wizard.indented', { text: error.hintSaid }))
      last = login
    }
  }
}

async function askLogin(
  index: 0 | 1,
  other: Login | null,
  last: Login | null,
  { ask, defaults, checkKey }: LoginContext,
): Promise<Login> {
  const key = (name: string) => `masters.${index}.${name}`
  const host = await ask.text({
    key: key('host'),
    message: wizard(index === 0 ? 'wizard.first-host' : 'wizard.second-host'),
    ...(last === null ? {} : { default: last.host }),
    validate: (text) => (text === other?.host ? wizard('wizard.same-host') : checkHost(text)),
  })
  if (other !== null && last === null) {
    const message = wizard('wizard.same-login', { user: other.user, port: other.port, key: other.key ?? DEFAULT_KEY })
    if (await ask.yesNo({ key: 'sameLogin', message, default: true })) return { ...other, host }
  }
  const known = last ?? other ?? defaults(host)
  const user = await ask.text({
    key: key('user'),
    message: wizard('wizard.user'),
    default: known.user,
    validate: (text) => (/^[^\s@:/-][^\s@:/]*$/.test(text) ? null : wizard('wizard.user.wrong', { text })),
  })
  const port = await ask.text({
    key: key('port'),
    message: wizard('wizard.port'),
    default: String(known.port),
    validate: (text) =>
      /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535 ? null : wizard('wizard.port.wrong'),
  })
  const file = await ask.text({
    key: key('key'),
    message: wizard('wizard.key'),
    default: known.key ?? DEFAULT_KEY,
    validate: (text) => (text === DEFAULT_KEY ? null : checkKey(text)),
  })
  return { host, user, port: Number(port), key: file === DEFAULT_KEY ? null : anywhere(file) }
}

/** A path that means the same from every folder: the inventory may lie elsewhere. */
function anywhere(file: string): string {
  return file.startsWith('~/') ? file : resolve(file)
}

/** null, or why this can't be the address or the name of a host. */
export function checkHost(text: string): Text | null {
  if (parseIpv4(text) !== null) return null
  if (/^[\d.]+$/.test(text)) return wizard('wizard.no-ipv4', { text })
  if (text.includes(':')) return wizard('wizard.no-ipv6')
  return /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(text) ? null : wizard('wizard.no-name', { text })
}

/** As ssh asks it: yes, no, or the fingerprint itself, which then must be right. */
async function trust(index: 0 | 1, key: UnknownHostKey, ask: Asker, say: (line: Text) => void): Promise<boolean> {
  const at = key.port === 22 ? key.host : wizard('wizard.unknown-key.at', { host: key.host, port: key.port })
  say(wizard('wizard.unknown-key', { host: at }))
  say(`    ${key.algorithm} ${key.fingerprint}`)
  say(wizard('wizard.unknown-key.compare'))
  const answer = await ask.text({
    key: `masters.${index}.fingerprint`,
    message: wizard('wizard.unknown-key.ask'),
    validate: (text) => {
      if (text === 'yes' || text === 'no' || text === key.fingerprint) return null
      return text.startsWith('SHA256:')
        ? wizard('wizard.unknown-key.other', { fingerprint: key.fingerprint })
        : wizard('wizard.unknown-key.answers')
    },
  })
  return answer !== 'no'
}
