import { resolve } from 'node:path'
import { MmhaError } from '../events/error.ts'
import { parseIpv4 } from './ipv4.ts'
import type { Asker } from './question.ts'
import type { Login, Reach, ReachedHost, UnknownHostKey } from './reach.ts'

/** How a person names the keys that need no naming. */
const DEFAULT_KEY = 'default'

/** What a host's login is when nobody says otherwise. */
export type LoginDefaults = (host: string) => Omit<Login, 'host'>

export interface LoginContext {
  readonly ask: Asker
  readonly say: (line: string) => void
  readonly reach: Reach
  readonly defaults: LoginDefaults
  /** null, or why this file can't be used as a private key. */
  readonly checkKey: (file: string) => string | null
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
    say(`Looking at ${login.user}@${login.host} …`)
    try {
      return await reach(login, (key) => trust(index, key, ask, say), signal)
    } catch (error) {
      if (!ask.interactive || !(error instanceof MmhaError) || error.source !== 'user') throw error
      say(`  ${error.message}`)
      if (error.hint !== undefined) say(`  ${error.hint}`)
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
    message: `${index === 0 ? 'First' : 'Second'} host, address or name:`,
    ...(last === null ? {} : { default: last.host }),
    validate: (text) => (text === other?.host ? 'that is the first host: the pair needs two' : checkHost(text)),
  })
  if (other !== null && last === null) {
    const message = `Reach it the same way (${other.user}, port ${other.port}, key ${other.key ?? DEFAULT_KEY})?`
    if (await ask.yesNo({ key: 'sameLogin', message, default: true })) return { ...other, host }
  }
  const known = last ?? other ?? defaults(host)
  const user = await ask.text({
    key: key('user'),
    message: 'SSH user (root, or one who may sudo without a password):',
    default: known.user,
    validate: (text) => (/^[^\s@:/-][^\s@:/]*$/.test(text) ? null : `"${text}" is no user name`),
  })
  const port = await ask.text({
    key: key('port'),
    message: 'SSH port:',
    default: String(known.port),
    validate: (text) =>
      /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535 ? null : 'a port is a number, 1 to 65535',
  })
  const file = await ask.text({
    key: key('key'),
    message: 'Private key file ("default": ssh-agent, then ~/.ssh/id_*):',
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
export function checkHost(text: string): string | null {
  if (parseIpv4(text) !== null) return null
  if (/^[\d.]+$/.test(text)) return `"${text}" is not an IPv4 address`
  if (text.includes(':')) return 'give a name or an IPv4 address: masters find each other by IPv4'
  return /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(text) ? null : `"${text}" is neither an address nor a name`
}

/** As ssh asks it: yes, no, or the fingerprint itself, which then must be right. */
async function trust(index: 0 | 1, key: UnknownHostKey, ask: Asker, say: (line: string) => void): Promise<boolean> {
  const at = key.port === 22 ? key.host : `${key.host} port ${key.port}`
  say(`  ${at} is not in known_hosts. It shows the key`)
  say(`    ${key.algorithm} ${key.fingerprint}`)
  say('  Compare it with `ssh-keygen -lf` of /etc/ssh/ssh_host_*_key.pub, seen on the console of that host.')
  const answer = await ask.text({
    key: `masters.${index}.fingerprint`,
    message: 'Is this its key? (yes, no, or paste the fingerprint that you expect)',
    validate: (text) => {
      if (text === 'yes' || text === 'no' || text === key.fingerprint) return null
      return text.startsWith('SHA256:') ? `the host shows ${key.fingerprint}: not the same` : 'yes, no, or SHA256:…'
    },
  })
  return answer !== 'no'
}
