import { existsSync } from 'node:fs'
import { basename, isAbsolute, resolve } from 'node:path'
import { evaluate, parseExpression } from './expression.ts'
import { namesIn, type Path } from './names.ts'
import { compileParameter, type Parameter } from './parameter.ts'

/** Parameters that are `when` expressions become `{text, holds}`, all others as they are. */
export function compileModuleParameters(
  written: unknown,
  expressions: readonly string[],
): Parameter & { readonly asks: readonly Path[] } {
  if (typeof written !== 'object' || written === null || expressions.length === 0)
    return { ...compileParameter(written), asks: [] }
  const entries = Object.entries(written)
  const plain = compileParameter(Object.fromEntries(entries.filter(([key]) => !expressions.includes(key))))
  const asked = entries
    .filter(([key]) => expressions.includes(key))
    .map(([key, value]) => {
      const texts: unknown[] = Array.isArray(value) ? value : [value]
      return [key, texts.map((one) => ({ text: String(one), expression: parseExpression(String(one)) }))] as const
    })
  return {
    // The probe does not need them: they may name what is not known yet.
    paths: plain.paths,
    asks: asked.flatMap(([, all]) => all.flatMap(({ expression }) => namesIn(expression))),
    render: (view) => ({
      ...(plain.render(view) as object),
      ...Object.fromEntries(
        asked.map(([key, all]) => [
          key,
          all.map(({ text, expression }) => ({ text, holds: Boolean(evaluate(expression, view)) })),
        ]),
      ),
    }),
  }
}

/** Files beside the playbook, and those of a role, go before ours. */
export function localFiles(data: unknown, names: readonly string[], folder: string): unknown {
  if (typeof data !== 'object' || data === null || names.length === 0) return data
  // Above a playbook others may write: /tmp/files of /tmp/mine/p.yml.
  const above = ['tasks', 'handlers'].includes(basename(folder)) ? ['../files', '../templates'] : []
  const entries = Object.entries(data).map(([key, value]) => {
    if (!names.includes(key) || typeof value !== 'string' || isAbsolute(value)) return [key, value]
    const beside = ['', 'files', 'templates', ...above].map((part) => resolve(folder, part, value))
    return [key, beside.find((path) => existsSync(path)) ?? value]
  })
  return Object.fromEntries(entries)
}
