import { blocksOf, nameOfNode, nodeOf } from '../config/access.ts'
import type { Config, Diagnostic, ParsedConfig, VrrpInstance } from '../config/config.ts'
import { type Place, reportInto } from '../config/diagnostics.ts'
import type { Block } from '../config/interpret.ts'
import { TRAPS, type Trap } from './trap.ts'

/** An instance with the block that it was read from. */
export interface PlacedInstance {
  readonly instance: VrrpInstance
  readonly block: Block
}

/** One node's configuration, as the rules look at it. */
export interface Subject {
  readonly config: Config
  readonly tree: Block
  readonly scripts: ParsedConfig['scripts']
  readonly instances: readonly PlacedInstance[]
}

/** How a rule says something; the trap has the reason and, unless the rule knows better, the severity. */
export type Say = (
  trap: Trap,
  at: Place,
  message: string,
  fix: string | null,
  severity?: Diagnostic['severity'],
) => void

export type Rule = (subject: Subject, say: Say) => void

export function sayInto(into: Diagnostic[]): Say {
  const report = reportInto(into)
  return (trap, at, message, fix, severity = TRAPS[trap].severity) => report(severity, trap, at, message, fix)
}

/** The block of a kind with a name; the whole file's place when there is none. */
export function blockCalled(tree: Block, kind: string, name: string): Block {
  return blocksOf(tree, kind).find(({ node }) => nameOfNode(node) === name)?.block ?? tree
}

/** Where a keyword stands in a block, or the block itself. */
export function placeOf(block: Block, keyword: string): Place {
  return nodeOf(block, keyword) ?? block
}

export function subjectOf({ config, tree, scripts }: ParsedConfig): Subject {
  const instances = config.instances.map((instance) => ({
    instance,
    block: blockCalled(tree, 'vrrp_instance', instance.name),
  }))
  return { config, tree, scripts, instances }
}

/** As seconds are said: at most two decimals. */
export function inSeconds(seconds: number): string {
  return `${Math.round(seconds * 100) / 100} s`
}
