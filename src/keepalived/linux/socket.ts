import { call, callUnlessEmpty, SyscallError, watchReadable } from './native.ts'
import type { ReceivedMessage } from './received-message.ts'

export const AF_UNIX = 1
export const AF_INET = 2
export const AF_INET6 = 10
export const AF_NETLINK = 16
export const AF_PACKET = 17
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
export const SOCK_RAW = 3
const SOCK_NONBLOCK = 0x800
const SOCK_CLOEXEC = 0x80000

/** A non-blocking socket with one owner: `close` ends the watch, too. */
export class RawDescriptor {
  readonly fd: number
  #buffer: Buffer
  #unwatch: (() => void) | null = null
  #open = true

  /** @throws SyscallError, e.g. EPERM without CAP_NET_RAW. */
  constructor(domain: number, type: number, protocol: number, bufferBytes = 65_536) {
    this.fd = call('socket', domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol)
    this.#buffer = Buffer.alloc(bufferBytes)
  }

  option(level: number, name: number, value: Uint8Array | number): void {
    const bytes = typeof value === 'number' ? int32(value) : value
    call('setsockopt', this.fd, level, name, bytes, bytes.length)
  }

  bind(address: Uint8Array): void {
    call('bind', this.fd, address, address.length)
  }

  send(data: Uint8Array, to: Uint8Array | null): void {
    call('sendto', this.fd, data, data.length, 0, to, to === null ? 0 : to.length)
  }

  /** The next datagram (a view that the next call overwrites), or null when there is none. */
  receive(): Buffer | null {
    const length = callUnlessEmpty('recv', this.fd, this.#buffer, this.#buffer.length, 0)
    return length === null ? null : this.#buffer.subarray(0, length)
  }

  /** As `receive`, with the addresses and control messages that came with it; null when there is none. */
  receiveMessage(into: ReceivedMessage): Buffer | null {
    const length = callUnlessEmpty('recvmsg', this.fd, into.prepared(), 0)
    return length === null ? null : into.filled(length)
  }

  onReadable(callback: () => void): void {
    this.#unwatch?.()
    this.#unwatch = watchReadable(this.fd, callback)
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#unwatch?.()
    call('close', this.fd)
  }
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

/** sockaddr_in: family, port (BE), address. */
export function inetAddress(address: Uint8Array, port = 0): Buffer {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt16LE(AF_INET, 0)
  bytes.writeUInt16BE(port, 2)
  bytes.set(address, 4)
  return bytes
}

/** sockaddr_in6: family, port (BE), flow, address, scope: the interface, which a link-local address needs. */
export function inet6Address(address: Uint8Array, ifindex: number, port = 0): Buffer {
  const bytes = Buffer.alloc(28)
  bytes.writeUInt16LE(AF_INET6, 0)
  bytes.writeUInt16BE(port, 2)
  bytes.set(address, 8)
  bytes.writeUInt32LE(ifindex, 24)
  return bytes
}

/** sockaddr_un; a leading `@` means the abstract namespace, as systemd writes it. */
export function unixAddress(path: string): Buffer {
  const name = Buffer.from(path)
  if (name[0] === 0x40) name[0] = 0
  const bytes = Buffer.alloc(2 + name.length + (name[0] === 0 ? 0 : 1))
  bytes.writeUInt16LE(AF_UNIX, 0)
  name.copy(bytes, 2)
  return bytes
}

/** Two connected stream sockets, close-on-exec, as descriptors. */
export function socketPair(): readonly [number, number] {
  const pair = Buffer.alloc(8)
  call('socketpair', AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair)
  return [pair.readInt32LE(0), pair.readInt32LE(4)]
}

/** Sends one datagram to a unix socket (systemd's notify socket, /dev/log); false when nobody is there. */
export function sendUnixDatagram(path: string, data: Uint8Array): boolean {
  const socket = new RawDescriptor(AF_UNIX, SOCK_DGRAM, 0, 0)
  try {
    socket.send(data, unixAddress(path))
    return true
  } catch (error) {
    if (error instanceof SyscallError) return false
    throw error
  } finally {
    socket.close()
  }
}
