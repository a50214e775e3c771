import { readCommand } from './command.ts'
import type { Command } from './config.ts'
import { elsewhere, type Place, type Report } from './diagnostics.ts'
import { type Item, readItems } from './items.ts'
import type { Keyword } from './keyword.ts'
import type { Token } from './lexer.ts'
import { isMisplaced, resolve } from './resolve.ts'
import { blockSpec, keywordsOf, SKIPPED } from './table.ts'
import { nameOf, type Statement } from './tree.ts'
import { isPlaceholder, readValue } from './values.ts'

export type Value = string | number | boolean | Command

/** A keyword with its values, as the table says they are. */
export interface Node extends Place {
  readonly keyword: Keyword
  readonly values: readonly Value[]
  readonly block: Block | null
}

/** The content of a block: keywords, or the items of a list. */
export interface Block extends Place {
  readonly name: string
  readonly nodes: readonly Node[]
  readonly items: readonly Item[]
}

const placeOf = ({ file, line, column }: Place): Place => ({ file, line, column })

function consequenceOf(keyword: Keyword): string {
  if (keyword.default === null || keyword.default === '') return 'ignored'
  return `the default ${String(keyword.default)}${keyword.unit === 's' ? ' s' : ''} is used`
}

/** Reads the values of a statement; null when it can't stand. `rest`: words that belong to no value. */
function readValues(
  keyword: Keyword,
  words: readonly Token[],
  report: Report,
): { values: Value[]; rest: readonly Token[] } | null {
  const values: Value[] = []
  const [name, ...given] = words
  if (name === undefined) return null
  for (const [index, spec] of keyword.values.entries()) {
    const word = given[index]
    if (word === undefined) {
      if (spec.optional === true) return { values, rest: [] }
      const said = `${name.text} has no value, as if the line were not there; keepalived would not start`
      report('warning', 'value-missing', name, said, consequenceOf(keyword))
      return null
    }
    if (!word.quoted && spec.type !== 'secret' && isPlaceholder(word.text)) {
      report('warning', 'placeholder', word, `${word.text} was left from a template, line skipped`, 'fill it in')
      return null
    }
    if (spec.type === 'words') {
      return {
        values: [
          ...values,
          given
            .slice(index)
            .map(({ text }) => text)
            .join(' '),
        ],
        rest: [],
      }
    }
    if (spec.type === 'command') {
      const command = readCommand(given.slice(index), report)
      return command === null ? null : { values: [...values, command], rest: [] }
    }
    if (spec.optional === true && index > 0 && keywordsOf(keyword.block).has(word.text)) break
    const value = readValue(spec, word, { name: keyword.name, consequence: consequenceOf(keyword) }, report)
    if (value === null) return null
    values.push(value)
  }
  return { values, rest: given.slice(values.length) }
}

/** Words after the last value: another keyword, which is read too, or nothing that means anything. */
function readRest(
  block: string,
  keyword: Keyword,
  statement: Statement,
  rest: readonly Token[],
  report: Report,
): Statement | null {
  const next = rest[0]
  if (next === undefined) return null
  if (keywordsOf(block).has(next.text)) {
    report(
      'warning',
      'syntax',
      next,
      `keepalived ignores ${next.text} here, after another setting; it is read`,
      'give it its own line',
    )
    return { ...placeOf(next), words: rest, block: statement.block }
  }
  // What follows a password may be part of it.
  const isSecret = keyword.values.some(({ type }) => type === 'secret')
  const text = isSecret ? '…' : rest.map((word) => word.text).join(' ')
  report(
    'warning',
    'syntax',
    next,
    `"${text.slice(0, 60)}" after ${keyword.name} is ignored`,
    'remove it, or put # before it',
  )
  return null
}

function readBlock(keyword: Keyword, statement: Statement, report: Report): Block | null {
  if (keyword.opens === null) {
    if (statement.block !== null) report('error', 'syntax', statement, `${keyword.name} takes no block, skipped`)
    return null
  }
  if (statement.block === null && keyword.mayOpen) return null
  if (statement.block === null) {
    report('error', 'syntax', statement, `${keyword.name} needs a block { … }, skipped`)
    return null
  }
  if (keyword.opens === SKIPPED) return { name: SKIPPED, nodes: [], items: [], ...placeOf(statement) }
  return interpret(statement.block, keyword.opens, statement, report)
}

function say(keyword: Keyword, values: readonly Value[], at: Place, report: Report): void {
  if (keyword.status === 'refused' && values[0] !== false) {
    const said = `${keyword.name} is not supported yet, and no instance runs without it: ${keyword.doc.en}`
    report('error', 'later', at, said, 'remove it on both nodes')
  }
  if (keyword.status === 'accepted' && keyword.topic === null) {
    report('note', 'accepted', at, `${keyword.name} has no effect: ${keyword.doc.en}`)
  }
  if (keyword.status === 'later')
    report('warning', 'later', at, `${keyword.name} is not supported yet: ${keyword.doc.en}`)
}

/** One statement to nodes: usually one; several when settings share a line. */
function readStatement(statement: Statement, block: string, report: Report): Node[] {
  const nodes: Node[] = []
  let next: Statement | null = statement
  while (next !== null) {
    const current: Statement = next
    next = null
    const keyword = resolve(current, block, report)
    const read = keyword === null ? null : readValues(keyword, current.words, report)
    if (keyword === null || read === null) break
    next = readRest(block, keyword, current, read.rest, report)
    say(keyword, read.values, current, report)
    const body = readBlock(keyword, next === null ? current : { ...current, block: null }, report)
    if (keyword.opens === null || body !== null || keyword.mayOpen) {
      nodes.push({ ...placeOf(current), keyword, values: read.values, block: body })
    }
  }
  return nodes
}

/** Statements that a `}` too many has thrown out of their block, said once and not line by line. Returns the others. */
function withoutStrays(statements: readonly Statement[], block: string, report: Report): Statement[] {
  const kept: Statement[] = []
  for (let index = 0; index < statements.length; index += 1) {
    let end = index
    while (isMisplaced(statements[end], block)) end += 1
    const first = statements[index]
    const last = statements[end - 1]
    if (first === undefined) break
    if (last !== undefined && end - index > 1) {
      const said = `${nameOf(first)} and ${end - index - 1} more settings up to line ${last.line} stand outside of their block, skipped`
      report('error', 'misplaced', first, said, 'look for a } too many before this line')
      index = end - 1
    } else kept.push(first)
  }
  return kept
}

/** Statements of a block to typed nodes, by the keyword table. What can't be read is said and left out. */
export function interpret(statements: readonly Statement[], name: string, at: Place, report: Report): Block {
  const { item } = blockSpec(name)
  if (item !== null) {
    const items = statements.flatMap((statement) => {
      if (statement.block !== null) report('error', 'syntax', statement, `no block may stand inside ${name}, skipped`)
      return statement.block === null ? readItems(item, statement.words, report) : []
    })
    return { name, nodes: [], items, ...placeOf(at) }
  }
  const nodes = withoutStrays(statements, name, report).flatMap((statement) => readStatement(statement, name, report))
  const seen = new Map<string, Node>()
  for (const node of nodes) {
    const before = seen.get(node.keyword.name)
    if (before !== undefined && !node.keyword.many && node.keyword.status === 'native') {
      report(
        'warning',
        'duplicate',
        node,
        `${node.keyword.name} is given again (${elsewhere(before, node)}); the last one counts`,
      )
    }
    seen.set(node.keyword.name, node)
  }
  return { name, nodes, items: [], ...placeOf(at) }
}
