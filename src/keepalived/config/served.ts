import { isIP } from 'node:net'
import { addressBytes, compareAddresses } from '../vrrp/address.ts'
import { blocksOf, nameOfNode, servedItems, textOf } from './access.ts'
import type { VrrpInstance } from './config.ts'
import type { Report } from './diagnostics.ts'
import type { Block, Node } from './interpret.ts'
import { ownAddresses } from './own-addresses.ts'
import { addressFault } from './values.ts'

/** What a `virtual_server` stands for. */
export interface Served {
  /** keepalived's name for it: `[10.0.0.1]:tcp:3306`, `[GROUP]:0`, `FWM 3`. */
  readonly name: string
  /** In our own messages: `10.0.0.1:3306`, `group GROUP`, `fwmark 3`. */
  readonly label: string
  /** Its addresses; none for a firewall mark. */
  readonly addresses: readonly AddressRange[]
  /** 0: none, or not the same for all of them. */
  readonly port: number
  /** As keepalived writes it in names. */
  readonly protocol: string
}

/** Every address from `first` to `last`, both as text. */
export interface AddressRange {
  readonly first: string
  readonly last: string
}

function isWithin(address: string, { first, last }: AddressRange): boolean {
  if (isIP(address) !== isIP(first)) return false
  const bytes = addressBytes(address)
  return compareAddresses(bytes, addressBytes(first)) >= 0 && compareAddresses(bytes, addressBytes(last)) <= 0
}

/** Is one of its addresses one that moves with the instance? */
export function isServedBy(
  { addresses }: Pick<Served, 'addresses'>,
  instance: Pick<VrrpInstance, 'virtualAddresses' | 'excludedAddresses'>,
): boolean {
  return ownAddresses(instance).some((own) => addresses.some((range) => isWithin(own.address, range)))
}

function protocolOf(block: Block | null): string {
  return (block === null ? null : textOf(block, 'protocol'))?.toLowerCase() ?? 'tcp'
}

/** How our own messages call what a virtual_server says of itself. */
export function labelOf({ values: [address, second], block }: Node): string {
  const protocol = protocolOf(block)
  const kind = protocol === 'tcp' ? '' : `/${protocol}`
  if (address === 'group' || address === 'fwmark') return `${address} ${String(second ?? '')}${kind}`
  const host = String(address ?? '')
  return `${isIP(host) === 6 ? `[${host}]` : host}:${String(second ?? 0)}${kind}`
}

/** Is this the label of such a virtual_server, or of one more that says the same? */
export function isLabelOf(label: string, node: Node): boolean {
  return label.replace(/#\d+$/, '') === labelOf(node)
}

/** Virtual servers that say the same of themselves, told apart: `10.0.0.1:80`, `10.0.0.1:80#2`. */
export function toldApart<Virtual extends Pick<Served, 'label'>>(servers: readonly Virtual[]): Virtual[] {
  const seen = new Map<string, number>()
  return servers.map((server) => {
    const count = (seen.get(server.label) ?? 0) + 1
    seen.set(server.label, count)
    return count === 1 ? server : { ...server, label: `${server.label}#${count}` }
  })
}

function ofGroup(node: Node, top: Block, protocol: string, report: Report): Served | null {
  const wanted = String(node.values[1] ?? '')
  const group = blocksOf(top, 'virtual_server_group').find((opened) => nameOfNode(opened.node) === wanted)
  if (group === undefined) {
    const said = `there is no virtual_server_group ${wanted}; the virtual_server is skipped`
    report('error', 'conflict', node, said, `virtual_server_group ${wanted} { ADDRESS PORT }`)
    return null
  }
  const items = servedItems(group.block)
  const [port = 0, ...others] = new Set(items.map((item) => item.port ?? 0))
  return {
    name: `[${wanted}]:0`,
    label: labelOf(node),
    addresses: items.map(({ first, last }) => ({ first, last })),
    port: others.length === 0 ? port : 0,
    protocol,
  }
}

function ofMark(node: Node, protocol: string, report: Report): Served | null {
  const mark = Number(node.values[1])
  if (!Number.isInteger(mark) || mark < 1 || mark > 0xffff_ffff) {
    report('error', 'value-bad', node, 'fwmark takes a number from 1 on; the virtual_server is skipped')
    return null
  }
  return { name: `FWM ${mark}`, label: labelOf(node), addresses: [], port: 0, protocol }
}

/** @returns null when it can't be read, which is said */
export function servedOf(node: Node, block: Block, top: Block, report: Report): Served | null {
  const address = nameOfNode(node)
  const protocol = protocolOf(block)
  if (address === 'group') return ofGroup(node, top, protocol, report)
  if (address === 'fwmark') return ofMark(node, protocol, report)
  const given = node.values[1]
  const port = given === undefined ? 0 : Number(given)
  if (isIP(address) === 0 || !Number.isInteger(port) || port < 0 || port > 65535) {
    const said = isIP(address) === 0 ? addressFault(address) : `${String(given)} is no port`
    report('error', 'value-bad', node, `${said}; the virtual_server is skipped`, 'write virtual_server ADDRESS PORT')
    return null
  }
  return {
    name: `[${address}]:${protocol}:${port}`,
    label: labelOf(node),
    addresses: [{ first: address, last: address }],
    port,
    protocol,
  }
}
