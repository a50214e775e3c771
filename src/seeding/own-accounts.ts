import { sqlScript } from '../mysql/sql-text.ts'
import { ownAccountStatements } from './accounts.ts'
import { asRootOn } from './remote.ts'
import { keepAccounts, lookForAccounts } from './target.ts'
import type { Site } from './way.ts'

/**
 * Keeps, on the target, the accounts that are its host's own (`root`, the pair's), for its server to make again in a copy
 * that brings those of the other host.
 */
export async function keepOwnAccounts({ source, target, targetDialect, inventory }: Site): Promise<void> {
  if ((await asRootOn(target, 'look for its own accounts', lookForAccounts())).trim() === 'kept') return
  const own = await ownAccountStatements(source, target, targetDialect, inventory.replication.user)
  const script = sqlScript(["SET SESSION sql_mode='', sql_log_bin=0", ...own])
  await asRootOn(target, 'keep its own accounts', keepAccounts(script))
}
