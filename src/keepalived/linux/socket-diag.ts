import { EAGAIN, ENOENT, SyscallError } from './native.ts'
import { FLAG } from './netlink-message.ts'
import { AF_INET, AF_INET6, AF_NETLINK, RawDescriptor, SOCK_RAW } from './socket.ts'

/** sock_diag(7): this network namespace's TCP sockets, and their end. `ss -K` does the same, 10 ms later: it must be started. */

const NETLINK_SOCK_DIAG = 4
const SOCK_DIAG_BY_FAMILY = 20
const SOCK_DESTROY = 21
const NLMSG_ERROR = 2
const NLMSG_DONE = 3
const IPPROTO_TCP = 6
const HEADER = 16
/** inet_diag_sockid: ports, addresses, interface, cookie. */
const ID_BYTES = 48
const TIME_WAIT = 6
const CLOSE = 7
const LISTEN = 10
const ALL_STATES = 0xfff

/** A TCP socket as inet_diag_msg shows it. Addresses are 4 bytes, also those that an IPv6 socket has mapped, or 16. */
export interface TcpSocket {
  readonly local: Uint8Array
  readonly localPort: number
  readonly remote: Uint8Array
  readonly listening: boolean
  readonly family: number
  /** Names it to the kernel. */
  readonly id: Buffer
}

/**
 * Resets the connections of these sockets (both ends learn of it), closes listeners.
 * @param budgetMs looks at the clock: what is left when it has passed is left alone
 * @returns how many were ended
 * @throws SyscallError, e.g. EOPNOTSUPP: the kernel has no CONFIG_INET_DIAG_DESTROY; EPERM without CAP_NET_ADMIN
 */
export function destroyTcpSockets(which: (socket: TcpSocket) => boolean, budgetMs: number): number {
  const until = performance.now() + budgetMs
  const netlink = new RawDescriptor(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG)
  try {
    let ended = 0
    for (const family of [AF_INET, AF_INET6]) {
      for (const socket of socketsOf(netlink, family).filter(which)) {
        if (performance.now() > until) return ended
        if (destroy(netlink, socket)) ended += 1
      }
    }
    return ended
  } finally {
    netlink.close()
  }
}

function socketsOf(netlink: RawDescriptor, family: number): TcpSocket[] {
  const states = ALL_STATES & ~(1 << TIME_WAIT) & ~(1 << CLOSE)
  netlink.send(request(SOCK_DIAG_BY_FAMILY, FLAG.dump, family, states, Buffer.alloc(ID_BYTES)), null)
  const sockets: TcpSocket[] = []
  for (;;) {
    const datagram = netlink.receive()
    if (datagram === null) return sockets
    for (const { type, body } of messagesOf(datagram)) {
      if (type === NLMSG_DONE) return sockets
      if (type === NLMSG_ERROR) throw new SyscallError('sock_diag', -body.readInt32LE(0))
      if (type === SOCK_DIAG_BY_FAMILY) sockets.push(socketOf(body))
    }
  }
}

/** @returns false: it had ended by itself */
function destroy(netlink: RawDescriptor, { family, id }: TcpSocket): boolean {
  netlink.send(request(SOCK_DESTROY, FLAG.ack, family, ALL_STATES, id), null)
  for (;;) {
    const datagram = netlink.receive()
    if (datagram === null) throw new SyscallError('SOCK_DESTROY', EAGAIN)
    for (const { type, body } of messagesOf(datagram)) {
      if (type !== NLMSG_ERROR) continue
      const errno = -body.readInt32LE(0)
      if (errno === 0) return true
      if (errno === ENOENT) return false
      throw new SyscallError('SOCK_DESTROY', errno)
    }
  }
}

/** nlmsghdr and inet_diag_req_v2. */
function request(type: number, flags: number, family: number, states: number, id: Buffer): Buffer {
  const bytes = Buffer.alloc(HEADER + 8 + ID_BYTES)
  bytes.writeUInt32LE(bytes.length, 0)
  bytes.writeUInt16LE(type, 4)
  bytes.writeUInt16LE(FLAG.request | flags, 6)
  bytes.writeUInt8(family, HEADER)
  bytes.writeUInt8(IPPROTO_TCP, HEADER + 1)
  bytes.writeUInt32LE(states, HEADER + 4)
  id.copy(bytes, HEADER + 8)
  return bytes
}

function* messagesOf(datagram: Buffer): Generator<{ readonly type: number; readonly body: Buffer }> {
  for (let at = 0; at + HEADER <= datagram.length; ) {
    const length = datagram.readUInt32LE(at)
    if (length < HEADER) return
    yield { type: datagram.readUInt16LE(at + 4), body: datagram.subarray(at + HEADER, at + length) }
    at += (length + 3) & ~3
  }
}

/** inet_diag_msg: family, state, timer, retransmissions, then the id. */
export function socketOf(body: Buffer): TcpSocket {
  const family = body.readUInt8(0)
  const id = Buffer.from(body.subarray(4, 4 + ID_BYTES))
  return {
    family,
    id,
    listening: body.readUInt8(1) === LISTEN,
    localPort: id.readUInt16BE(0),
    local: addressOf(family, id.subarray(4, 20)),
    remote: addressOf(family, id.subarray(20, 36)),
  }
}

function addressOf(family: number, bytes: Buffer): Uint8Array {
  if (family === AF_INET) return bytes.subarray(0, 4)
  const mapped = bytes.readUInt32BE(8) === 0xffff && bytes.subarray(0, 8).every((byte) => byte === 0)
  return mapped ? bytes.subarray(12) : bytes
}
