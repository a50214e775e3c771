import { journalAfter, journalBefore, journalSetup, type RunHeader } from '../modules/host-journal.ts'
import type { Step } from '../modules/step.ts'

/** Numbers the steps of a run on each host, and says what a host has to keep of them. */
export class Journal {
  readonly header: RunHeader
  /** What was approved, for `--resume`; null: it can't be gone on with. */
  plan: string | null = null
  readonly #begun = new Map<string, number>()

  constructor(header: RunHeader) {
    this.header = header
  }

  /** sh before all steps. */
  get setup(): string {
    return journalSetup(this.header, this.plan)
  }

  /** sh before and after the next step of a host. */
  around(host: string, step: Step): { readonly before: string; readonly after: string } {
    const number = (this.#begun.get(host) ?? 0) + 1
    this.#begun.set(host, number)
    const name = String(number).padStart(4, '0')
    return { before: journalBefore(name, step), after: journalAfter(name) }
  }
}
