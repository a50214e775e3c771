import { file } from './file.ts'
import { firewall } from './firewall.ts'
import type { Module } from './module.ts'
import { packageModule } from './package.ts'
import { service } from './service.ts'
import { template } from './template.ts'
import { upload } from './upload.ts'

/** What a task can ask for, by the name that playbooks use. */
export const modules: Readonly<Record<string, Module<unknown, unknown>>> = byName([
  file,
  firewall,
  packageModule,
  service,
  template,
  upload,
])

function byName(list: readonly Module<unknown, unknown>[]): Record<string, Module<unknown, unknown>> {
  return Object.fromEntries(list.map((module) => [module.name, module]))
}
