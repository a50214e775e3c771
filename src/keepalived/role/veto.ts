import type { RoleConfig } from '../config/config.ts'
import { describe } from '../notify/run-command.ts'
import type { Scripts } from '../notify/scripts.ts'

export interface VetoOptions {
  readonly instance: string
  readonly role: Pick<RoleConfig, 'prePromote' | 'prePromoteDeadline'>
  readonly scripts: Scripts
  log(level: 'info' | 'warn' | 'error', message: string): void
}

/**
 * Runs `pre_promote` with keepalived's arguments (INSTANCE, name, PROMOTE), while the promotion goes on beside it.
 * Its exit code is its word; one that takes longer than its deadline, or can't be run, has none.
 * @returns why this node must not be promoted; null: it may
 */
export async function askVeto({ instance, role, scripts, log }: VetoOptions): Promise<string | null> {
  if (role.prePromote === null) return null
  const script = await scripts.prepare(role.prePromote)
  if (typeof script === 'string') {
    log('warn', `pre_promote was not asked: ${script}`)
    return null
  }
  const run = scripts.start(script, role.prePromoteDeadline * 1000, ['INSTANCE', instance, 'PROMOTE'])
  const outcome = await run.verdict
  if (outcome.end === 'exit') return outcome.code === 0 ? null : `pre_promote vetoed it with exit code ${outcome.code}`
  const late = outcome.end === 'timeout' ? ` within ${role.prePromoteDeadline} s` : ''
  log('warn', `pre_promote said nothing${late} (${describe(outcome)}): going on without its word`)
  return null
}
