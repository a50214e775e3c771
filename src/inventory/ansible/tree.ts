import type { DocumentPath, SourceDocument } from '../document.ts'

/** A variable of Ansible, and where it is written. */
export interface Variable {
  readonly value: unknown
  /** As it is written, where a value of INI became a number or a truth value. */
  readonly text?: string
  /** `file:line:column` of its name. */
  readonly place: string
  /** `file:line:column` of a part of its value. */
  readonly at: (rest: DocumentPath) => string
  /** `file:line:column` of a key of a map in its value; absent: as `at`. */
  readonly atKey?: (rest: DocumentPath, key: string) => string
}

export type Variables = ReadonlyMap<string, Variable>

export interface Group {
  readonly name: string
  readonly place: string
  /** In the file's order. */
  readonly hosts: Set<string>
  readonly children: Set<string>
  readonly variables: Map<string, Variable>
}

export interface TreeHost {
  readonly name: string
  readonly place: string
  readonly variables: Map<string, Variable>
}

/** What an inventory file of Ansible says; `problems` are lines with their places. */
export interface Tree {
  readonly file: string
  readonly groups: Map<string, Group>
  readonly hosts: Map<string, TreeHost>
  readonly problems: string[]
}

export function emptyTree(file: string): Tree {
  const tree: Tree = { file, groups: new Map(), hosts: new Map(), problems: [] }
  groupIn(tree, 'all', `${file}:1:1`)
  return tree
}

/** The group of that name, made where there is none. */
export function groupIn(tree: Tree, name: string, place: string): Group {
  const found = tree.groups.get(name)
  if (found !== undefined) return found
  const group: Group = { name, place, hosts: new Set(), children: new Set(), variables: new Map() }
  tree.groups.set(name, group)
  return group
}

/** The host of that name, made where there is none, as a member of the group. */
export function hostIn(tree: Tree, group: Group, name: string, place: string): TreeHost {
  const host = tree.hosts.get(name) ?? { name, place, variables: new Map() }
  tree.hosts.set(name, host)
  group.hosts.add(name)
  return host
}

/** Variables out of a map of a YAML document. */
export function variablesIn(source: SourceDocument, path: DocumentPath, map: object): [string, Variable][] {
  return Object.entries(map).map(([name, value]) => [
    name,
    {
      value,
      place: source.atKey(path, name),
      at: (rest) => source.at([...path, name, ...rest]),
      atKey: (rest, key) => source.atKey([...path, name, ...rest], key),
    },
  ])
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
