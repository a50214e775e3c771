/** Role changes and what the loop does to the server, one after the other. */
export class ChangeLine {
  readonly #onEnd: () => void
  readonly #onFailure: (why: string) => void
  #line: Promise<unknown> = Promise.resolve()
  #changes = 0

  /** @param onEnd after each change @param onFailure a failure is the connection's, whose end the check reports */
  constructor(onEnd: () => void, onFailure: (why: string) => void) {
    this.#onEnd = onEnd
    this.#onFailure = onFailure
  }

  /** Rises with each change: whoever looked before it saw what is past. */
  get changes(): number {
    return this.#changes
  }

  /** A role change. Runs after what is under way. */
  change(work: () => Promise<void>): void {
    this.#changes += 1
    const turn = this.#line
      .then(work)
      .catch((error) => this.#onFailure(error instanceof Error ? error.message : String(error)))
    this.#line = turn
    void turn.then(() => {
      // Whoever looked meanwhile saw it half done.
      this.#changes += 1
      this.#onEnd()
    })
  }

  /** Work on what was seen; rejects as it does. */
  act(work: () => Promise<void>): Promise<void> {
    const turn = this.#line.then(work)
    this.#line = turn.catch(() => undefined)
    return turn
  }

  async end(): Promise<void> {
    await this.#line
  }
}
