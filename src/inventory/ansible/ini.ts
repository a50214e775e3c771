import { parseDocument } from 'yaml'
import { hostsOf } from './host-pattern.ts'
import { emptyTree, type Group, groupIn, hostIn, type Tree, type Variable } from './tree.ts'
import { wordsOf } from './words.ts'

type Section = { readonly kind: 'hosts' | 'children' | 'vars'; readonly group: Group }

const HEADER = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:[#;].*)?$/

/** True of text with a line that is only INI: `[group]`. */
export function looksLikeIni(text: string): boolean {
  return text.split(/\r?\n/).some((line) => HEADER.test(line))
}

/** Reads an INI inventory as Ansible does: groups, `:children`, `:vars`, ranges. */
export function parseIni(text: string, file: string): Tree {
  const tree = emptyTree(file)
  const declared = new Set(['all', 'ungrouped'])
  const mentioned: { readonly name: string; readonly place: string }[] = []
  let section: Section = { kind: 'hosts', group: groupIn(tree, 'ungrouped', `${file}:1:1`) }
  // Editors of Windows put a mark before the first line.
  text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .forEach((line, i) => {
      const place = (column: number) => `${file}:${i + 1}:${column + 1}`
      const start = line.search(/\S/)
      if (start < 0 || /[#;]/.test(line[start] ?? '')) return
      const header = HEADER.exec(line.trim())
      if (header !== null) {
        const [, name = '', kind = 'hosts'] = header
        if (kind !== 'hosts' && kind !== 'children' && kind !== 'vars') {
          tree.problems.push(
            `${place(start)} [${name}:${kind}]: a section is [group], [group:children] or [group:vars]`,
          )
        } else {
          section = { kind, group: groupIn(tree, name, place(start)) }
          if (kind === 'vars') mentioned.push({ name, place: place(start) })
          else declared.add(name)
        }
      } else if (line.startsWith('[', start))
        tree.problems.push(`${place(start)} a section is [group], [group:children] or [group:vars]`)
      else if (section.kind === 'vars') readVariable(tree, section.group, line, place)
      else if (section.kind === 'hosts') readHosts(tree, section.group, line, place)
      else {
        const [child] = wordsOf(line) ?? []
        if (child === undefined) return
        section.group.children.add(child.text)
        groupIn(tree, child.text, place(child.start))
        mentioned.push({ name: child.text, place: place(child.start) })
      }
    })
  for (const { name, place } of mentioned) {
    if (!declared.has(name)) tree.problems.push(`${place} there is no group ${name}`)
  }
  return tree
}

function readVariable(tree: Tree, group: Group, line: string, place: (column: number) => string): void {
  const [, before = '', name = '', equals = '', text = ''] = /^(\s*)([^=\s]+)(\s*=\s*)(.*?)\s*$/.exec(line) ?? []
  if (name === '') tree.problems.push(`${place(line.search(/\S/))} a variable is name=value`)
  else
    group.variables.set(name, variable(text, place(before.length), place(before.length + name.length + equals.length)))
}

function readHosts(tree: Tree, group: Group, line: string, place: (column: number) => string): void {
  const [first, ...rest] = wordsOf(line) ?? []
  const hosts = first === undefined ? null : hostsOf(first.text)
  if (first === undefined || hosts === null) {
    tree.problems.push(
      `${place(line.search(/\S/))} a host is a name or a range, db[1:2], and name=value after it; quotes end on their line`,
    )
    return
  }
  for (const name of hosts.names) {
    const host = hostIn(tree, group, name, place(first.start))
    if (hosts.port !== null)
      host.variables.set('ansible_port', variable(String(hosts.port), place(first.start), place(first.start)))
    for (const { text, start } of rest) {
      const equals = text.indexOf('=')
      const key = text.slice(0, Math.max(0, equals))
      if (key === '') tree.problems.push(`${place(start)} after a host, only name=value is expected`)
      else host.variables.set(key, variable(text.slice(equals + 1), place(start), place(start + equals + 1)))
    }
  }
}

function variable(text: string, place: string, at: string): Variable {
  const value = literal(text)
  return { value, place, at: () => at, ...(typeof value === 'string' ? {} : { text }) }
}

/** Python's literals, which Ansible takes for what they are; all else is text. */
function literal(text: string): unknown {
  if (/^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text)) return Number(text)
  if (text === 'True' || text === 'False') return text === 'True'
  const quoted = /^'([^'\\]*)'$/.exec(text) ?? /^"([^"\\]*)"$/.exec(text)
  if (quoted !== null) return quoted[1]
  if (!/^(\{(?!\{).*\}|\[.*\])$/.test(text)) return text
  const document = parseDocument(text)
  return document.errors.length > 0 ? text : document.toJS()
}
