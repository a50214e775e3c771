import { FAULT_TEXT, type PacketFault } from '../vrrp/validation.ts'
import type { VrrpState } from './messages.ts'
import type { Counters } from './status.ts'

const NOTHING = { sent: 0, received: 0, became: 0, released: 0, zeroSent: 0, zeroReceived: 0, sendErrors: 0 }

/** Well within what a lease ends before the peers' patience does (timing.ts). */
const LATE_RENEWAL_MS = 20

/** What one router counts, under keepalived's names where it counts the same. */
export class RouterTally {
  #count = { ...NOTHING }
  #faults: Partial<Record<PacketFault, number>> = {}
  #latestMs = 0
  #renewedAt: number | null = null
  #longestRenewalMs = 0
  #late = false

  sent(priority: number): void {
    this.#count.sent++
    if (priority === 0) this.#count.zeroSent++
  }

  sendFailed(): void {
    this.#count.sendErrors++
  }

  received(priority: number): void {
    this.#count.received++
    if (priority === 0) this.#count.zeroReceived++
  }

  entered(state: VrrpState): void {
    if (state === 'MASTER') this.#count.became++
    else if (this.#count.became > this.#count.released) this.#count.released++
  }

  /** @param ms how late the timer was */
  late(ms: number): void {
    this.#latestMs = Math.max(this.#latestMs, ms)
  }

  /** The addresses were added, or their lease renewed. @param now ms, monotonic */
  renewed(now: number): void {
    if (this.#renewedAt !== null) this.#longestRenewalMs = Math.max(this.#longestRenewalMs, now - this.#renewedAt)
    this.#renewedAt = now
  }

  /** The kernel has done it. @param now ms, monotonic */
  renewalEnded(now: number): void {
    if (this.#renewedAt !== null && now - this.#renewedAt > LATE_RENEWAL_MS) this.#late = true
  }

  /** The kernel held up a renewal; said once. */
  wasLate(): boolean {
    const late = this.#late
    this.#late = false
    return late
  }

  letGo(): void {
    this.#renewedAt = null
    this.#late = false
  }

  /** @returns what the log should say; the first one is news, a thousand a minute would only fill the journal */
  fault(fault: PacketFault, from: string): string | null {
    const count = (this.#faults[fault] ?? 0) + 1
    this.#faults[fault] = count
    return count === 1 || count % 1000 === 0 ? `${FAULT_TEXT[fault]} from ${from} (${count} so far)` : null
  }

  /** As SIGSTATS_CLEAR: everything from zero. */
  clear(): void {
    this.#count = { ...NOTHING }
    this.#faults = {}
    this.#latestMs = 0
    this.#longestRenewalMs = 0
  }

  get counters(): Counters {
    const { sent, received, became, released, zeroSent, zeroReceived, sendErrors } = this.#count
    return {
      advertsSent: sent,
      advertsReceived: received,
      becameMaster: became,
      releasedMaster: released,
      priorityZeroSent: zeroSent,
      priorityZeroReceived: zeroReceived,
      sendErrors,
      faults: { ...this.#faults },
      latestMs: Math.round(this.#latestMs * 100) / 100,
      longestRenewalMs: Math.round(this.#longestRenewalMs * 100) / 100,
    }
  }
}
