import { textItems } from '../config/access.ts'
import type { Place } from '../config/diagnostics.ts'
import { blockCalled, type Say, type Subject } from './subject.ts'

/** The same set of groups, by the numbers of their members' virtual routers. */
export function sameGroups(here: Subject, there: Subject, say: Say): void {
  const members = (subject: Subject, names: readonly string[]) =>
    subject.config.instances
      .filter(({ name }) => names.includes(name))
      .map(({ virtualRouterId }) => virtualRouterId)
      .sort((a, b) => a - b)
      .join(', ')
  const groupsOf = (subject: Subject) =>
    subject.config.syncGroups.map((group) => ({ name: group.name, members: members(subject, group.instances) }))
  for (const [mine, theirs] of [
    [here, there],
    [there, here],
  ] as const) {
    for (const group of groupsOf(mine)) {
      if (groupsOf(theirs).some((other) => other.members === group.members)) continue
      const block = blockCalled(mine.tree, 'vrrp_sync_group', group.name)
      const at: Place = textItems(block, 'group')[0] ?? block
      const said = `vrrp_sync_group ${group.name} (virtual_router_id ${group.members}) has no like in ${theirs.tree.file}`
      say('pair-groups', at, said, 'the same groups on both nodes')
    }
  }
}
