import { blocksOf, delayItems, nameOfNode } from './access.ts'
import { paceOf } from './build-announcement.ts'
import { buildVirtual } from './build-check.ts'
import { type Building, buildGlobal, buildScript } from './build-global.ts'
import { asMember, buildGroup } from './build-group.ts'
import { buildInstance } from './build-instance.ts'
import { buildMysql } from './build-mysql.ts'
import { buildTrackFile, buildTrackProcess } from './build-track.ts'
import { withoutClashes } from './clashes.ts'
import type { Config } from './config.ts'
import { elsewhere, type Place } from './diagnostics.ts'
import { identityOf } from './http-check.ts'
import type { Block } from './interpret.ts'
import { toldApart } from './served.ts'

/** Named blocks of a kind: a name that is taken already is said and left out. */
function named<T>(
  top: Block,
  keyword: string,
  { report }: Building,
  build: (name: string, block: Block) => T | null,
): T[] {
  const taken = new Map<string, Place>()
  return blocksOf(top, keyword).flatMap(({ node, block }) => {
    const name = nameOfNode(node)
    const before = taken.get(name)
    if (before !== undefined) {
      report(
        'error',
        'duplicate',
        node,
        `${keyword} ${name} is already defined (${elsewhere(before, node)}), this one is skipped`,
        'rename one',
      )
      return []
    }
    taken.set(name, node)
    const built = build(name, block)
    return built === null ? [] : [built]
  })
}

/** The typed configuration of an interpreted file, with everything that is left out or unwise said. */
export function buildConfig(top: Block, building: Building): Config {
  const { report } = building
  const scripts = named(top, 'vrrp_script', building, (name, block) => buildScript(name, block, building))
  const mysqlServers = named(top, 'mysql_server', building, (name, block) => buildMysql(name, block, building))
  const processBlocks = ['vrrp_track_process', 'track_process']
  const processes = processBlocks.flatMap((keyword) =>
    named(top, keyword, building, (name, block) => buildTrackProcess(name, block, building)),
  )
  const files = named(top, 'track_file', building, (name, block) => buildTrackFile(name, block, building))
  const others = { scripts, processes, files, mysql: mysqlServers }
  const built = named(top, 'vrrp_instance', building, (name, block) => buildInstance(name, block, others, building))
  const running = withoutClashes(built, top, building)
  const groups = named(top, 'vrrp_sync_group', building, (name, block) =>
    buildGroup(name, block, running, others, building),
  )
  const instances = running.map((instance) => asMember(instance, groups, building))
  const servers = blocksOf(top, 'virtual_server')
  const identity = identityOf(top)
  const builtServers = servers.flatMap(
    ({ node, block }) => buildVirtual(node, block, instances, top, { ...building, trackFiles: files, identity }) ?? [],
  )
  const virtualServers = toldApart(builtServers)
  const tracked = new Set(instances.flatMap((instance) => instance.trackScripts.map((script) => script.name)))
  for (const { node } of blocksOf(top, 'vrrp_script')) {
    const name = nameOfNode(node)
    if (scripts.some((script) => script.name === name) && !tracked.has(name)) {
      report(
        'warning',
        'script-untracked',
        node,
        `vrrp_script ${name} is not tracked by any instance and never runs`,
        'add it to track_script',
      )
    }
  }
  const interfaceDelays = delayItems(top, 'interface_up_down_delays').map(({ name, down, up }) => ({ name, down, up }))
  return {
    global: { ...buildGlobal(building), pace: paceOf(top, building.global) },
    scripts,
    syncGroups: groups.map(({ group }) => group),
    instances,
    virtualServers,
    mysqlServers,
    trackProcesses: processes,
    trackFiles: files,
    interfaceDelays,
  }
}
