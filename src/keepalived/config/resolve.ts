import type { Report } from './diagnostics.ts'
import type { Keyword } from './keyword.ts'
import { didYouMean } from './suggest.ts'
import { homesOf, keywordsOf } from './table.ts'
import type { Statement } from './tree.ts'
import { isPlaceholder, mended } from './values.ts'

function whereOf(block: string): string {
  return block === 'top' ? 'outside of all blocks' : `inside ${block}`
}

function aliased(keyword: Keyword, statement: Statement, report: Report): Keyword {
  const meant = keyword.of === null ? undefined : keywordsOf(keyword.block).get(keyword.of)
  if (meant === undefined) return keyword
  const [severity, code] =
    keyword.status === 'typo' ? (['warning', 'typo'] as const) : ([keyword.says, 'accepted'] as const)
  const said = `${keyword.name} is read as ${meant.name}: ${keyword.doc.en}`
  report(severity, code, statement, said, `write ${meant.name}`)
  return meant
}

/** Does this statement's keyword belong into another block? */
export function isMisplaced(statement: Statement | undefined, block: string): boolean {
  const name = statement?.words[0]?.text
  return name !== undefined && !keywordsOf(block).has(name) && homesOf(name).length > 0
}

/**
 * The row of the table that a statement's keyword means in its block: exact, an alias, or the nearest spelling.
 * @returns null when there is none, which is said, with the reason as far as it can be known.
 */
export function resolve(statement: Statement, block: string, report: Report): Keyword | null {
  const first = statement.words[0]
  if (first === undefined) {
    report('error', 'syntax', statement, 'a { without a keyword before it, its block is skipped', 'remove it')
    return null
  }
  const rows = keywordsOf(block)
  // As most lines are; the rest is for what is not in the table as it stands.
  const known = rows.get(first.text)
  if (known !== undefined && statement.words[1]?.text !== '|') return aliased(known, statement, report)
  const skipped = statement.block === null ? 'line skipped' : 'skipped with its block'
  const choices = first.text.split(/[|/或]/)
  const isChoice = choices.length > 1 && choices.every((choice) => rows.has(choice))
  if (statement.words[1]?.text === '|' || isChoice) {
    const both = statement.words.map((word) => word.text).join(' ')
    report('error', 'placeholder', first, `"${both}" leaves a choice open, ${skipped}`, 'choose one')
    return null
  }
  if (isPlaceholder(first.text)) {
    report('warning', 'placeholder', first, `${first.text} was left from a template, ${skipped}`, 'fill it in')
    return null
  }
  const shown = first.text.length > 40 ? `${first.text.slice(0, 40)}…` : first.text
  if (/[^\x20-\x7e]/.test(first.text)) {
    report('warning', 'unknown', first, `"${shown}" looks like prose, ${skipped}`, 'put # before it')
    return null
  }
  const name = mended(first, report)
  const exact = rows.get(name)
  if (exact !== undefined) return aliased(exact, statement, report)
  const variable = /^\$\{?(\w+)/.exec(name)
  if (variable !== null) {
    const defines = statement.words[1]?.text.startsWith('=') === true
    const said = defines
      ? 'no space may stand before = in a definition'
      : `the variable ${variable[1]} is not defined before this line`
    report('error', 'unknown', first, `${said}, ${skipped}`, `write $${variable[1]}=value`)
    return null
  }
  const homes = homesOf(name)
  if (homes.length > 0) {
    const where = homes.slice(0, 3).map(whereOf).join(' or ')
    report(
      'error',
      'misplaced',
      first,
      `${name} belongs ${where}, not ${whereOf(block)}; ${skipped}`,
      'move it, or look for a } too many',
    )
    return null
  }
  const near = didYouMean(name, rows.keys())
  const meant = near === null ? undefined : rows.get(near)
  if (meant !== undefined) {
    const target = meant.of === null ? meant : (rows.get(meant.of) ?? meant)
    const said = `unknown keyword ${shown} is taken as ${target.name}; keepalived would ignore it`
    report('warning', 'typo', first, said, `write ${target.name}`)
    return target
  }
  report('error', 'unknown', first, `unknown keyword ${shown}, ${skipped}`, null)
  return null
}
