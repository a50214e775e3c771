import type { Socket as Datagrams } from 'node:dgram'
import { connect, isIPv6, Socket } from 'node:net'
import type { Source } from '../config/source.ts'
import { addressBytes } from '../vrrp/address.ts'
import { AF_INET, AF_INET6, inet6Address, inetAddress, RawDescriptor, SOCK_DGRAM, SOCK_STREAM } from './socket.ts'

const SOL_SOCKET = 1
const SO_BINDTODEVICE = 25
const SO_MARK = 36
const IPPROTO_DEFAULT = 0

/**
 * Interface and mark of a socket that has not sent anything yet.
 * @throws SyscallError: ENODEV; EPERM for a mark without CAP_NET_ADMIN
 */
export function useSource(socket: RawDescriptor, { device, mark }: Source): void {
  if (device !== null) socket.option(SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${device}\0`))
  if (mark !== null) socket.option(SOL_SOCKET, SO_MARK, mark)
}

/** Must its socket be made by us? Node.js can set neither before the first packet leaves. */
function needsOwnSocket({ device, mark }: Source): boolean {
  return device !== null || mark !== null
}

/**
 * A descriptor with the source's interface and mark, for Node.js to use and to close.
 * @throws as `useSource`
 */
function ownDescriptor(host: string, type: number, source: Source, prepare?: (socket: RawDescriptor) => void): number {
  const socket = new RawDescriptor(isIPv6(host) ? AF_INET6 : AF_INET, type, IPPROTO_DEFAULT, 0)
  try {
    useSource(socket, source)
    prepare?.(socket)
  } catch (error) {
    socket.close()
    throw error
  }
  return socket.fd
}

/** A connection on its way. Never throws: what goes wrong at once is its `error`, too. */
export function openTcp(host: string, port: number, source: Source): Socket {
  const options = {
    host,
    port,
    family: isIPv6(host) ? 6 : 4,
    ...(source.address === null ? {} : { localAddress: source.address }),
    ...(source.port === null ? {} : { localPort: source.port }),
  }
  if (!needsOwnSocket(source)) return connect(options)
  try {
    return new Socket({ fd: ownDescriptor(host, SOCK_STREAM, source) }).connect(options)
  } catch (error) {
    return new Socket().destroy(error instanceof Error ? error : new Error(String(error)))
  }
}

/** Ends a connection. A port of our own is reset: after a close it could not connect to the same place for a minute (TIME_WAIT). */
export function dropTcp(socket: Socket, source: Source): void {
  if (source.port === null || socket.connecting) socket.destroy()
  else socket.resetAndDestroy()
}

/**
 * Binds a socket for talking to `host`; a failure that Node.js finds is its `error`.
 * @throws SyscallError as `useSource`, and EADDRNOTAVAIL, EADDRINUSE
 */
export function bindUdp(socket: Datagrams, host: string, source: Source, bound: () => void): void {
  const { address, port } = source
  if (!needsOwnSocket(source)) {
    socket.bind({ port: port ?? 0, ...(address === null ? {} : { address }) }, bound)
    return
  }
  const any = isIPv6(host) ? '::' : '0.0.0.0'
  const bytes = addressBytes(address ?? any)
  const own = bytes.length === 4 ? inetAddress(bytes, port ?? 0) : inet6Address(bytes, 0, port ?? 0)
  socket.bind({ fd: ownDescriptor(host, SOCK_DGRAM, source, (descriptor) => descriptor.bind(own)) }, bound)
}
