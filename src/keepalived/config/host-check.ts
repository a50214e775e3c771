import { accessSync, constants, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { Command, GlobalConfig, ScriptUse } from './config.ts'
import type { Report } from './diagnostics.ts'
import { type Accounts, hostAccounts, scriptRisk } from './script-security.ts'

/** Where scripts without a path are looked for: as a shell would, then beside the configuration. */
const SEARCH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/**
 * The file that a script's first word means: an absolute path as it is, a bare name in the system's directories and then beside the
 * configuration file. null: there is none that can be executed.
 */
export function findScript(program: string, configFile: string): string | null {
  if (isAbsolute(program)) return isRunnable(program) ? program : null
  const beside = dirname(configFile)
  const places = program.includes('/') ? [beside] : [...SEARCH, beside]
  return places.map((place) => join(place, program)).find(isRunnable) ?? null
}

/** keepalived's user for scripts when the configuration names none and the system has it. */
export const DEFAULT_SCRIPT_USER = 'keepalived_script'

/** Does a script run with root's rights? A directory service's users are not asked for: root is none of them. */
export function runsAsRoot({ user }: Pick<Command, 'user'>, global: GlobalConfig, { users }: Accounts): boolean {
  const asked = user ?? global.scriptUser?.user ?? null
  const idOf = (name: string) => [...users].find(([id, user]) => user.name === name || String(id) === name)?.[0]
  const id = asked === null ? (idOf(DEFAULT_SCRIPT_USER) ?? 0) : idOf(asked)
  return id === 0 || asked === 'root' || asked === '0'
}

function remembered<Key, Value>(find: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, { readonly value: Value }>()
  return (key) => {
    const found = known.get(key) ?? { value: find(key) }
    known.set(key, found)
    return found.value
  }
}

/** Looks at the scripts of a configuration on this host: are they there, can they run, can only root change them? */
export function checkScripts(scripts: readonly ScriptUse[], global: GlobalConfig, file: string, report: Report): void {
  const accounts = hostAccounts()
  // One script stands for many instances.
  const find = remembered((program: string) => findScript(program, file))
  const riskOf = remembered((path: string) => scriptRisk(path, accounts))
  const asRoot = remembered((user: string | null) => runsAsRoot({ user }, global, accounts))
  for (const use of scripts) {
    const [program] = use.command.argv
    const found = find(program)
    if (found === null) {
      report(
        'error',
        'script-missing',
        use,
        `${use.role}: ${program} is not there or not executable; it is not run`,
        isAbsolute(program) ? `create it, then: chmod +x ${program}` : 'write its path',
      )
      continue
    }
    if (!isAbsolute(program))
      report('warning', 'script-missing', use, `${use.role}: ${program} is found as ${found}`, 'write the path')
    const risk = global.enableScriptSecurity && asRoot(use.command.user) ? riskOf(found) : null
    if (risk !== null) report('error', 'script-security', use, `${use.role}: not run as root: ${risk.said}`, risk.mend)
  }
}
