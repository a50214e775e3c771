import type { Group, Tree, TreeHost, Variables } from './tree.ts'
import type { VarsFiles } from './vars-files.ts'

/** The group's hosts, its own before those of its children. */
export function hostsOfGroup(tree: Tree, group: Group): readonly string[] {
  if (group.name === 'all') return [...tree.hosts.keys()]
  return [...new Set(below(tree, group).flatMap(({ hosts }) => [...hosts]))]
}

function below(tree: Tree, group: Group, seen: ReadonlySet<string> = new Set()): Group[] {
  if (seen.has(group.name)) return []
  const inside = new Set([...seen, group.name])
  return [group, ...[...group.children].flatMap((name) => below(tree, tree.groups.get(name) ?? group, inside))]
}

/** A group and all above it. */
export function withParents(tree: Tree, groups: readonly Group[]): readonly Group[] {
  const found = new Set(groups)
  for (const group of found) for (const parent of parentsOf(tree, group)) found.add(parent)
  return [...found]
}

/** The groups that a host is in, and all above them. */
export function groupsOfHost(tree: Tree, host: string): readonly Group[] {
  return withParents(
    tree,
    [...tree.groups.values()].filter(({ name, hosts }) => hosts.has(host) || name === 'all'),
  )
}

function parentsOf(tree: Tree, { name }: Group): Group[] {
  const parents = [...tree.groups.values()].filter(({ children }) => children.has(name))
  const all = tree.groups.get('all')
  return parents.length > 0 || name === 'all' || all === undefined ? parents : [all]
}

/** Steps to `all`, the longest way. */
function depthOf(tree: Tree, group: Group, way: readonly Group[] = []): number {
  if (way.includes(group)) return way.length
  return Math.max(0, ...parentsOf(tree, group).map((parent) => 1 + depthOf(tree, parent, [...way, group])))
}

/**
 * What holds where several places say it, in Ansible's order, the last wins: the inventory file's groups (`all`, then
 * from the outer ones to the inner, then by ansible_group_priority and name), group_vars/all, the other group_vars in the
 * same order, the host's line, host_vars. So group_vars/all goes before the vars of any group in the file.
 */
export function variablesFor(tree: Tree, files: VarsFiles, groups: readonly Group[], host?: TreeHost): Variables {
  const priority = (group: Group) => Number(group.variables.get('ansible_group_priority')?.value ?? 1)
  const sorted = groups
    .map((group) => ({ group, depth: depthOf(tree, group), priority: priority(group) }))
    .sort((a, b) => a.depth - b.depth || a.priority - b.priority || (a.group.name < b.group.name ? -1 : 1))
    .map(({ group }) => group)
  const merged = new Map(
    [
      ...sorted.map(({ variables }) => variables),
      ...sorted.map(({ name }) => files('group_vars', name)),
      ...(host === undefined ? [] : [host.variables, files('host_vars', host.name)]),
    ].flatMap((layer) => [...layer]),
  )
  // Says how groups are ordered, and is no variable of their hosts.
  merged.delete('ansible_group_priority')
  return merged
}
