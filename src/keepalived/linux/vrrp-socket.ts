import type { Datagram } from '../vrrp/datagram.ts'
import { Ipv4VrrpSocket } from './ipv4-vrrp-socket.ts'
import { Ipv6VrrpSocket } from './ipv6-vrrp-socket.ts'

export interface VrrpSocketOptions {
  readonly interface: string
  readonly ifindex: number
  /** Whose packets are wanted. */
  readonly virtualRouterId: number
  /** Address that adverts come from, 4 or 16 bytes. */
  readonly source: Uint8Array
  /** The peers, or the multicast group alone. */
  readonly targets: readonly Uint8Array[]
  readonly multicast: boolean
  /** TTL or hop limit of what is sent. */
  readonly ttl: number
  /** auth_type AH: packets are sent with their IP header, and received behind an authentication header. */
  readonly authenticated: boolean
}

/** Sends and receives VRRP on one interface. */
export interface VrrpSocket {
  /** Sends to the group, or to every peer; the message depends on its destination. @throws SyscallError */
  send(messageFor: (destination: Uint8Array) => Uint8Array): void
  /** The next packet (views that the next call overwrites), or null. */
  receive(): Datagram | null
  close(): void
}

/** @throws SyscallError */
export function openVrrpSocket(options: VrrpSocketOptions, onReadable: () => void): VrrpSocket {
  return options.source.length === 16
    ? new Ipv6VrrpSocket(options, onReadable)
    : new Ipv4VrrpSocket(options, onReadable)
}
