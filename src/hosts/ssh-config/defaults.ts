import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { SshTarget } from '../../inventory/inventory.ts'
import { behindFirst, jumpOf, KEYS, KNOWN_HOSTS, type SshDefaults } from '../../inventory/resolve-ssh.ts'
import { readConfig, type Setting } from './read.ts'
import { type HostConfig, resolveConfig } from './resolve.ts'

/** The files that ssh reads: the user's, then the system's. */
export interface ConfigFiles {
  readonly home: string
  readonly user: string
  readonly system: string
}

const FILES: ConfigFiles = {
  home: homedir(),
  user: join(homedir(), '.ssh/config'),
  system: '/etc/ssh/ssh_config',
}

/** What ~/.ssh/config and /etc/ssh/ssh_config say about hosts. They are read once. */
export function sshConfigDefaults(files: ConfigFiles = FILES): SshDefaults {
  let read: { readonly settings: readonly Setting[]; readonly broken: readonly string[] } | null = null
  return (_address, name) => {
    read ??= readAll(files)
    const { settings, broken } = read
    return targetOf(name, { settings, broken, home: files.home }, [])
  }
}

function readAll({ home, user, system }: ConfigFiles) {
  const own = readConfig(user, { home, base: join(home, '.ssh') })
  const everyones = readConfig(system, { home, base: '/etc/ssh' })
  return { settings: [...own.settings, ...everyones.settings], broken: [...own.broken, ...everyones.broken] }
}

interface Known {
  readonly settings: readonly Setting[]
  readonly broken: readonly string[]
  readonly home: string
}

/** @param through hosts that are reached by way of this one, so that no circle is gone for ever */
function targetOf(given: string, known: Known, through: readonly string[]): Partial<SshTarget> {
  const { host: name, user, port } = jumpOf(given.replace(/^ssh:\/\//, ''))
  const config = resolveConfig(known.settings, {
    name,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    localUser: userInfo().username,
    home: known.home,
    uid: process.getuid?.() ?? 0,
  })
  const way = wayOf(config)
  const so = [...through, name]
  const named = way.jump === '' ? [] : way.jump.split(',')
  // `Host *` with a jump host is for that host, too, which is reached without itself.
  const circle = named.some((hop) => so.includes(jumpOf(hop).host))
  const hops = circle ? [] : named.map((hop) => hopOf(hop, known, so))
  const jumps = behindFirst(hops)
  const notes = [...way.notes, ...config.unsupported, ...known.broken]
  return {
    host: config.hostName,
    ...(config.port === undefined ? {} : { port: config.port }),
    ...(config.user === undefined ? {} : { user: config.user }),
    ...(config.identityFiles === undefined ? {} : { keys: config.identityFiles }),
    ...(config.identitiesOnly === undefined ? {} : { identitiesOnly: config.identitiesOnly }),
    ...(config.identityAgent === undefined ? {} : { agent: config.identityAgent }),
    ...knownHostsOf(config),
    ...trustOf(config.strictHostKeyChecking),
    ...(config.hashKnownHosts === undefined ? {} : { hashKnownHosts: config.hashKnownHosts }),
    ...(config.hostKeyAlias === undefined ? {} : { hostKeyAlias: config.hostKeyAlias }),
    ...(config.connectTimeout === undefined ? {} : { connectTimeout: config.connectTimeout }),
    // 0 is ssh's default: no signs of life. A run must notice a dead link, so that one is not followed.
    ...(config.aliveInterval ? { aliveInterval: config.aliveInterval } : {}),
    ...(jumps.length === 0 ? {} : { jumps }),
    ...(notes.length === 0 ? {} : { notes }),
  }
}

function hopOf(hop: string, known: Known, through: readonly string[]): SshTarget {
  const files = (names: readonly string[]) => names.map((file) => file.replace(/^~(?=\/)/, known.home))
  return {
    host: hop,
    port: 22,
    user: userInfo().username,
    keys: files(KEYS),
    password: null,
    knownHosts: files(KNOWN_HOSTS),
    ...targetOf(hop, known, through),
  }
}

/** `ssh -W %h:%p HOST`: how a jump was written before there was ProxyJump. */
const OLD_JUMP = /^(?:\S*\/)?ssh (?:-[qaxT]+ )*(?:-W \[?%h\]?:%p (?:-[qaxT]+ )*([^-]\S*)|([^-]\S*) -W \[?%h\]?:%p)$/

function wayOf({ proxyJump, proxyCommand }: HostConfig): { readonly jump: string; readonly notes: readonly string[] } {
  if (proxyJump !== undefined && proxyJump !== 'none') return { jump: proxyJump, notes: [] }
  if (proxyCommand === undefined || proxyCommand === 'none') return { jump: '', notes: [] }
  const [, behind, before] = OLD_JUMP.exec(proxyCommand) ?? []
  const jump = behind ?? before
  if (jump !== undefined) return { jump, notes: [] }
  return { jump: '', notes: [`ProxyCommand of ssh_config is not run (${proxyCommand}); use ProxyJump`] }
}

function knownHostsOf(config: HostConfig): { knownHosts?: readonly string[] } {
  const { userKnownHostsFiles: own, globalKnownHostsFiles: everyones } = config
  if (own === undefined && everyones === undefined) return {}
  const usual = (global: boolean) => KNOWN_HOSTS.filter((file) => file.startsWith('/etc/') === global)
  return { knownHosts: [...(own ?? usual(false)), ...(everyones ?? usual(true))] }
}

/** `no` would take changed keys, too: mmha never does. */
function trustOf(checking: string | undefined): { hostKeys?: 'strict' | 'accept-new' } {
  if (checking === undefined) return {}
  return { hostKeys: ['accept-new', 'no', 'off', 'false'].includes(checking) ? 'accept-new' : 'strict' }
}
