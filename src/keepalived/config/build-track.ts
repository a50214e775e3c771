import { flagOf, isSet, nodeOf, numberOf, textOf, trackedItems } from './access.ts'
import type { Building } from './build-global.ts'
import type { VrrpInstance, VrrpScript } from './config.ts'
import type { Place } from './diagnostics.ts'
import type { Block } from './interpret.ts'
import type { Tracked, TrackFile, TrackProcess } from './tracked.ts'

/** What can be tracked by name, besides interfaces. */
export interface Trackables {
  readonly scripts: readonly VrrpScript[]
  readonly processes: readonly TrackProcess[]
  readonly files: readonly TrackFile[]
}

/** What one instance tracks; a group's trackers are among its members'. */
export type TrackLists = Pick<VrrpInstance, 'trackScripts' | 'trackInterfaces' | 'trackProcesses' | 'trackFiles'>

interface Weighted {
  readonly name: string
  readonly weight: number
  readonly reverse: boolean
}

/** `weight N [reverse]` of a block. */
export function weightOf(block: Block): { readonly weight: number; readonly reverse: boolean } {
  return { weight: numberOf(block, 'weight'), reverse: nodeOf(block, 'weight')?.values[1] === 'reverse' }
}

/** null without a process to look for, which is said. */
export function buildTrackProcess(name: string, block: Block, { report }: Building): TrackProcess | null {
  const words = (nodeOf(block, 'process')?.values ?? []).filter((value) => typeof value === 'string')
  const [process, ...parameters] = words
  if (process === undefined) {
    report('error', 'value-missing', block, `${name} names no process, ignored`, 'add process NAME')
    return null
  }
  const delay = (own: string) => (isSet(block, own) ? numberOf(block, own) : numberOf(block, 'delay'))
  const match = textOf(block, 'param_match')
  const quorum = numberOf(block, 'quorum')
  const most = isSet(block, 'quorum_max') ? numberOf(block, 'quorum_max') : null
  if (most !== null && isSet(block, 'quorum') && quorum > most) {
    const at = nodeOf(block, 'quorum_max') ?? block
    report('error', 'conflict', at, `${name}: quorum ${quorum} is more than quorum_max ${most}, it can never be up`)
  }
  return {
    name,
    process,
    parameters,
    paramMatch: match === 'initial' || match === 'partial' ? match : null,
    fullCommand: flagOf(block, 'full_command'),
    // quorum_max 0 asks that it does not run.
    quorum: most === 0 && !isSet(block, 'quorum') ? 0 : quorum,
    quorumMax: most,
    forkDelay: delay('fork_delay'),
    terminateDelay: delay('terminate_delay'),
    ...weightOf(block),
  }
}

/** null without a file, which is said. */
export function buildTrackFile(name: string, block: Block, { report }: Building): TrackFile | null {
  const file = textOf(block, 'file')
  if (file === null || !file.startsWith('/')) {
    const said =
      file === null ? `track_file ${name} names no file, ignored` : `${file} is no absolute path, ${name} is ignored`
    report('error', 'value-missing', nodeOf(block, 'file') ?? block, said, 'add file /path/to/it')
    return null
  }
  const init = nodeOf(block, 'init_file')
  const words = (init?.values ?? []).filter((value) => typeof value === 'string')
  const [first = '0'] = words.filter((word) => word !== 'overwrite')
  const value = Number(first)
  const readable = Number.isInteger(value)
  if (init !== null && !readable) {
    report('warning', 'value-bad', init, `${first} is no whole number, the file starts with 0`)
  }
  return {
    name,
    file,
    init: init === null ? null : { value: readable ? value : 0, overwrite: words.includes('overwrite') },
    ...weightOf(block),
  }
}

function tracked(
  owner: string,
  block: Block,
  keyword: string,
  known: readonly Weighted[] | null,
  what: string,
  { report }: Building,
): Tracked[] {
  return trackedItems(block, keyword).flatMap((item): Tracked[] => {
    const definition = known === null ? { weight: 0, reverse: false } : known.find(({ name }) => name === item.name)
    if (definition === undefined) {
      report('error', 'conflict', item, `${owner}: no ${what} is called ${item.name}, not tracked`)
      return []
    }
    const { weight, reverse } = item.weight === null ? definition : { weight: item.weight, reverse: item.reverse }
    return [{ name: item.name, weight, reverse }]
  })
}

/** The trackers of an instance or a group. Names that nothing defines are said and left out. */
export function buildTracked(owner: string, block: Block, known: Trackables, building: Building): TrackLists {
  return {
    trackScripts: tracked(owner, block, 'track_script', known.scripts, 'vrrp_script', building),
    trackInterfaces: tracked(owner, block, 'track_interface', null, 'interface', building),
    trackProcesses: tracked(owner, block, 'track_process', known.processes, 'vrrp_track_process', building),
    trackFiles: tracked(owner, block, 'track_file', known.files, 'track_file', building),
  }
}

/** Says what goes unheard of a weight in a group (keepalived's rule), and takes it away. */
export function withoutWeights(owner: string, lists: TrackLists, at: Place, { report }: Building): TrackLists {
  const plain = (all: readonly Tracked[]): Tracked[] =>
    all.map((one) => {
      if (one.weight === 0) return one
      const said = `${owner}: in a sync group the weight of ${one.name} is ignored, its failure is a fault of the whole group`
      report('warning', 'conflict', at, said, 'write weight 0, or sync_group_tracking_weight in the group')
      return { ...one, weight: 0, reverse: one.reverse }
    })
  return {
    trackScripts: plain(lists.trackScripts),
    trackInterfaces: plain(lists.trackInterfaces),
    trackProcesses: plain(lists.trackProcesses),
    trackFiles: plain(lists.trackFiles),
  }
}

/** Both lists; of two entries with one name the first one counts. */
export function merged(own: TrackLists, group: TrackLists): TrackLists {
  const both = (one: readonly Tracked[], more: readonly Tracked[]): Tracked[] => [
    ...one,
    ...more.filter(({ name }) => !one.some((known) => known.name === name)),
  ]
  return {
    trackScripts: both(own.trackScripts, group.trackScripts),
    trackInterfaces: both(own.trackInterfaces, group.trackInterfaces),
    trackProcesses: both(own.trackProcesses, group.trackProcesses),
    trackFiles: both(own.trackFiles, group.trackFiles),
  }
}
