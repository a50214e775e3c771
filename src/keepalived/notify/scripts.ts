import type { Command, GlobalConfig } from '../config/config.ts'
import { findScript } from '../config/host-check.ts'
import { scriptRisk } from '../config/script-security.ts'
import { type Run, runCommand } from './run-command.ts'
import { isSandboxed, runOutside } from './run-outside.ts'
import { type ScriptUser, scriptUser } from './script-user.ts'

/** A script that may run: where it is and whose rights it gets. */
export interface ReadyScript {
  readonly argv: readonly [string, ...string[]]
  readonly user: ScriptUser
}

export type Log = (level: 'info' | 'warn' | 'error', text: string) => void

/** Starts the user's scripts by the rules of the configuration: search path, user, script security. */
export class Scripts {
  readonly #global: GlobalConfig
  readonly #configFile: string
  readonly #users = new Map<string, ScriptUser>()
  #sandboxed: boolean | null = null

  constructor(global: GlobalConfig, configFile: string) {
    this.#global = global
    this.#configFile = configFile
  }

  /** Finds a script and its user. Returns a sentence when it must not or can't run. */
  async prepare(command: Command): Promise<ReadyScript | string> {
    const [program, ...args] = command.argv
    const path = findScript(program, this.#configFile)
    if (path === null) return `${program} is not there or not executable`
    const user = await this.#user(command)
    if (typeof user === 'string') return user
    if (this.#global.enableScriptSecurity && user.uid === 0) {
      const risk = scriptRisk(path)
      if (risk !== null) return `script security does not run it as root: ${risk.said} (${risk.mend})`
    }
    return { argv: [path, ...args], user }
  }

  /** Asking the system costs a process each time; keepalived asks once, when it reads its file. */
  async #user(command: Command): Promise<ScriptUser | string> {
    const key = `${command.user}:${command.group}`
    const known = this.#users.get(key)
    if (known !== undefined) return known
    const user = await scriptUser(command, this.#global)
    if (typeof user !== 'string') this.#users.set(key, user)
    return user
  }

  /** Who may read what is made for scripts. @returns null: root alone, or a sentence when the one who is named is not there */
  async reader(owner: Pick<Command, 'user' | 'group'> | null): Promise<ScriptUser | string | null> {
    const user = await scriptUser(owner ?? { user: null, group: null }, this.#global)
    // Script security is about what runs.
    return typeof user === 'string' && owner === null ? null : user
  }

  /** @param extra arguments after the configured ones. */
  start(script: ReadyScript, timeoutMs: number, extra: readonly string[] = []): Run {
    return runCommand({ argv: [...script.argv, ...extra], user: script.user, timeoutMs })
  }

  /** As `start`, for what users do on a change: free of the sandbox that the daemon itself is in. */
  startOutside(script: ReadyScript, timeoutMs: number, extra: readonly string[] = []): Run {
    const options = { argv: [...script.argv, ...extra] as const, user: script.user, timeoutMs }
    return this.#isSandboxed() ? runOutside(options, 'notify') : runCommand(options)
  }

  /** As `startOutside`, for a check: its exit code is known, its end is no news for the journal. */
  startCheck({ argv, user }: ReadyScript, timeoutMs: number): Run {
    const options = { argv, user, timeoutMs }
    return this.#isSandboxed() ? runOutside(options, 'check') : runCommand(options)
  }

  #isSandboxed(): boolean {
    this.#sandboxed ??= isSandboxed()
    return this.#sandboxed
  }
}
