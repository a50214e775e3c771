import { hostname } from 'node:os'
import { buildConfig } from './build.ts'
import { mergedGlobal } from './build-global.ts'
import type { Diagnostic, ParsedConfig, ScriptUse } from './config.ts'
import { type Report, reportInto, sorted } from './diagnostics.ts'
import { withoutHidden } from './hidden-values.ts'
import { checkScripts } from './host-check.ts'
import { type Files, HOST_FILES, NO_FILES } from './include.ts'
import { interpret } from './interpret.ts'
import { readLines } from './read-lines.ts'
import { sayTopics } from './summary.ts'
import { opensAtTop } from './table.ts'
import { toTree } from './tree.ts'
import type { Surroundings } from './variables.ts'

/** Scripts run by root without a check of who can change them: keepalived's exit code 6. */
function saySecurity(scripts: readonly ScriptUse[], enabled: boolean, report: Report): void {
  const first = scripts[0]
  if (first === undefined || enabled) return
  const more = scripts.length > 1 ? ` and ${scripts.length - 1} more` : ''
  const said = `${first.role}${more}: scripts run without a check of who can change them`
  report('warning', 'script-security', first, said, 'add enable_script_security and script_user to global_defs')
}

/** keepalived's defaults: the short name of this host, and nothing of the environment until a file of this host is read. */
function surroundingsOf(given: Partial<Surroundings>): Surroundings {
  return { configId: hostname().split('.')[0] ?? '', environment: {}, random: Math.random, ...given }
}

function parse(text: string, file: string, files: Files, surroundings: Surroundings, host: boolean): ParsedConfig {
  const diagnostics: Diagnostic[] = []
  const report = reportInto(diagnostics)
  const top = { file, line: 1, column: 1 }
  const { lines, hidden } = readLines(text, file, files, surroundings, report)
  const tree = toTree(lines, opensAtTop, report)
  const read = interpret(tree, 'top', top, report)
  sayTopics(read, report)
  const scripts: ScriptUse[] = []
  const config = buildConfig(read, { report, scripts, global: mergedGlobal(read), hostname: hostname(), files })
  if (config.instances.length === 0 && config.virtualServers.length === 0) {
    report('error', 'unusable', top, 'no vrrp_instance is left to run', null)
  }
  saySecurity(scripts, config.global.enableScriptSecurity, report)
  if (host) checkScripts(scripts, config.global, file, report)
  const conceal = (said: readonly Diagnostic[]) => withoutHidden(said, hidden)
  return { config, diagnostics: conceal(sorted(diagnostics, file)), scripts, tree: read, conceal }
}

/**
 * Reads a configuration. Pure: `include` finds nothing unless `files` are given, `${_ENV …}` nothing unless an environment is. Never
 * throws; what can't be read is a diagnostic with its place and, where it is known, what to write instead.
 * @param given `configId`: the ID of `-i`, which `@ID` lines are compared with
 */
export function parseConfig(
  text: string,
  file: string,
  files: Files = NO_FILES,
  given: Partial<Surroundings> = {},
): ParsedConfig {
  return parse(text, file, files, surroundingsOf(given), false)
}

/**
 * Reads a file of this host with what it includes, and looks whether its scripts are there and safe. Never throws.
 * @param configId the ID of `-i`; null: the host's short name
 */
export function parseConfigFile(path: string, configId: string | null = null): ParsedConfig {
  const given = configId === null ? {} : { configId }
  const surroundings = surroundingsOf({ environment: process.env, ...given })
  const text = HOST_FILES.read(path)
  if (text !== null) return parse(text, path, HOST_FILES, surroundings, true)
  const { config, tree, conceal } = parse('', path, NO_FILES, surroundings, false)
  const diagnostics: Diagnostic[] = []
  const at = { file: path, line: 1, column: 1 }
  reportInto(diagnostics)('error', 'unreadable', at, "can't read the file", 'check path and rights')
  return { config, diagnostics, scripts: [], tree, conceal }
}
