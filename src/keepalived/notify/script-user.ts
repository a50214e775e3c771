import { execFile } from 'node:child_process'
import type { Command, GlobalConfig } from '../config/config.ts'
import { DEFAULT_SCRIPT_USER } from '../config/host-check.ts'

/** Whose rights a script gets. */
export interface ScriptUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

/** One line of the system's user or group database, whatever it is kept in; null: no such entry. */
function entry(database: 'passwd' | 'group', name: string): Promise<string[] | null> {
  return new Promise((resolve) => {
    execFile('getent', [database, name], { timeout: 5000 }, (error, stdout) => {
      const fields = stdout.split('\n')[0]?.split(':') ?? []
      resolve(error !== null || fields.length < 3 ? null : fields)
    })
  })
}

async function userOf(name: string): Promise<ScriptUser | null> {
  const fields = await entry('passwd', name)
  const [found, , uid, gid, , home] = fields ?? []
  if (found === undefined || uid === undefined || gid === undefined) return null
  return { name: found, uid: Number(uid), gid: Number(gid), home: home === undefined || home === '' ? '/' : home }
}

/**
 * The user that a script runs as: its own, the global script_user, `keepalived_script` where that exists, or the daemon's own,
 * which script security does not allow for root.
 * @returns a sentence instead when the script must not run.
 */
export async function scriptUser(
  command: Pick<Command, 'user' | 'group'>,
  global: GlobalConfig,
): Promise<ScriptUser | string> {
  const asked = command.user ?? global.scriptUser?.user ?? null
  const group = command.user === null ? (global.scriptUser?.group ?? null) : command.group
  const user = await userOf(asked ?? DEFAULT_SCRIPT_USER)
  if (user === null && asked !== null) return `there is no user ${asked}`
  if (user === null) {
    const uid = process.getuid?.() ?? 0
    if (uid === 0 && global.enableScriptSecurity) {
      return `script security does not run it as root: name a script_user, or create the user ${DEFAULT_SCRIPT_USER}`
    }
    const own = await userOf(String(uid))
    return own ?? { name: String(uid), uid, gid: process.getgid?.() ?? 0, home: '/' }
  }
  if (group === null) return user
  const gid = Number((await entry('group', group))?.[2] ?? Number.NaN)
  return Number.isInteger(gid) ? { ...user, gid } : `there is no group ${group}`
}
