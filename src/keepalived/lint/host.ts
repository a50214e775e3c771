import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { nodeOf } from '../config/access.ts'
import { mergedGlobal } from '../config/build-global.ts'
import type { Diagnostic, ParsedConfig, ScriptUse } from '../config/config.ts'
import { sorted } from '../config/diagnostics.ts'
import { DEFAULT_SCRIPT_USER, findScript } from '../config/host-check.ts'
import { type HostAddress, isInNetwork } from './addresses.ts'
import { fileFault, namedFiles } from './named-files.ts'
import { type Identity, shebangFault, syntaxFault, unreachableFor } from './script-file.ts'
import { type PlacedInstance, placeOf, type Say, type Subject, sayInto, subjectOf } from './subject.ts'
import { systemUser } from './system-user.ts'

/** What the rules ask of the host. */
export interface Host {
  /** null: it can't be known which interfaces there are. */
  readonly interfaces: ReadonlySet<string> | null
  readonly addressesOf: (nic: string) => readonly HostAddress[]
  readonly user: (name: string) => Identity | null
  readonly fileFault: typeof fileFault
}

/** Interfaces of the network namespace that we are in, which /sys may not be. */
function interfaceNames(): ReadonlySet<string> | null {
  try {
    const lines = readFileSync('/proc/self/net/dev', 'utf8').split('\n').slice(2)
    return new Set(lines.flatMap((line) => /^\s*([^:\s]+):/.exec(line)?.[1] ?? []))
  } catch {
    return null
  }
}

/** The host that this runs on. */
export function thisHost(): Host {
  const all = networkInterfaces()
  return {
    interfaces: interfaceNames(),
    addressesOf: (nic) =>
      (all[nic] ?? []).flatMap(({ address, cidr, family }) => {
        const prefix = Number(cidr?.split('/')[1])
        return Number.isInteger(prefix) ? [{ address, prefix, family: family === 'IPv4' ? 4 : 6 }] : []
      }),
    user: systemUser,
    fileFault,
  }
}

function interfaces({ instance, block }: PlacedInstance, host: Host, say: Say): void {
  const known = host.interfaces
  if (known !== null && !known.has(instance.interface)) {
    const said = `${instance.name}: this host has no interface ${instance.interface}`
    say(
      'interface-missing',
      placeOf(block, 'interface'),
      said,
      `one of ${[...known].filter((nic) => nic !== 'lo').join(', ')}`,
    )
    return
  }
  const vips = new Set(instance.virtualAddresses.map(({ address }) => address))
  for (const { address, prefix, family, dev } of instance.virtualAddresses) {
    const nic = dev ?? instance.interface
    const networks = host.addressesOf(nic).filter((own) => own.family === family && !vips.has(own.address))
    const bare = prefix === (family === 4 ? 32 : 128)
    if (nic === 'lo' || !bare || networks.length === 0) continue
    if (networks.some((network) => isInNetwork(address, network))) continue
    const said = `${instance.name}: ${address} is in no network of ${nic} (${networks.map((own) => `${own.address}/${own.prefix}`).join(', ')})`
    say(
      'vip-off-subnet',
      placeOf(block, 'virtual_ipaddress'),
      said,
      'correct it, or give it its own prefix: ADDRESS/24',
    )
  }
}

/** Users by name, each asked for once. */
function usersOf(host: Host): (name: string) => Identity | null {
  const known = new Map<string, Identity | null>()
  return (name) => {
    const user = known.has(name) ? (known.get(name) ?? null) : host.user(name)
    known.set(name, user)
    return user
  }
}

function scriptUsers({ config, tree, scripts }: Subject, user: (name: string) => Identity | null, say: Say): void {
  const { scriptUser, enableScriptSecurity } = config.global
  const global = mergedGlobal(tree)
  const at = nodeOf(global, 'script_user') ?? nodeOf(global, 'enable_script_security')
  if (scriptUser !== null && at !== null && user(scriptUser.user) === null) {
    say(
      'script-user',
      at,
      `script_user: this host has no user ${scriptUser.user}`,
      `useradd --system ${scriptUser.user}`,
    )
  }
  const without = scripts.find(({ command }) => command.user === null)
  if (
    scriptUser === null &&
    enableScriptSecurity &&
    without !== undefined &&
    user(DEFAULT_SCRIPT_USER) === null &&
    at !== null
  ) {
    const said = `enable_script_security without script_user, and this host has no user ${DEFAULT_SCRIPT_USER}`
    say('script-user', at, said, `write script_user root, or: useradd --system ${DEFAULT_SCRIPT_USER}`)
  }
  for (const use of scripts) {
    if (use.command.user === null || user(use.command.user) !== null) continue
    say(
      'script-user',
      use,
      `${use.role}: this host has no user ${use.command.user}`,
      `useradd --system ${use.command.user}`,
    )
  }
}

function scriptFile(use: ScriptUse, file: string, user: Identity | null, say: Say): void {
  const [program] = use.command.argv
  const path = findScript(program, file)
  if (path === null) return
  const shebang = shebangFault(path)
  if (shebang !== null) say('script-shebang', use, `${use.role}: ${path}: ${shebang.said}`, shebang.fix)
  const syntax = shebang === null ? syntaxFault(path) : null
  if (syntax !== null) say('script-syntax', use, `${use.role}: ${path}: ${syntax.said}`, syntax.fix)
  const unreachable = user === null ? null : unreachableFor(path, user)
  if (unreachable !== null) say('script-unreachable', use, `${use.role}: ${path}: ${unreachable.said}`, unreachable.fix)
}

/** What a configuration asks of a host and the host does not have. Runs shells with -n, which read and don't run. */
export function lintOnHost(parsed: ParsedConfig, host: Host = thisHost()): Diagnostic[] {
  const found: Diagnostic[] = []
  const say = sayInto(found)
  const subject = subjectOf(parsed)
  const user = usersOf(host)
  for (const placed of subject.instances) interfaces(placed, host, say)
  scriptUsers(subject, user, say)
  namedFiles(parsed.tree, host.fileFault, say)
  const fallback = subject.config.global.scriptUser?.user ?? DEFAULT_SCRIPT_USER
  for (const use of subject.scripts) scriptFile(use, parsed.tree.file, user(use.command.user ?? fallback), say)
  return sorted(parsed.conceal(found), parsed.tree.file)
}
