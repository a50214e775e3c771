import type { DocumentPath, SourceDocument } from '../document.ts'
import { hostsOf } from './host-pattern.ts'
import { emptyTree, groupIn, hostIn, isMap, type Tree, variablesIn } from './tree.ts'

const OF_A_GROUP = ['hosts', 'vars', 'children']

/** True of a map of groups, which an inventory of mmha never is: its keys have other names. */
export function looksLikeGroups(data: unknown): boolean {
  if (!isMap(data)) return false
  const groups = Object.values(data)
  return (
    groups.some((group) => isMap(group) && OF_A_GROUP.some((key) => key in group)) &&
    groups.every((group) => group === null || isMap(group)) &&
    !('vip' in data || 'masters' in data || 'nic' in data)
  )
}

/** Reads a YAML inventory as Ansible does. */
export function parseGroups(source: SourceDocument): Tree {
  const tree = emptyTree(source.file)
  if (isMap(source.data))
    for (const [name, group] of Object.entries(source.data)) readGroup(tree, source, [name], group)
  return tree
}

function readGroup(tree: Tree, source: SourceDocument, path: DocumentPath, value: unknown): void {
  const name = String(path.at(-1))
  const group = groupIn(tree, name, source.atKey(path.slice(0, -1), name))
  if (value === null) return
  if (!isMap(value)) {
    tree.problems.push(`${source.at(path)} ${name}: a group is a map of hosts, vars and children`)
    return
  }
  for (const [key, part] of Object.entries(value)) {
    const inside = [...path, key]
    if (!OF_A_GROUP.includes(key)) {
      tree.problems.push(
        `${source.atKey(path, key)} ${key}: a group has hosts, vars and children; a host stands under hosts`,
      )
    } else if (part !== null && !isMap(part)) {
      tree.problems.push(`${source.at(inside)} ${key}: expected a map`)
    } else if (part !== null && key === 'vars') {
      for (const [variable, it] of variablesIn(source, inside, part)) group.variables.set(variable, it)
    } else if (part !== null) {
      for (const [member, its] of Object.entries(part)) {
        if (key === 'hosts') readHosts(tree, source, [...inside, member], its)
        else {
          group.children.add(member)
          readGroup(tree, source, [...inside, member], its)
        }
      }
    }
  }
}

function readHosts(tree: Tree, source: SourceDocument, path: DocumentPath, value: unknown): void {
  const [pattern, group] = [String(path.at(-1)), groupIn(tree, String(path.at(-3)), source.at(path))]
  const place = source.atKey(path.slice(0, -1), pattern)
  const hosts = hostsOf(pattern)
  if (hosts === null || (value !== null && !isMap(value))) {
    tree.problems.push(`${place} ${pattern}: a host is a name or a range, db[1:2], and a map of its variables`)
    return
  }
  for (const name of hosts.names) {
    const host = hostIn(tree, group, name, place)
    if (hosts.port !== null) host.variables.set('ansible_port', { value: hosts.port, place, at: () => place })
    if (value !== null) for (const [key, it] of variablesIn(source, path, value)) host.variables.set(key, it)
  }
}
