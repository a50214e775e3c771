import { EXIT, MmhaError } from '../events/error.ts'
import type { MmhaEvent } from '../events/event.ts'
import { language } from '../events/language.ts'
import { frame } from '../events/messages/frame.ts'
import { ndjson, type Output, plainLine, type Renderer, without } from '../events/renderer.ts'

/** An output that is silent while somebody is asked a question; what was to be said meanwhile comes after it. */
export class HeldOutput implements Output {
  readonly #output: Output
  #held: string[] | null = null

  constructor(output: Output) {
    this.#output = output
  }

  write(text: string): void {
    if (this.#held === null) this.#output.write(text)
    else this.#held.push(text)
  }

  hold(): void {
    this.#held ??= []
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const text of held) this.#output.write(text)
  }
}

/** A person has left at a question (Ctrl-C). */
export class Left extends MmhaError {
  constructor() {
    super(frame('cancelled.nothing-changed'), { code: 'CANCELLED', source: 'user', exit: EXIT.cancelled })
  }
}

/** One question at a time; who isn't asking says nothing meanwhile. */
export class Floor {
  readonly #outputs: readonly HeldOutput[]
  #last: Promise<unknown> = Promise.resolve()
  /** A person left at a question: nobody is asked any more. */
  left = false

  constructor(outputs: readonly HeldOutput[]) {
    this.#outputs = outputs
  }

  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(async () => {
      if (this.left) throw new Left()
      for (const output of this.#outputs) output.hold()
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof Error && error.name === 'ExitPromptError')) throw error
        this.left = true
        throw new Left()
      } finally {
        for (const output of this.#outputs) output.release()
      }
    })
    this.#last = mine.catch(() => undefined)
    return mine
  }
}

/** Events of one pair of several: each carries the pair's name. */
export function pairRenderer(
  pair: string,
  {
    json,
    verbose,
    stdout,
    stderr,
  }: { readonly json: boolean; readonly verbose: number; readonly stdout: Output; readonly stderr: Output },
): Renderer {
  const idle = () => Promise.resolve()
  const own = language()
  if (json) {
    const { sink } = ndjson(stdout)
    return without(verbose < 2, { sink: (event) => sink({ ...event, pair }), idle })
  }
  // Of the phases of twenty pairs only those matter in which something happens.
  let phase: MmhaEvent | null = null
  return without(verbose < 2, {
    sink: (event) => {
      if (event.code === 'plan.ready') return
      if (event.code === 'phase.begin') phase = event
      const said = event.code === 'phase.begin' ? null : plainLine({ ...event, pair }, verbose > 0, own)
      if (said === null) return
      const head = phase === null ? null : plainLine({ ...phase, pair }, verbose > 0, own)
      phase = null
      stderr.write(head === null ? `${said}\n` : `${head}\n${said}\n`)
    },
    idle,
  })
}
