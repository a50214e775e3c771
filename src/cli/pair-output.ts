import type { Interrupt } from '../engine/interruption.ts'
import { chooseRenderer, type Renderer } from '../events/renderer.ts'

/** Where the words of a run on one pair go. */
export interface PairOutput {
  readonly renderer: Renderer
  /** A line or more of the result, on stdout. */
  print(text: string): void
  /** A line or more beside it, on stderr. */
  note(text: string): void
  /** One of several pairs: what each host comes to stands in the table at the end; null: it is alone. */
  readonly fleet: { readonly interrupt: Interrupt } | null
}

/** Of a command that has one pair: this process's own streams. */
export async function ownOutput(flags: { readonly json?: boolean; readonly verbose?: number }): Promise<PairOutput> {
  const { stdout, stderr, env } = process
  const { json = false, verbose = 0 } = flags
  return {
    renderer: await chooseRenderer({ json, verbose, stdout, stderr, env }),
    print: (text) => stdout.write(`${text}\n`),
    note: (text) => stderr.write(`${text}\n`),
    fleet: null,
  }
}
