import Handlebars from 'handlebars'

const OPTIONS: CompileOptions = { strict: true, noEscape: true }
const compiled = new Map<string, HandlebarsTemplateDelegate>()

/**
 * Renders a Handlebars text. A name that the view does not have is an error, and nothing is escaped: these are
 * configuration files, not HTML. A text is compiled once, though both hosts and every look at them render it.
 */
export function renderText(source: string, view: unknown, options: Handlebars.RuntimeOptions = {}): string {
  const known = compiled.get(source) ?? Handlebars.compile(source, OPTIONS)
  compiled.set(source, known)
  return known(view, options)
}
