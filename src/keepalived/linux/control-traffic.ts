import type { RawDescriptor } from './socket.ts'
import type { VrrpSocketOptions } from './vrrp-socket.ts'

const SOL_SOCKET = 1
const SO_RCVBUF = 8
const SO_PRIORITY = 12
const SO_BINDTODEVICE = 25
const TC_PRIO_CONTROL = 7
/** Type of service (IPv4), traffic class (IPv6). */
export const INTERNETWORK_CONTROL = 0xc0

/** What both families set alike: one interface only, and before other traffic. @throws SyscallError */
export function prioritize(receive: RawDescriptor, transmit: RawDescriptor, options: VrrpSocketOptions): void {
  const device = Buffer.from(`${options.interface}\0`)
  receive.option(SOL_SOCKET, SO_BINDTODEVICE, device)
  transmit.option(SOL_SOCKET, SO_BINDTODEVICE, device)
  transmit.option(SOL_SOCKET, SO_PRIORITY, TC_PRIO_CONTROL)
  // It is never read; the kernel would queue unicast adverts on it.
  transmit.option(SOL_SOCKET, SO_RCVBUF, 0)
}
