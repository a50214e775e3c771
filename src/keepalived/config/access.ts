import type { Command, VirtualAddress } from './config.ts'
import type { Place } from './diagnostics.ts'
import type { Block, Node, Value } from './interpret.ts'
import type { Item } from './items.ts'
import type { PeerItem } from './peer-item.ts'
import type { RouteItem, RuleItem } from './route-item.ts'
import type { ServedItem } from './served-item.ts'
import { keywordsOf } from './table.ts'
import type { DelayItem, TrackedItem } from './tracked-item.ts'

type NodesByName = ReadonlyMap<string, readonly Node[]>

/** A block is asked for a hundred keywords, most of which it does not hold. */
const indices = new WeakMap<Block, NodesByName>()

function indexOf(block: Block): NodesByName {
  const known = indices.get(block)
  if (known !== undefined) return known
  const index = new Map<string, Node[]>()
  for (const node of block.nodes) {
    const same = index.get(node.keyword.name)
    if (same === undefined) index.set(node.keyword.name, [node])
    else same.push(node)
  }
  indices.set(block, index)
  return index
}

/** Every node of a keyword in a block, in the file's order. */
export function nodesOf(block: Block | null, name: string): readonly Node[] {
  return block === null ? [] : (indexOf(block).get(name) ?? [])
}

/** Does a block hold a keyword without which the peers would not hear each other? */
export function isRefused(block: Block): boolean {
  return block.nodes.some((node) => node.keyword.status === 'refused' && node.values[0] !== false)
}

/** The last node of a keyword, the one that counts. */
export function nodeOf(block: Block | null, name: string): Node | null {
  return nodesOf(block, name).at(-1) ?? null
}

export function isSet(block: Block | null, name: string): boolean {
  return nodeOf(block, name) !== null
}

function firstValue(block: Block, name: string): Value | null {
  const node = nodeOf(block, name)
  if (node !== null && node.values[0] !== undefined) return node.values[0]
  return keywordsOf(block.name).get(name)?.default ?? null
}

/** A number as set, or the table's default (0 when the table has none). */
export function numberOf(block: Block, name: string): number {
  const value = firstValue(block, name)
  return typeof value === 'number' ? value : 0
}

/** A text as set, or the table's default; null for neither. */
export function textOf(block: Block, name: string): string | null {
  const value = firstValue(block, name)
  return typeof value === 'string' && value !== '' ? value : null
}

/** A switch: `keyword` alone is true. */
export function flagOf(block: Block, name: string): boolean {
  const node = nodeOf(block, name)
  if (node === null) return keywordsOf(block.name).get(name)?.default === true
  return node.values[0] !== false
}

export function commandOf(block: Block, name: string): Command | null {
  const value = nodeOf(block, name)?.values[0]
  return typeof value === 'object' ? value : null
}

/** The same keyword in the nearest block that sets it, innermost first; else the innermost block's default. */
export function numberAlong(blocks: readonly [Block, ...Block[]], name: string): number {
  return numberOf(blocks.find((block) => isSet(block, name)) ?? blocks[0], name)
}

export function flagAlong(blocks: readonly [Block, ...Block[]], name: string): boolean {
  return flagOf(blocks.find((block) => isSet(block, name)) ?? blocks[0], name)
}

/** Blocks that a keyword opens, with the node that opened them. */
export function blocksOf(block: Block | null, name: string): { readonly node: Node; readonly block: Block }[] {
  return nodesOf(block, name).flatMap((node) => (node.block === null ? [] : [{ node, block: node.block }]))
}

function itemsOf(block: Block, name: string): Item[] {
  return blocksOf(block, name).flatMap((opened) => opened.block.items)
}

export function textItems(block: Block, name: string): (Place & { readonly text: string })[] {
  return itemsOf(block, name).flatMap((item) => (item.type === 'text' ? [item] : []))
}

export function addressItems(block: Block, name: string): (Place & { readonly value: VirtualAddress })[] {
  return itemsOf(block, name).flatMap((item) => (item.type === 'address' ? [item] : []))
}

export function peerItems(block: Block, name: string): PeerItem[] {
  return itemsOf(block, name).flatMap((item) => (item.type === 'peer' ? [item] : []))
}

export function routeItems(block: Block, name: string): RouteItem[] {
  return itemsOf(block, name).flatMap((item) => (item.type === 'route' ? [item] : []))
}

export function ruleItems(block: Block, name: string): RuleItem[] {
  return itemsOf(block, name).flatMap((item) => (item.type === 'rule' ? [item] : []))
}

/** Entries of the block itself, which is a list. */
export function servedItems({ items }: Block): ServedItem[] {
  return items.flatMap((item) => (item.type === 'served' ? [item] : []))
}

export function trackedItems(block: Block, name: string): TrackedItem[] {
  return itemsOf(block, name).flatMap((item) => (item.type === 'tracked' ? [item] : []))
}

export function delayItems(block: Block, name: string): DelayItem[] {
  return itemsOf(block, name).flatMap((item) => (item.type === 'delay' ? [item] : []))
}

/** The first value of a node as text; empty when it has none. */
export function nameOfNode(node: Node): string {
  const value = node.values[0]
  return typeof value === 'string' ? value : ''
}
