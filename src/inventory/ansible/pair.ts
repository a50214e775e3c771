import { dirname, resolve } from 'node:path'
import { type DocumentPath, invalid, type OpenFile, type SourceDocument } from '../document.ts'
import { nearest } from '../nearest.ts'
import { connectionOf, type Entry } from './connection.ts'
import { groupsOfHost, hostsOfGroup, variablesFor, withParents } from './precedence.ts'
import { followed } from './references.ts'
import { type Group, isMap, type Tree, type Variable, type Variables } from './tree.ts'
import { type VarsFiles, varsFilesBeside } from './vars-files.ts'

/** The variable that makes a group a pair. */
const MARK = 'mmha_vip'
const OF_A_HOST = ['mmha_address', 'mmha_nic', 'mmha_replicationAddress', 'mmha_ssh']
const HINT = 'docs/inventory.md shows what mmha reads of an Ansible inventory'

/**
 * The document of one pair of an Ansible inventory, as if it had been written for mmha; its places are those of Ansible's
 * files.
 * @param asked name of the pair's group; undefined: there is only one
 * @throws MmhaError INVENTORY_INVALID (exit 4)
 */
export function pairDocument(tree: Tree, asked: string | undefined, open: OpenFile): SourceDocument {
  if (tree.problems.length > 0) throw invalid('INVENTORY_INVALID', tree.problems, HINT)
  // Other pairs' files may have other passwords.
  const group = pairIn(tree, varsFilesBeside(tree.file, null), asked)
  const files = varsFilesBeside(tree.file, open)
  const names = hostsOfGroup(tree, group)
  if (names.length !== 2) {
    const line = `${group.place} ${group.name} has ${MARK} and ${names.length} hosts; a pair is a group with exactly two`
    throw invalid('INVENTORY_INVALID', [line], HINT)
  }
  const shared = variablesFor(tree, files, withParents(tree, [group]))
  const problems: string[] = []
  const entries = [
    ...ofThePair(group, followed(shared), problems),
    ...names.flatMap((name, i) => ofTheHost(tree, files, { name, i, group, shared }, problems)),
  ].map((entry) => ({ ...entry, value: filledIn(entry, tree.file, problems) }))
  if (problems.length > 0) throw invalid('INVENTORY_INVALID', [...new Set(problems)], HINT)
  return documentOf(entries, group, tree.file)
}

/** The groups that are pairs. @throws MmhaError INVENTORY_INVALID (exit 4) */
export function pairGroups(tree: Tree): readonly Group[] {
  if (tree.problems.length > 0) throw invalid('INVENTORY_INVALID', tree.problems, HINT)
  return marked(tree, varsFilesBeside(tree.file, null))
}

function marked(tree: Tree, files: VarsFiles): Group[] {
  return [...tree.groups.values()].filter(
    ({ name, variables }) => variables.has(MARK) || files('group_vars', name).has(MARK),
  )
}

function pairIn(tree: Tree, files: VarsFiles, asked: string | undefined): Group {
  const pairs = marked(tree, files)
  const names = pairs.map(({ name }) => name)
  const [only, ...more] = asked === undefined ? pairs : pairs.filter(({ name }) => name === asked)
  if (only !== undefined && more.length === 0) return only
  const fail = (place: string, message: string) => invalid('INVENTORY_INVALID', [`${place} ${message}`], HINT)
  if (only !== undefined) {
    throw fail(`${tree.file}:1:1`, `has several pairs: ${names.join(', ')}; choose one with --pair GROUP`)
  }
  const group = asked === undefined ? undefined : tree.groups.get(asked)
  if (group !== undefined) {
    throw fail(
      group.place,
      names.length === 0
        ? `${asked} is no pair: ${MARK} is not among its vars`
        : `${asked} is no pair: ${MARK} is not among its vars; pairs: ${names.join(', ')}`,
    )
  }
  if (asked !== undefined) {
    const near = nearest(asked, names)
    const known = names.length === 0 ? 'no group of it is a pair' : `pairs: ${names.join(', ')}`
    throw fail(`${tree.file}:1:1`, `has no group ${asked}; ${near === null ? known : `did you mean ${near}?`}`)
  }
  throw fail(`${tree.file}:1:1`, `has no pair: give a group of two hosts the vars ${MARK} and mmha_nic`)
}

function ofThePair(group: Group, shared: Variables, problems: string[]): Entry[] {
  const here: Variable = { value: group.name, place: group.place, at: () => group.place }
  const entries: Entry[] = shared.has('mmha_name') ? [] : [{ path: ['name'], value: group.name, from: here }]
  for (const [name, from] of shared) {
    if (!name.startsWith('mmha_') || (OF_A_HOST.includes(name) && name !== 'mmha_nic')) continue
    if (name === 'mmha_masters')
      problems.push(`${from.place} mmha_masters: the masters are the hosts of ${group.name}; take it out`)
    else
      entries.push({
        path: [name.slice('mmha_'.length)],
        value: from.text !== undefined && name === 'mmha_name' ? from.text : from.value,
        from,
      })
  }
  return entries
}

function ofTheHost(
  tree: Tree,
  files: VarsFiles,
  {
    name,
    i,
    group,
    shared,
  }: { readonly name: string; readonly i: number; readonly group: Group; readonly shared: Variables },
  problems: string[],
): Entry[] {
  const host = tree.hosts.get(name)
  if (host === undefined) return []
  const variables = variablesFor(tree, files, groupsOfHost(tree, name), host)
  for (const [key, from] of variables) {
    if (key.startsWith('mmha_') && !OF_A_HOST.includes(key) && shared.get(key) !== from) {
      problems.push(`${from.place} ${key}: belongs to the whole pair; move it to the vars of ${group.name}`)
    }
  }
  const filled = followed(variables)
  const connection = connectionOf(host, filled)
  problems.push(...connection.problems)
  const here: Variable = { value: name, place: host.place, at: () => host.place }
  const own = ['nic', 'replicationAddress'].flatMap((key) => {
    const from = filled.get(`mmha_${key}`)
    return from === undefined ? [] : [{ path: [key], value: from.value, from }]
  })
  // The pair's own key must be there, also where each host names its interface.
  const nic = own.find(({ path }) => path[0] === 'nic')
  return [
    ...(i === 0 && nic !== undefined && !shared.has('mmha_nic') ? [nic] : []),
    ...[
      { path: [], value: {}, from: here },
      { path: ['name'], value: name, from: here },
      ...own,
      ...connection.entries,
    ].map((entry) => ({ ...entry, path: ['masters', i, ...entry.path] })),
  ]
}

/** The value with `{{ inventory_dir }}` filled in; other templates are a problem. */
function filledIn({ path, value, from }: Entry, file: string, problems: string[]): unknown {
  if (Array.isArray(value)) return value.map((part) => filledIn({ path, value: part, from }, file, problems))
  if (isMap(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, filledIn({ path, value: part, from }, file, problems)]),
    )
  }
  if (typeof value !== 'string') return value
  const filled = value.replaceAll(/\{\{\s*inventory_dir\s*\}\}/g, dirname(resolve(file)))
  if (/\{\{|\{%/.test(filled))
    problems.push(
      `${from.place} of templates mmha fills in {{ inventory_dir }} and {{ NAME }} of a variable; write the value itself`,
    )
  return filled
}

function documentOf(entries: readonly Entry[], group: Group, file: string): SourceDocument {
  const data: Record<string, unknown> = { masters: [] }
  for (const { path, value } of entries) put(data, path, value)
  const origin = (path: DocumentPath) =>
    entries
      .filter((entry) => entry.path.length > 0 && entry.path.every((part, i) => part === path[i]))
      .sort((a, b) => a.path.length - b.path.length)
      .at(-1)
  const at = (path: DocumentPath) => {
    const entry = origin(path)
    return entry === undefined ? group.place : entry.from.at(path.slice(entry.path.length))
  }
  return {
    file,
    data,
    at,
    atKey: (path, key) => {
      const entry = origin([...path, key])
      if (entry === undefined) return group.place
      if (entry.path.length > path.length) return entry.from.place
      const rest = path.slice(entry.path.length)
      return entry.from.atKey?.(rest, key) ?? entry.from.at(rest)
    },
    slips: () => [],
  }
}

/** Sets a value in plain data; where a part of the way is no map, the schema says so. */
function put(data: object, path: DocumentPath, value: unknown): void {
  const [head, ...rest] = path
  if (head === undefined) return
  if (rest.length === 0) Reflect.set(data, head, structuredClone(value))
  else {
    if (Reflect.get(data, head) === undefined) Reflect.set(data, head, {})
    const next: unknown = Reflect.get(data, head)
    if (typeof next === 'object' && next !== null) put(next, rest, value)
  }
}
