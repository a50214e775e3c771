import { authenticatedPacket } from './authentication-header.ts'
import type { Datagram } from './datagram.ts'
import { nextSequence, signatureOf } from './message-signature.ts'
import { encodeAdvert, writeChecksum } from './packet.ts'
import { checkPacket, type Expected, type Memory, NOTHING_HEARD, type Verdict } from './validation.ts'

/** What one virtual router says and hears as bytes, with the memory that protects from replayed packets. */
export class Exchange {
  readonly #unixMs: () => number
  #expected: Expected
  #memory: Memory = NOTHING_HEARD
  #sentSequence = 0n
  #identification = 0
  /** A peer was heard that puts the multicast group into the checksum of unicast adverts. */
  #oldChecksum = false

  /** @param unixMs ms since 1970; signatures have the time in them */
  constructor(expected: Expected, unixMs: () => number) {
    this.#expected = expected
    this.#unixMs = unixMs
  }

  get expected(): Expected {
    return this.#expected
  }

  /** Other rules from now on; what has been heard is not forgotten. */
  become(expected: Expected): void {
    this.#expected = expected
    this.#oldChecksum = false
  }

  /** Checks what has come, and remembers its sequence number when it is good. */
  hear(datagram: Datagram): Verdict {
    const verdict = checkPacket(datagram, this.#expected, this.#memory, this.#unixMs())
    if (verdict.ok) {
      this.#memory = verdict.memory
      this.#oldChecksum ||= verdict.oldChecksum
    }
    return verdict
  }

  /** An advert as its socket takes it: a message, or for auth_type AH a whole IPv4 packet. */
  say(vrid: number, priority: number, source: Uint8Array, destination: Uint8Array): Buffer {
    const { version, auth, intervalMs, addresses, checksum, unicastPeers, group, family } = this.#expected
    const advert = { version, vrid, priority, intervalMs, addresses, auth }
    const old = this.#oldChecksum || this.#expected.oldUnicastChecksum === 'always'
    const summed = version === 3 && family === 4 && unicastPeers !== null && old ? group : destination
    const message = encodeAdvert(advert, source, summed, checksum)
    if (this.#expected.ahKey !== null) return this.#authenticated(message, source, destination)
    return this.#signed(message, vrid, source, destination)
  }

  #authenticated(message: Buffer, source: Uint8Array, destination: Uint8Array): Buffer {
    const { ahKey, unicastPeers, unicastTtl } = this.#expected
    if (ahKey === null) return message
    const unicast = unicastPeers !== null
    // keepalived counts on from what it has heard, or the peer would take a new master's first adverts for old ones.
    const sequence = this.#memory.ahSequence + 1
    this.#memory = { ...this.#memory, ahSequence: sequence }
    this.#identification = (this.#identification % 0xffff) + 1
    return authenticatedPacket(message, source, destination, {
      key: ahKey,
      sequence,
      identification: this.#identification,
      ttl: unicast ? unicastTtl : 255,
      unicast,
    })
  }

  #signed(message: Buffer, vrid: number, source: Uint8Array, destination: Uint8Array): Buffer {
    const { signature, family, version } = this.#expected
    if (signature === null || signature.mode === 'receive-only') return message
    this.#sentSequence = nextSequence(this.#sentSequence, this.#unixMs())
    const trailer = signatureOf(message, { family, version, vrid, source }, signature, this.#sentSequence)
    const whole = Buffer.concat([message, trailer])
    // Over IPv6 the checksum covers all of it.
    if (family === 6) writeChecksum(whole, source, destination)
    return whole
  }
}
