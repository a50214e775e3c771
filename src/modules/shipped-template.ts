import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderText } from './handlebars-text.ts'
import { installationRoot } from './installation-root.ts'

/** Text of templates/<name> of this installation. @throws when there is no such file */
export function shippedTemplate(name: string): string {
  return readFileSync(join(installationRoot(), 'templates', name), 'utf8')
}

/**
 * Renders templates/<name> of this installation. A variable that the view does not have is an error, and nothing is
 * escaped: these are configuration files, not HTML. `{{#if x}}` is silent about a missing x: use null.
 */
export function renderShipped(name: string, view: object): string {
  return renderText(shippedTemplate(name), view)
}
