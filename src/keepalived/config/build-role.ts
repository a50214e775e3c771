import { isIPv4 } from 'node:net'
import { commandOf, nameOfNode, nodeOf, nodesOf, numberOf, textOf } from './access.ts'
import type { Building } from './build-global.ts'
import type { Trackables } from './build-track.ts'
import type { MysqlServer, RoleConfig } from './config.ts'
import type { Block } from './interpret.ts'

/** What instances may name. */
export interface Others extends Trackables {
  readonly mysql: readonly MysqlServer[]
}

/** null: said as an error. An instance with a role that can't work must not run as a plain one, which would serve a read-only database. */
export function buildRole(
  name: string,
  block: Block,
  others: Others,
  { report, scripts }: Building,
): RoleConfig | null {
  const mysql = textOf(block, 'mysql')
  const [address, port] = nodeOf(block, 'peer')?.values ?? []
  const credentials = textOf(block, 'peer_credentials')
  const missing = [
    ...(mysql === null ? ['mysql NAME'] : []),
    ...(typeof address === 'string' ? [] : ['peer ADDRESS']),
    ...(credentials === null ? ['peer_credentials FILE'] : []),
  ]
  if (mysql === null || typeof address !== 'string' || credentials === null) {
    report(
      'error',
      'value-missing',
      block,
      `${name}: role without ${missing.join(', ')}; the instance does not run`,
      'add it',
    )
    return null
  }
  if (!others.mysql.some((server) => server.name === mysql)) {
    const at = nodeOf(block, 'mysql') ?? block
    report('error', 'conflict', at, `${name}: no mysql_server is called ${mysql}; the instance does not run`)
    return null
  }
  const prePromote = commandOf(block, 'pre_promote')
  const at = nodeOf(block, 'pre_promote')
  if (prePromote !== null && at !== null) {
    const { file, line, column } = at
    scripts.push({ role: `pre_promote of ${name}`, command: prePromote, file, line, column })
  }
  return {
    mysql,
    peer: { address, port: typeof port === 'number' ? port : 3306, credentials },
    policy: textOf(block, 'policy') === 'consistency' ? 'consistency' : 'availability',
    promoteDeadline: numberOf(block, 'promote_deadline'),
    demoteDeadline: numberOf(block, 'demote_deadline'),
    soloWait: numberOf(block, 'solo_wait'),
    prePromote,
    prePromoteDeadline: numberOf(block, 'pre_promote_deadline'),
    fenceDeadline: numberOf(block, 'fence_deadline'),
    onFence: textOf(block, 'on_fence') === 'reset' ? 'reset' : 'kill',
    heartbeatPort: numberOf(block, 'heartbeat_port'),
    witnesses: witnesses(block, report),
    isolatedAfter: numberOf(block, 'isolated_after'),
  }
}

/** Only IPv4 is pinged; another one is said and left out. */
function witnesses(block: Block, report: Building['report']): readonly string[] {
  return nodesOf(block, 'witness').flatMap((node) => {
    const address = nameOfNode(node)
    if (isIPv4(address)) return [address]
    report('error', 'value-bad', node, `witness ${address} is no IPv4 address; it is not asked`, 'name the gateway')
    return []
  })
}
