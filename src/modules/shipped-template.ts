import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Handlebars from 'handlebars'

/** The folder of this installation: the one with package.json, above the sources as above the bundle. */
export function installationRoot(from: string = import.meta.dirname): string {
  if (existsSync(join(from, 'package.json'))) return from
  const above = dirname(from)
  if (above === from) throw new Error('this installation of mmha has no package.json above its program')
  return installationRoot(above)
}

/** Text of templates/<name> of this installation. @throws when there is no such file */
export function shippedTemplate(name: string): string {
  return readFileSync(join(installationRoot(), 'templates', name), 'utf8')
}

/**
 * Renders templates/<name> of this installation. A variable that the view does not have is an error, and nothing is
 * escaped: these are configuration files, not HTML. `{{#if x}}` is silent about a missing x: use null.
 */
export function renderShipped(name: string, view: object): string {
  return Handlebars.compile(shippedTemplate(name), { strict: true, noEscape: true })(view)
}
