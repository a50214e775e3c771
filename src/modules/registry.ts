import { randomBytes } from 'node:crypto'
import { assertion } from './assert.ts'
import { command } from './command.ts'
import { copy } from './copy.ts'
import { cron } from './cron.ts'
import { file } from './file.ts'
import { firewall } from './firewall/firewall.ts'
import { secretSource } from './generated-secret.ts'
import { httpCheck } from './http-check.ts'
import { iniOption } from './ini-option.ts'
import { keepalivedConfig } from './keepalived-config.ts'
import { builtPackage, keepalivedInstall } from './keepalived-install.ts'
import { keepalivedRole } from './keepalived-role.ts'
import { keepalivedService } from './keepalived-service.ts'
import { keepalivedSwitch } from './keepalived-switch.ts'
import { lineInFile } from './lineinfile.ts'
import type { Module } from './module.ts'
import { mysqlAccounts } from './mysql-accounts.ts'
import { mysqlConfig } from './mysql-config.ts'
import { mysqlLateRestart } from './mysql-late-restart.ts'
import { mysqlMarks } from './mysql-marks.ts'
import { mysqlFreshPair, mysqlReplication } from './mysql-replication.ts'
import { mysqlRotation } from './mysql-rotation.ts'
import { mysqlServer } from './mysql-server.ts'
import { mysqlUnit } from './mysql-unit.ts'
import { mysqlUpgrade } from './mysql-upgrade.ts'
import { packageModule } from './package.ts'
import { pairContents } from './pair-contents.ts'
import { pairGtids } from './pair-gtids.ts'
import { pairPassedOver } from './pair-passed-over.ts'
import { pairPreflight } from './pair-preflight.ts'
import { pairReady } from './pair-ready.ts'
import { pairSwitchover } from './pair-switchover.ts'
import { pairTeardown } from './pair-teardown.ts'
import { runUndo } from './run-undo.ts'
import { script } from './script.ts'
import { service } from './service.ts'
import { sysctl } from './sysctl.ts'
import { template } from './template.ts'
import { user } from './user.ts'
import { waitFor } from './wait-for.ts'

/** What a task can ask for, by the name that playbooks use. */
export const modules: Readonly<Record<string, Module<unknown, unknown>>> = byName([
  assertion,
  command,
  copy,
  cron,
  file,
  firewall,
  mysqlMarks,
  httpCheck,
  iniOption,
  keepalivedConfig,
  keepalivedInstall(builtPackage),
  keepalivedRole,
  keepalivedService,
  keepalivedSwitch,
  mysqlAccounts(secretSource(randomBytes(32))),
  mysqlConfig,
  mysqlFreshPair,
  mysqlLateRestart,
  mysqlReplication,
  mysqlRotation(secretSource(randomBytes(32)), randomBytes(8).toString('hex')),
  mysqlServer,
  mysqlUnit,
  mysqlUpgrade,
  packageModule,
  pairContents,
  pairGtids,
  pairPassedOver,
  pairPreflight,
  pairReady,
  pairSwitchover,
  pairTeardown,
  lineInFile,
  runUndo,
  script,
  service,
  sysctl,
  template,
  user,
  waitFor,
])

function byName(list: readonly Module<unknown, unknown>[]): Record<string, Module<unknown, unknown>> {
  return Object.fromEntries(list.map((module) => [module.name, module]))
}
