import { AF_INET, AF_INET6 } from './socket.ts'

/** rtnetlink messages as bytes (rtnetlink(7)): what we ask of the kernel and what it tells. Pure. */

const RTM = { newLink: 16, delLink: 17, getLink: 18, newAddress: 20, delAddress: 21, getAddress: 22 } as const
const NLMSG_ERROR = 2
const NLMSG_DONE = 3
export const FLAG = { request: 0x1, ack: 0x4, replace: 0x100, exclusive: 0x200, dump: 0x300, create: 0x400 } as const
const IFA = { address: 1, local: 2, label: 3, cacheInfo: 6, flags: 8 } as const
const IFA_F_SECONDARY = 0x01
const IFA_F_NODAD = 0x02
const IFA_F_DADFAILED = 0x08
const IFA_F_TENTATIVE = 0x40
const IFLA = { address: 1, name: 3 } as const
const IFF_UP = 0x1
const IFF_RUNNING = 0x40
const HEADER = 16
const FOREVER = 0xffffffff

export interface LinkEvent {
  readonly kind: 'link'
  readonly removed: boolean
  readonly ifindex: number
  readonly name: string
  /** Administratively up and with carrier. */
  readonly running: boolean
  /** Hardware address; empty when the link has none. */
  readonly hardware: Uint8Array
}

export interface AddressEvent {
  readonly kind: 'address'
  readonly removed: boolean
  readonly ifindex: number
  readonly family: 4 | 6
  readonly address: Uint8Array
  readonly prefix: number
  /** IPv4 only: another address of its network was there before. */
  readonly secondary: boolean
  /** Not (yet) found to be somebody else's: duplicate address detection of IPv6. */
  readonly usable: boolean
}

export type NetlinkMessage =
  | LinkEvent
  | AddressEvent
  | { readonly kind: 'ack'; readonly sequence: number; readonly errno: number }
  | { readonly kind: 'done' }

export interface AddressChange {
  readonly ifindex: number
  readonly family: 4 | 6
  /** 4 or 16 bytes. */
  readonly address: Uint8Array
  readonly prefix: number
  readonly label: string | null
  /** s until the kernel removes the address by itself; 0: never. */
  readonly leaseSeconds: number
  /** s until the kernel stops choosing it as a source; null: as long as it is there. */
  readonly preferredSeconds: number | null
}

/** RTM_NEWADDR: adds the address, or renews its lease when it is there already. */
export function addAddress(change: AddressChange, sequence: number): Buffer {
  const life = Math.ceil(change.leaseSeconds) || FOREVER
  const cacheInfo = Buffer.alloc(16)
  cacheInfo.writeUInt32LE(Math.min(life, change.preferredSeconds ?? life), 0)
  cacheInfo.writeUInt32LE(life, 4)
  const flags = FLAG.request | FLAG.ack | FLAG.create | FLAG.replace
  return message(RTM.newAddress, flags, sequence, [...addressParts(change), attribute(IFA.cacheInfo, cacheInfo)])
}

/** RTM_DELADDR. The kernel answers EADDRNOTAVAIL when it isn't there. */
export function deleteAddress(change: AddressChange, sequence: number): Buffer {
  return message(RTM.delAddress, FLAG.request | FLAG.ack, sequence, addressParts(change))
}

export function dumpLinks(sequence: number): Buffer {
  return message(RTM.getLink, FLAG.request | FLAG.dump, sequence, [Buffer.alloc(16)])
}

export function dumpAddresses(sequence: number): Buffer {
  return message(RTM.getAddress, FLAG.request | FLAG.dump, sequence, [Buffer.alloc(8)])
}

/** All messages of one datagram; kinds that we don't know are left out. */
export function parseMessages(datagram: Buffer): NetlinkMessage[] {
  const messages: NetlinkMessage[] = []
  for (let at = 0; at + HEADER <= datagram.length; ) {
    const length = datagram.readUInt32LE(at)
    if (length < HEADER || at + length > datagram.length) break
    const parsed = parseMessage(datagram.subarray(at, at + length))
    if (parsed !== null) messages.push(parsed)
    at += align(length)
  }
  return messages
}

function parseMessage(bytes: Buffer): NetlinkMessage | null {
  const type = bytes.readUInt16LE(4)
  const body = bytes.subarray(HEADER)
  if (type === NLMSG_DONE) return { kind: 'done' }
  if (type === NLMSG_ERROR) return { kind: 'ack', sequence: bytes.readUInt32LE(8), errno: -body.readInt32LE(0) }
  if (type === RTM.newLink || type === RTM.delLink) return parseLink(body, type === RTM.delLink)
  if (type === RTM.newAddress || type === RTM.delAddress) return parseAddress(body, type === RTM.delAddress)
  return null
}

function parseLink(body: Buffer, removed: boolean): LinkEvent {
  const attributes = parseAttributes(body.subarray(16))
  const flags = body.readUInt32LE(8)
  return {
    kind: 'link',
    removed,
    ifindex: body.readInt32LE(4),
    name: text(attributes.get(IFLA.name)),
    running: (flags & IFF_UP) !== 0 && (flags & IFF_RUNNING) !== 0,
    hardware: Uint8Array.from(attributes.get(IFLA.address) ?? []),
  }
}

function parseAddress(body: Buffer, removed: boolean): AddressEvent | null {
  const family = body.readUInt8(0)
  if (family !== AF_INET && family !== AF_INET6) return null
  const attributes = parseAttributes(body.subarray(8))
  const address = attributes.get(IFA.local) ?? attributes.get(IFA.address)
  if (address === undefined) return null
  const flags = attributes.get(IFA.flags)?.readUInt32LE(0) ?? body.readUInt8(2)
  return {
    kind: 'address',
    removed,
    ifindex: body.readUInt32LE(4),
    family: family === AF_INET ? 4 : 6,
    address: Uint8Array.from(address),
    prefix: body.readUInt8(1),
    // The same bit means a temporary address in IPv6.
    secondary: family === AF_INET && (flags & IFA_F_SECONDARY) !== 0,
    usable: (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) === 0,
  }
}

function addressParts(change: AddressChange): Buffer[] {
  const head = Buffer.alloc(8)
  head.writeUInt8(change.family === 4 ? AF_INET : AF_INET6, 0)
  head.writeUInt8(change.prefix, 1)
  // Duplicate address detection would keep an IPv6 VIP silent for a second.
  if (change.family === 6) head.writeUInt8(IFA_F_NODAD, 2)
  head.writeUInt32LE(change.ifindex, 4)
  const parts = [head, attribute(IFA.local, change.address), attribute(IFA.address, change.address)]
  if (change.label !== null && change.family === 4) {
    parts.push(attribute(IFA.label, Buffer.from(`${change.label}\0`)))
  }
  return parts
}

export function message(type: number, flags: number, sequence: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const header = Buffer.alloc(HEADER)
  header.writeUInt32LE(HEADER + body.length, 0)
  header.writeUInt16LE(type, 4)
  header.writeUInt16LE(flags, 6)
  header.writeUInt32LE(sequence, 8)
  return Buffer.concat([header, body])
}

export function attribute(type: number, value: Uint8Array): Buffer {
  const bytes = Buffer.alloc(align(4 + value.length))
  bytes.writeUInt16LE(4 + value.length, 0)
  bytes.writeUInt16LE(type, 2)
  bytes.set(value, 4)
  return bytes
}

function parseAttributes(bytes: Buffer): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>()
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at)
    if (length < 4 || at + length > bytes.length) break
    attributes.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length))
    at += align(length)
  }
  return attributes
}

function text(bytes: Buffer | undefined): string {
  if (bytes === undefined) return ''
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
}

function align(length: number): number {
  return (length + 3) & ~3
}
