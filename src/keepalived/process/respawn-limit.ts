/** How often workers may die: ten times a minute; each death in that minute doubles the wait before the next start. */
export class RespawnLimit {
  #deaths: number[] = []

  /** Counts a death. @param now ms @returns whether another start makes sense */
  allows(now: number): boolean {
    this.#deaths = [...this.#deaths.filter((at) => now - at < 60_000), now]
    return this.#deaths.length <= 10
  }

  /** ms to wait before the next start: none after the first death. */
  get delayMs(): number {
    const more = this.#deaths.length - 1
    return more <= 0 ? 0 : Math.min(5000, 50 * 2 ** more)
  }
}
