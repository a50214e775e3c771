import { readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { Secret } from '../inventory/secret.ts'
import { absolutePath, accountName, fileMode } from './file.ts'
import { renderText } from './handlebars-text.ts'
import { fileStep, type HostFileFacts, parseFile, probeFile } from './host-file.ts'
import { installationRoot } from './installation-root.ts'
import type { Module } from './module.ts'
import { type Script, shellQuote } from './step.ts'

export interface TemplateParams {
  /** Beside the playbook, or in templates/. */
  readonly src: string
  readonly dest: string
  readonly mode: string
  readonly owner: string
  readonly group: string
  /** What the template may name, beside inventory, host, peer, facts and peerFacts. */
  readonly vars: Readonly<Record<string, unknown>>
}

/** A file on the host, rendered from a template: the user's, or one of ours. */
export const template: Module<TemplateParams, HostFileFacts> = {
  name: 'template',
  localFiles: ['src'],
  params: z.strictObject({
    src: z.string().regex(/^[\w./-]+\.hbs$/, 'the name of a template: my.cnf.hbs'),
    dest: absolutePath,
    mode: fileMode.default('0644'),
    owner: accountName.default('root'),
    group: accountName.default('root'),
    vars: z.record(z.string(), z.unknown()).default({}),
  }),

  probe: ({ dest }) => probeFile(dest),
  parse: parseFile,

  plan: (params, context) => {
    const { inventory, host, peer, facts, peerFacts } = context
    let content: Script
    try {
      content = renderScript(readFileSync(resolve(installationRoot(), 'templates', params.src), 'utf8'), {
        inventory,
        host,
        peer,
        facts,
        peerFacts,
        ...params.vars,
      })
    } catch (cause) {
      throw new MmhaError(
        `${isAbsolute(params.src) ? '' : 'templates/'}${params.src}: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          code: 'TEMPLATE',
          source: 'user',
          exit: EXIT.invalid,
          host: host.name,
          where: context.taskName,
          hint: "correct the template or the task's vars",
          cause,
        },
      )
    }
    const step = fileStep({ ...params, path: params.dest, content }, context.mine, context)
    return step === null ? [] : [step]
  },
}

/**
 * Renders a template whose secrets stay secrets: each is printed as a mark (a private-use character, which no configuration holds), and the text
 * is cut at the marks. A name that the view doesn't have is an error; nothing is escaped, but `{{shell name}}` quotes for sh.
 */
export function renderScript(source: string, view: object): Script {
  const secrets: Secret[] = []
  const marked = mark(view, secrets)
  const text = renderText(source, marked, { helpers: { shell } })
  const parts = text.split(/\uE000(\d+)\uE000/).map((part, i) => (i % 2 === 0 ? part : (secrets[Number(part)] ?? '')))
  return { parts: parts.filter((part) => part !== '') }
}

/** `{{shell name}}`: one word of sh. Not for secrets, whose quotes nobody would see. */
function shell(value: unknown): string {
  const text = String(value)
  if (text.includes('\uE000')) throw new Error('shell is not for secrets: let the script read them from a file')
  return shellQuote(text)
}

function mark(value: unknown, secrets: Secret[]): unknown {
  if (value instanceof Secret) return `\uE000${secrets.push(value) - 1}\uE000`
  if (Array.isArray(value)) return value.map((item) => mark(item, secrets))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mark(item, secrets)]))
}
