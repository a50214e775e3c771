import { AUTHENTICATION_HEADER } from '../vrrp/datagram.ts'
import { loadNative } from './native.ts'
import type { RawDescriptor } from './socket.ts'

const SOL_SOCKET = 1
const SO_ATTACH_FILTER = 26

/** Classic BPF (linux/filter.h). */
const BPF = {
  headerLengthToX: 0xb1,
  word: 0x20,
  half: 0x28,
  byte: 0x30,
  byteBehindX: 0x50,
  jumpIfEqual: 0x15,
  jumpIfAnyBit: 0x45,
  verdict: 0x06,
} as const
const ALL = 0xffffffff

/** struct sock_filter: code (2), jump if true, jump if false, operand (4). */
function instruction(code: number, operand: number, ifTrue = 0, ifFalse = 0): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code, 0)
  bytes.writeUInt8(ifTrue, 2)
  bytes.writeUInt8(ifFalse, 3)
  bytes.writeUInt32LE(operand, 4)
  return bytes
}

/** What stands before a VRRP message in the packets of a raw socket; the kernel takes an IPv6 header away itself. */
export type Wrapping = 'IPv4 header' | 'IPv4 and authentication header' | 'nothing'

/** The second byte of a VRRP message is its VRID. */
const VRID = 1

/** Puts the VRID where the next instruction compares it. */
function loadVrid(wrapping: Wrapping): readonly Buffer[] {
  if (wrapping === 'nothing') return [instruction(BPF.byte, VRID)]
  const behind = wrapping === 'IPv4 header' ? 0 : AUTHENTICATION_HEADER
  return [instruction(BPF.headerLengthToX, 0), instruction(BPF.byteBehindX, behind + VRID)]
}

/**
 * From now on the kernel drops what is for another VRID: each raw socket gets a copy of every VRRP packet on its interface, so
 * that a hundred routers woke up a hundred times for each. @throws SyscallError
 */
export function acceptOnly(socket: RawDescriptor, virtualRouterId: number, wrapping: Wrapping): void {
  attach(socket, [
    ...loadVrid(wrapping),
    instruction(BPF.jumpIfEqual, virtualRouterId, 0, 1),
    instruction(BPF.verdict, ALL),
    instruction(BPF.verdict, 0),
  ])
}

/** Of Ethernet frames with IPv4 in them: their protocol, fragment, and destination. */
const FRAME = { protocol: 23, fragment: 20, destination: 30 } as const
/** With IPv6 in them: what comes next, and destination. */
const FRAME6 = { next: 20, destination: 38 } as const
const IPPROTO_TCP = 6

/**
 * Of a packet socket: whole TCP segments for one address, cut off behind so many bytes.
 * @param address 4 or 16 bytes @throws SyscallError
 */
export function acceptTcpTo(socket: RawDescriptor, address: Uint8Array, bytes: number): void {
  if (address.length === 16) {
    acceptTcp6To(socket, Buffer.from(address), bytes)
    return
  }
  attach(socket, [
    instruction(BPF.byte, FRAME.protocol),
    instruction(BPF.jumpIfEqual, IPPROTO_TCP, 0, 5),
    instruction(BPF.word, FRAME.destination),
    instruction(BPF.jumpIfEqual, Buffer.from(address).readUInt32BE(), 0, 3),
    instruction(BPF.half, FRAME.fragment),
    instruction(BPF.jumpIfAnyBit, 0x1fff, 1, 0),
    instruction(BPF.verdict, bytes),
    instruction(BPF.verdict, 0),
  ])
}

/** Fragments and extension headers are not TCP to it. */
function acceptTcp6To(socket: RawDescriptor, address: Buffer, bytes: number): void {
  const words = [0, 4, 8, 12].flatMap((at) => [
    instruction(BPF.word, FRAME6.destination + at),
    // To the last instruction: over what is left of these, and the verdict.
    instruction(BPF.jumpIfEqual, address.readUInt32BE(at), 0, (12 - at) / 2 + 1),
  ])
  attach(socket, [
    instruction(BPF.byte, FRAME6.next),
    instruction(BPF.jumpIfEqual, IPPROTO_TCP, 0, words.length + 1),
    ...words,
    instruction(BPF.verdict, bytes),
    instruction(BPF.verdict, 0),
  ])
}

/** For a socket that only sends: the kernel would keep for it what nobody reads. @throws SyscallError */
export function acceptNothing(socket: RawDescriptor): void {
  attach(socket, [instruction(BPF.verdict, 0)])
}

function attach(socket: RawDescriptor, instructions: readonly Buffer[]): void {
  const program = Buffer.concat(instructions)
  // struct sock_fprog: number of instructions, where they are.
  const header = Buffer.alloc(16)
  header.writeUInt16LE(instructions.length, 0)
  header.writeBigUInt64LE(loadNative().address(program), 8)
  socket.option(SOL_SOCKET, SO_ATTACH_FILTER, header)
}
