import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { LibraryHandle } from 'koffi'

/**
 * The one door to libc: everything the daemon asks of the kernel that Node.js doesn't offer.
 * Calls are synchronous, on non-blocking descriptors; readiness comes from `watchReadable`.
 * Layouts and constants are Linux on 64-bit little-endian machines (x86-64, arm64).
 */

/** The bundler sets this: then koffi.node lies beside the bundle, because a computed require can't be bundled. */
declare const MMHA_BUNDLED: boolean | undefined

interface PollHandle {
  close(): void
  ref(): void
  unref(): void
}

export interface Native {
  load(path: null): LibraryHandle
  errno(): number
  /** Where a buffer's bytes are; true as long as somebody holds the buffer. */
  address(buffer: Uint8Array): bigint
  readonly node: {
    /** Its .d.ts has one argument fewer than it calls with. */
    poll(fd: number, callback: (status: number, events: { readable: boolean }) => void): PollHandle
  }
}

interface Libc {
  socket(domain: number, type: number, protocol: number): number
  bind(fd: number, address: Uint8Array, length: number): number
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, length: number): number
  sendto(fd: number, data: Uint8Array, length: number, flags: number, address: Uint8Array | null, n: number): number
  recv(fd: number, buffer: Uint8Array, length: number, flags: number): number
  recvmsg(fd: number, header: Uint8Array, flags: number): number
  read(fd: number, buffer: Uint8Array, length: number): number
  close(fd: number): number
  socketpair(domain: number, type: number, protocol: number, pair: Uint8Array): number
  timerfd_create(clock: number, flags: number): number
  timerfd_settime(fd: number, flags: number, value: Uint8Array, old: null): number
  prctl(option: number, a: number, b: number, c: number, d: number): number
  prctl_name(option: number, name: Uint8Array, b: number, c: number, d: number): number
  /** A system call that libc of older hosts has no name for. */
  syscall(number: number, a: number, b: number): number
  sched_setscheduler(pid: number, policy: number, parameter: Uint8Array): number
}

/** A system call that the kernel refused: `errno` is Linux's number. */
export class SyscallError extends Error {
  readonly call: string
  readonly errno: number

  constructor(call: string, errno: number) {
    super(`${call}: ${ERRNO_NAMES[errno] ?? `errno ${errno}`}`)
    this.name = 'SyscallError'
    this.call = call
    this.errno = errno
  }
}

export const EPERM = 1
export const ENOENT = 2
export const ESRCH = 3
export const EAGAIN = 11
export const EEXIST = 17
export const ENODEV = 19
export const EADDRNOTAVAIL = 99
export const ENETUNREACH = 101
export const ENOBUFS = 105

const ERRNO_NAMES: Readonly<Record<number, string>> = {
  [EPERM]: 'Operation not permitted',
  [ENOENT]: 'No such file or directory',
  [ESRCH]: 'No such process',
  9: 'Bad file descriptor',
  [EAGAIN]: 'Resource temporarily unavailable',
  13: 'Permission denied',
  [EEXIST]: 'File exists',
  [ENODEV]: 'No such device',
  22: 'Invalid argument',
  34: 'Numerical result out of range',
  95: 'Operation not supported',
  97: 'Address family not supported',
  [EADDRNOTAVAIL]: 'Cannot assign requested address',
  100: 'Network is down',
  [ENETUNREACH]: 'Network is unreachable',
  [ENOBUFS]: 'No buffer space available',
  111: 'Connection refused',
}

let native: Native | undefined
let libc: Libc | undefined

export function loadNative(): Native {
  if (native !== undefined) return native
  if (typeof MMHA_BUNDLED !== 'undefined') {
    const holder = { exports: {} }
    process.dlopen(holder, join(dirname(process.argv[1] ?? ''), 'koffi.node'))
    native = holder.exports as Native
  } else {
    native = createRequire(import.meta.url)('koffi') as Native
  }
  return native
}

function loadLibc(): Libc {
  if (libc !== undefined) return libc
  const library = loadNative().load(null)
  const declare = (name: string, parameters: string[]): unknown =>
    // koffi knows no ssize_t; intptr_t has its size and sign.
    library.func(name, parameters.includes('size_t') ? 'intptr_t' : 'int', parameters)
  const functions = {
    socket: declare('socket', ['int', 'int', 'int']),
    bind: declare('bind', ['int', 'void *', 'uint32_t']),
    setsockopt: declare('setsockopt', ['int', 'int', 'int', 'void *', 'uint32_t']),
    sendto: declare('sendto', ['int', 'void *', 'size_t', 'int', 'void *', 'uint32_t']),
    recv: declare('recv', ['int', 'void *', 'size_t', 'int']),
    recvmsg: library.func('recvmsg', 'intptr_t', ['int', 'void *', 'int']),
    read: declare('read', ['int', 'void *', 'size_t']),
    close: declare('close', ['int']),
    socketpair: declare('socketpair', ['int', 'int', 'int', 'void *']),
    timerfd_create: declare('timerfd_create', ['int', 'int']),
    timerfd_settime: declare('timerfd_settime', ['int', 'int', 'void *', 'void *']),
    prctl: declare('prctl', ['int', 'int64_t', 'int64_t', 'int64_t', 'int64_t']),
    prctl_name: library.func('prctl', 'int', ['int', 'void *', 'int64_t', 'int64_t', 'int64_t']),
    syscall: library.func('syscall', 'int64_t', ['int64_t', 'int64_t', 'int64_t']),
    sched_setscheduler: declare('sched_setscheduler', ['int', 'int', 'void *']),
  }
  libc = functions as Libc
  return libc
}

/**
 * Runs one libc call and answers its result.
 * @throws SyscallError when the result is negative; errno is read before anything else can disturb it.
 */
export function call<Name extends keyof Libc>(name: Name, ...parameters: Parameters<Libc[Name]>): number {
  const functionOf = loadLibc()[name] as (...all: Parameters<Libc[Name]>) => number
  const result = functionOf(...parameters)
  if (result < 0) throw new SyscallError(name, loadNative().errno())
  return result
}

/**
 * As `call`, for what is often not there yet: null instead of EAGAIN. An error object with its stack costs more than the call
 * (a quiet daemon would make six a second).
 */
export function callUnlessEmpty<Name extends keyof Libc>(
  name: Name,
  ...parameters: Parameters<Libc[Name]>
): number | null {
  const functionOf = loadLibc()[name] as (...all: Parameters<Libc[Name]>) => number
  const result = functionOf(...parameters)
  if (result >= 0) return result
  const errno = loadNative().errno()
  if (errno === EAGAIN) return null
  throw new SyscallError(name, errno)
}

/** Handles that libuv watches: koffi keeps no strong reference, and a collected handle goes silent. */
const watched = new Set<PollHandle>()

/**
 * Calls back whenever the descriptor is readable, until the returned function is called.
 * Stop before close(fd): otherwise the events of whatever file gets the number next are delivered here.
 */
export function watchReadable(fd: number, callback: () => void): () => void {
  const handle = loadNative().node.poll(fd, () => callback())
  watched.add(handle)
  return () => {
    if (!watched.delete(handle)) return
    handle.close()
  }
}
