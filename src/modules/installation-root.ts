import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of this installation: the one with package.json, above the sources as above the bundle. */
export function installationRoot(from: string = import.meta.dirname): string {
  if (existsSync(join(from, 'package.json'))) return from
  const above = dirname(from)
  if (above === from) throw new Error('this installation of mmha has no package.json above its program')
  return installationRoot(above)
}
