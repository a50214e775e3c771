import type { Place, Report } from './diagnostics.ts'
import type { Block, Node } from './interpret.ts'
import type { Topic } from './keyword.ts'

/** Why nothing of a topic has an effect here. */
const REASON: Readonly<Record<Topic, string>> = {
  balancing: 'no balancing here, real servers are only checked',
  SNMP: 'there is no SNMP here; status is on the control socket and in the metrics',
  'D-Bus': 'there is no D-Bus here',
  firewall: 'no firewall rules are written here',
  buffers: 'socket buffers are sized here by themselves',
  scheduling: 'the processes are scheduled as their systemd unit says',
  BFD: 'there is no BFD here; the TCP heartbeat and the kernel lease do its work',
  VMAC: "the interface's own MAC address is used",
  namespaces: 'the daemon runs in the network namespace in which it is started',
}

function* allNodes(block: Block): Generator<Node> {
  for (const node of block.nodes) {
    yield node
    if (node.block !== null) yield* allNodes(node.block)
  }
}

/** Says once for each topic which keywords of the file are understood and have no effect, at the first of them. */
export function sayTopics(top: Block, report: Report): void {
  const found = new Map<Topic, { readonly at: Place; readonly names: Set<string> }>()
  for (const node of allNodes(top)) {
    const { topic, name } = node.keyword
    if (topic === null) continue
    const entry = found.get(topic) ?? { at: node, names: new Set<string>() }
    entry.names.add(name)
    found.set(topic, entry)
  }
  for (const [topic, { at, names }] of found) {
    report('note', 'accepted', at, `${REASON[topic]}; without effect: ${[...names].join(', ')}`)
  }
}
