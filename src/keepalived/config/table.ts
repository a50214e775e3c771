import type { BlockSpec, Keyword } from './keyword.ts'
import { GARP_GROUP } from './keywords/announcement.ts'
import { HTTP_GET, REAL_SERVER, TCP_CHECK } from './keywords/check.ts'
import { DAEMON, DAEMON_TOP } from './keywords/daemon.ts'
import { GLOBAL, TOP } from './keywords/global.ts'
import { MYSQL, ROLE } from './keywords/mysql.ts'
import { OBSERVATION } from './keywords/observation.ts'
import { OTHER_CHECKS } from './keywords/other-checks.ts'
import { SSL } from './keywords/ssl.ts'
import { TRACK_FILE, TRACK_PROCESS, TRACKED_TOP } from './keywords/track.ts'
import { VIRTUAL_SERVER } from './keywords/virtual-server.ts'
import { AUTHENTICATION, INSTANCE, SCRIPT, SYNC_GROUP } from './keywords/vrrp.ts'
import { SIGNATURE } from './keywords/wire.ts'

/** Every keyword that we read, in every block: the one place that parser, `-t` and did-you-mean live on. */
export const KEYWORDS: readonly Keyword[] = [
  ...TOP,
  ...DAEMON_TOP,
  ...GLOBAL,
  ...DAEMON,
  ...OBSERVATION,
  ...SCRIPT,
  ...SYNC_GROUP,
  ...INSTANCE,
  ...AUTHENTICATION,
  ...SIGNATURE,
  ...GARP_GROUP,
  ...VIRTUAL_SERVER,
  ...REAL_SERVER,
  ...TCP_CHECK,
  ...HTTP_GET,
  ...SSL,
  ...OTHER_CHECKS,
  ...TRACKED_TOP,
  ...TRACK_PROCESS,
  ...TRACK_FILE,
  ...MYSQL,
  ...ROLE,
]

/** Blocks that hold a list instead of keywords. */
const LISTS: Readonly<Record<string, BlockSpec['item']>> = {
  notification_email: 'mail',
  group: 'name',
  virtual_ipaddress: 'virtual-address',
  unicast_peer: 'peer',
  virtual_routes: 'route',
  virtual_rules: 'rule',
  interfaces: 'name',
  track_interface: 'tracked',
  track_script: 'tracked',
  tracked_process: 'tracked',
  tracked_file: 'tracked',
  interface_up_down_delays: 'delay',
  virtual_server_group: 'served',
}

/** The content of a block that is skipped unread, because nothing here knows it yet. */
export const SKIPPED = 'skipped'

const byBlock = new Map<string, Map<string, Keyword>>()
const homes = new Map<string, Set<string>>()
for (const keyword of KEYWORDS) {
  homes.set(keyword.name, (homes.get(keyword.name) ?? new Set()).add(keyword.block))
  const rows = byBlock.get(keyword.block) ?? new Map<string, Keyword>()
  rows.set(keyword.name, keyword)
  byBlock.set(keyword.block, rows)
}

export function blockSpec(name: string): BlockSpec {
  return { name, item: LISTS[name] ?? null }
}

/** The rows of a block by name; empty for lists and unknown blocks. */
export function keywordsOf(block: string): ReadonlyMap<string, Keyword> {
  return byBlock.get(block) ?? new Map()
}

/** The blocks in which a keyword is at home. */
export function homesOf(name: string): string[] {
  return [...(homes.get(name) ?? [])]
}

/** A keyword that opens a block at the top and means nothing inside another: the sign of a missing brace before it. */
export function opensAtTop(name: string): boolean {
  return keywordsOf('top').get(name)?.opens != null && homesOf(name).length === 1
}
