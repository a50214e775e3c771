import { randomBytes } from 'node:crypto'
import { file } from './file.ts'
import { firewall } from './firewall.ts'
import { secretSource } from './generated-secret.ts'
import { keepalivedConfig } from './keepalived-config.ts'
import { builtPackage, keepalivedInstall } from './keepalived-install.ts'
import { keepalivedService } from './keepalived-service.ts'
import type { Module } from './module.ts'
import { mysqlAccounts } from './mysql-accounts.ts'
import { mysqlConfig } from './mysql-config.ts'
import { mysqlLateRestart } from './mysql-late-restart.ts'
import { mysqlFreshPair, mysqlReplication } from './mysql-replication.ts'
import { mysqlServer } from './mysql-server.ts'
import { mysqlUnit } from './mysql-unit.ts'
import { packageModule } from './package.ts'
import { pairAdoption } from './pair-adoption.ts'
import { pairPreflight } from './pair-preflight.ts'
import { pairReady } from './pair-ready.ts'
import { pairTeardown } from './pair-teardown.ts'
import { runUndo } from './run-undo.ts'
import { service } from './service.ts'
import { template } from './template.ts'
import { upload } from './upload.ts'

/** What a task can ask for, by the name that playbooks use. */
export const modules: Readonly<Record<string, Module<unknown, unknown>>> = byName([
  file,
  firewall,
  keepalivedConfig,
  keepalivedInstall(builtPackage),
  keepalivedService,
  mysqlAccounts(secretSource(randomBytes(32))),
  mysqlConfig,
  mysqlFreshPair,
  mysqlLateRestart,
  mysqlReplication,
  mysqlServer,
  mysqlUnit,
  packageModule,
  pairAdoption,
  pairPreflight,
  pairReady,
  pairTeardown,
  runUndo,
  service,
  template,
  upload,
])

function byName(list: readonly Module<unknown, unknown>[]): Record<string, Module<unknown, unknown>> {
  return Object.fromEntries(list.map((module) => [module.name, module]))
}
