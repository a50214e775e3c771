import { accessSync, constants, lstatSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { Command, GlobalConfig, ScriptUse } from './config.ts'
import type { Report } from './diagnostics.ts'

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

function withParents(path: string): string[] {
  const above = dirname(path)
  return above === path ? [path] : [...withParents(above), path]
}

/** What others than root can change, why, and the command that mends it. */
export interface InsecurePart {
  readonly part: string
  readonly why: string
  readonly mend: string
}

/**
 * The first part of a path, or of what it links to, that others than root can change, as script security refuses it; null: none.
 * A directory with the sticky bit protects what root owns in it.
 */
export function insecurePart(path: string): InsecurePart | null {
  let part = path
  try {
    for (part of [...withParents(path), ...withParents(realpathSync(path))]) {
      const stat = lstatSync(part)
      if (stat.isSymbolicLink()) continue
      if (stat.uid !== 0) return { part, why: `it belongs to user ${stat.uid}`, mend: `chown root ${part}` }
      const sticky = stat.isDirectory() && (stat.mode & 0o1000) !== 0
      if ((stat.mode & 0o002) !== 0 && !sticky)
        return { part, why: 'everyone can write to it', mend: `chmod o-w ${part}` }
      if ((stat.mode & 0o020) !== 0 && stat.gid !== 0 && !sticky)
        return { part, why: `group ${stat.gid} can write to it`, mend: `chmod g-w ${part}` }
    }
  } catch (error) {
    return {
      part,
      why: `it can't be looked at (${error instanceof Error ? error.message : String(error)})`,
      mend: `ls -ld ${part}`,
    }
  }
  return null
}

/** Does a script run with root's rights? */
export function runsAsRoot(command: Command, global: GlobalConfig): boolean {
  const user = command.user ?? global.scriptUser?.user ?? 'root'
  return user === 'root' || user === '0'
}

/** Looks at the scripts of a configuration on this host: are they there, can they run, can only root change them? */
export function checkScripts(scripts: readonly ScriptUse[], global: GlobalConfig, file: string, report: Report): void {
  for (const use of scripts) {
    const [program] = use.command.argv
    const found = findScript(program, file)
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
    const unsafe = global.enableScriptSecurity && runsAsRoot(use.command, global) ? insecurePart(found) : null
    if (unsafe !== null) {
      const said = `${use.role}: ${unsafe.part} is not safe, ${unsafe.why}; as root it is not run`
      report('error', 'script-security', use, said, unsafe.mend)
    }
  }
}
