import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addressBytes } from '../../src/keepalived/vrrp/address.ts'
import { type Datagram, decodeIpv4, vridOf } from '../../src/keepalived/vrrp/datagram.ts'
import { Exchange } from '../../src/keepalived/vrrp/exchange.ts'
import { AH_AUTH, NO_AUTH, passwordAuth, passwordBytes } from '../../src/keepalived/vrrp/packet.ts'
import type { Expected, Verdict } from '../../src/keepalived/vrrp/validation.ts'

/**
 * Packets that nobody sends: those that keepalived sends, mutated, from a seed, and mere noise.
 * By hand: node test/fuzz/packets.ts [COUNT] [SEED], on the daemon's Node.js; a defect names the round that repeats it.
 */

/** ms that one packet may take, on a machine that does other things, too. */
const MOST_MS = 1000
/** MiB that a million packets may leave behind. */
const MOST_GROWTH = 64

/** A small generator (xorshift32), so that a seed tells everything. */
function generator(seed: number): (below: number) => number {
  let state = seed | 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => index))
const PEERS = ['10.99.0.10', '10.99.0.20'].map((text) => ({ address: addressBytes(text), minTtl: 1, maxTtl: 255 }))
const PLAIN: Expected = {
  ...{ family: 4, version: 2, auth: NO_AUTH, ahKey: null, signature: null, intervalMs: 1000 },
  addresses: ['10.99.0.100', '10.99.0.101'].map(addressBytes),
  ...{ group: addressBytes('224.0.0.18'), unicastPeers: null, unicastTtl: 255, checkUnicastSource: true },
  ...{ checksum: 'pseudo', oldUnicastChecksum: 'auto' },
}
const SIGNED = { keys: new Map([[1, KEY]]), activeKey: 1, mode: 'enforce', windowSeconds: null } as const

/** Every way of an instance to listen. */
const RULES: readonly Expected[] = [
  PLAIN,
  { ...PLAIN, auth: passwordAuth('1111') },
  { ...PLAIN, auth: AH_AUTH, ahKey: passwordBytes('4321') },
  { ...PLAIN, signature: SIGNED },
  { ...PLAIN, version: 3, intervalMs: 500 },
  { ...PLAIN, version: 3, intervalMs: 500, checksum: 'message' },
  { ...PLAIN, version: 3, intervalMs: 250, unicastPeers: PEERS },
  { ...PLAIN, version: 3, intervalMs: 500, unicastPeers: PEERS, signature: SIGNED },
  {
    ...{ ...PLAIN, family: 6, version: 3, intervalMs: 500, group: addressBytes('ff02::12') },
    addresses: ['fe80::100', '2001:db8::100'].map(addressBytes),
  },
]

/** Everything that carries VRRP in the captures of a folder: IP packets without their Ethernet header. */
export function captured(folder: string): Buffer[] {
  const packets: Buffer[] = []
  for (const name of readdirSync(folder)
    .filter((one) => one.endsWith('.pcap'))
    .sort()) {
    const file = readFileSync(join(folder, name))
    for (let at = 24; at + 16 <= file.length; ) {
      const length = file.readUInt32LE(at + 8)
      const packet = file.subarray(at + 30, at + 16 + length)
      const protocol = (packet[0] ?? 0) >> 4 === 6 ? packet[6] : packet[9]
      if (protocol === 112 || protocol === 51) packets.push(packet)
      at += 16 + length
    }
  }
  return packets
}

function mutated(packets: readonly Buffer[], pick: (below: number) => number): Buffer {
  if (pick(20) === 0) return Buffer.from(Array.from({ length: pick(200) }, () => pick(256)))
  let bytes = Buffer.from(packets[pick(packets.length)] ?? Buffer.alloc(0))
  for (let round = pick(4); round > 0; round -= 1) {
    const at = pick(bytes.length + 1)
    const kind = pick(6)
    if (kind === 0) bytes = bytes.subarray(0, at)
    else if (kind === 1)
      bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(pick(40), pick(256)), bytes.subarray(at)])
    else if (kind === 2) bytes = Buffer.concat([bytes, packets[pick(packets.length)] ?? bytes])
    else if (at < bytes.length) bytes[at] = kind === 3 ? pick(256) : (bytes[at] ?? 0) ^ (1 << pick(8))
  }
  return bytes
}

/** As the sockets yield it; the kernel takes the IPv6 header away. */
function received(bytes: Buffer): Datagram | null {
  if ((bytes[0] ?? 0) >> 4 !== 6 || bytes.length < 40) return decodeIpv4(bytes)
  return {
    family: 6,
    source: bytes.subarray(8, 24),
    destination: bytes.subarray(24, 40),
    hopLimit: bytes[7] ?? 0,
    message: bytes.subarray(40),
    cut: false,
    authenticated: null,
  }
}

export interface Fuzzed {
  readonly rounds: number
  readonly accepted: number
  readonly slowestMs: number
  /** MiB of heap and buffers more than at the start. */
  readonly grown: number
  /** Kinds of faults that were met: shows that the mutations get everywhere. */
  readonly faults: ReadonlySet<string>
}

function inUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 2 ** 20
}

/**
 * Hears `count` packets as instances of every kind, which remember what they hear.
 * @throws Error with the seed, the round and the packet when one throws, takes too long, or much memory stays in use
 */
export function fuzzPackets(packets: readonly Buffer[], count: number, seed: number): Fuzzed {
  const listeners = RULES.map((rules) => new Exchange(rules, () => 1_000_000))
  const faults = new Set<string>()
  let accepted = 0
  let slowestMs = 0
  const before = inUse()
  for (let round = 0; round < count; round += 1) {
    const pick = generator(seed * 1_000_003 + round)
    const bytes = mutated(packets, pick)
    const fail = (why: unknown) => new Error(`seed ${seed}, round ${round}: ${String(why)}\n${bytes.toString('hex')}`)
    const started = performance.now()
    let verdict: Verdict | null = null
    try {
      const datagram = received(bytes)
      if (datagram !== null) {
        vridOf(datagram)
        verdict = listeners[pick(listeners.length)]?.hear(datagram) ?? null
      }
    } catch (error) {
      throw fail(error instanceof Error ? error.stack : error)
    }
    if (verdict?.ok === true) accepted += 1
    else if (verdict !== null) faults.add(verdict.fault)
    const took = performance.now() - started
    slowestMs = Math.max(slowestMs, took)
    if (took > MOST_MS) throw fail(`took ${Math.round(took)} ms`)
  }
  const grown = inUse() - before
  return { rounds: count, accepted, slowestMs, grown, faults }
}

if (process.argv[1] === import.meta.filename) {
  const [count = '1000000', seed = '1'] = process.argv.slice(2)
  const started = performance.now()
  const packets = captured(new URL('../fixtures/golden-vrrp', import.meta.url).pathname)
  const { rounds, accepted, slowestMs, grown, faults } = fuzzPackets(packets, Number(count), Number(seed))
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stdout.write(
    `${rounds} packets in ${seconds} s, ${accepted} accepted, slowest ${slowestMs.toFixed(1)} ms, ` +
      `+${grown.toFixed(0)} MiB; dropped for ${[...faults].sort().join(' ')}\n`,
  )
  if (grown > MOST_GROWTH) throw new Error(`${grown.toFixed(0)} MiB stayed in use`)
}
