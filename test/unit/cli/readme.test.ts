import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { programFor } from '../../../src/cli/program.ts'
import { parseSource } from '../../../src/inventory/document.ts'
import { inventoryFrom } from '../../../src/inventory/load.ts'

const root = resolve(import.meta.dirname, '../../..')
const text = (file: string) => readFileSync(join(root, file), 'utf8')
const readme = text('README.md')

interface Shown {
  readonly line: string
  /** In a sentence, where `mmha verify` is a name and no more. */
  readonly named: boolean
}

/** Commands as a person would type them: on lines of their own, after `bin/`, or in a sentence. */
function commands(page: string): Shown[] {
  const typed = [...page.matchAll(/(?:^ {2,}(?:\$ )?|bin\/)(mmha(?: [^\s`#]+)+)/gm)]
  const named = [...page.matchAll(/`(mmha [^`\n]+)`/g)]
  return [
    ...typed.map((match) => ({ line: match[1] ?? '', named: false })),
    ...named.map((match) => ({ line: match[1] ?? '', named: true })),
  ]
}

/** Where a command line doesn't fit the program: '' when it does. Runs nothing. */
async function misfit({ line, named }: Shown): Promise<string> {
  const [, ...words] = line.replace(/ (>|\| ).*/, '').split(/\s+/)
  let command: Command = await programFor(words)
  let rest: readonly string[] = words
  for (let sub = find(command, rest); sub !== undefined; sub = find(command, rest)) {
    command = sub
    rest = rest.slice(1)
  }
  if (command.parent === null || (command.commands.length > 0 && !named)) return `${line}: no such command`
  const { operands, unknown } = command.parseOptions([...rest])
  const strange = unknown.find((word) => word.startsWith('-') && word !== '--help')
  if (strange !== undefined) return `${line}: unknown ${strange}`
  if (named && operands.length === 0) return ''
  const wanted = command.registeredArguments
  const least = wanted.filter(({ required }) => required).length
  const most = wanted.some(({ variadic }) => variadic) ? Number.POSITIVE_INFINITY : wanted.length
  return operands.length >= least && operands.length <= most ? '' : `${line}: ${operands.length} arguments`
}

function find(command: Command, [word]: readonly string[]): Command | undefined {
  return command.commands.find((sub) => sub.name() === word)
}

describe('README', () => {
  it('has the smallest inventory, which loads', () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
    expect(yaml.trim().split('\n')).toHaveLength(5)
    expect(inventoryFrom(parseSource(yaml, 'README.md')).masters).toHaveLength(2)
    expect(parseSource(text('inventories/lab.yml'), 'b').data).toMatchObject(parseSource(yaml, 'a').data as object)
  })

  it('names npm scripts that there are', () => {
    const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> }
    const named = [...readme.matchAll(/npm (?:run )?([a-z]+)/g)].map((match) => match[1] ?? '')
    expect(named).toContain('demo')
    for (const name of named) expect(name === 'ci' || name in scripts, name).toBe(true)
  })

  it('names files that there are', () => {
    const files = [...readme.matchAll(/`((?:docs|inventories|playbooks|src|templates|test)\/[\w./-]*)`/g)]
    for (const [, file = ''] of files) expect(existsSync(join(root, file)), file).toBe(true)
  })
})

describe('README.zh.md', () => {
  const chinese = text('README.zh.md')

  it('has the same smallest inventory, and commands that are in the English one, too', () => {
    const yaml = (page: string) => /```yaml\n([\s\S]*?)```/.exec(page)?.[1]
    expect(yaml(chinese)).toBe(yaml(readme))
    const lines = commands(chinese).map(({ line }) => line)
    expect(lines.length).toBeGreaterThan(10)
    const known = new Set(commands(readme).map(({ line }) => line))
    expect(
      lines.filter((line) => line.startsWith('mmha ') && line.includes('inventory.yml') && !known.has(line)),
    ).toEqual([])
  })

  it('links to files that there are', () => {
    for (const page of ['README.zh.md', 'docs/languages.md'])
      for (const [, file = ''] of text(page).matchAll(/\]\(([^)#]+)/g))
        expect(existsSync(join(root, page, '..', file)), file).toBe(true)
  })
})

describe('every command that is shown exists, with these options', () => {
  const pages = [
    'README.md',
    'README.zh.md',
    'docs/languages.md',
    'src/cli/demo.ts',
    'docs/architecture.md',
    'docs/inventory.md',
    'docs/provisioning.md',
    'docs/preflight.md',
    'docs/vault.md',
    'playbooks/README.md',
  ]
  const shown = pages.flatMap((page) =>
    // In our own source a command ends with its quote.
    commands(text(page).replaceAll(/'\],$/gm, ''))
      .filter(({ line }) => !/[${}|…]/.test(line))
      .map((command) => ({ page, ...command })),
  )

  it('there are some', () => {
    const lines = shown.map(({ line }) => line)
    for (const known of ['mmha init', 'mmha verify inventory.yml', 'mmha lab down', 'mmha lab ssh m1']) {
      expect(lines).toContain(known)
    }
  })

  it.each(shown)('$page: $line', async (command) => {
    expect(await misfit(command)).toBe('')
  })

  it.each(['init', 'preflight', 'plan', 'provision', 'verify', 'lab', 'demo', 'vault', 'schema'])(
    'mmha %s --help',
    async (name) => {
      const program = await programFor([name])
      let help = ''
      program.commands
        .find((sub) => sub.name() === name)
        ?.configureOutput({ writeOut: (part) => (help += part) })
        .outputHelp()
      const lines = commands(help.slice(help.indexOf('Example')))
      expect(lines.length).toBeGreaterThan(0)
      for (const command of lines) expect(await misfit(command)).toBe('')
    },
  )

  it.each([
    ['mmha conjure x.yml', 'no such command'],
    ['mmha plan x.yml --colour', 'unknown --colour'],
    ['mmha plan', '0 arguments'],
    ['mmha plan a.yml b.yml', '2 arguments'],
  ])('finds that there is no %s', async (line, expected) => {
    expect(await misfit({ line, named: false })).toContain(expected)
  })
})
