import type { MmhaEvent, Sink } from './event.ts'
import { type Language, language } from './language.ts'
import { frame } from './messages/frame.ts'
import { spokenIn } from './spoken.ts'

/** Shows events as they come. */
export interface Renderer {
  readonly sink: Sink
  /** Resolves when all that was shown so far stands on the terminal: before a prompt or a result. */
  idle(): Promise<void>
}

export interface Output {
  write(text: string): unknown
}

export interface RendererChoice {
  readonly json: boolean
  /** As often as -v was given: once for what steps print, twice for what they run, too. */
  readonly verbose: boolean | number
  readonly stdout: Output
  readonly stderr: Output & { readonly isTTY?: boolean }
  readonly env: NodeJS.ProcessEnv
  /** Of the terminal; default: this process's. */
  readonly language?: Language
}

/** NDJSON with --json, a live display on a terminal, plain lines elsewhere (also with NO_COLOR, TERM=dumb, -v). */
export async function chooseRenderer(choice: RendererChoice): Promise<Renderer> {
  const { json, stdout, stderr, env, language: own = language() } = choice
  const verbose = Number(choice.verbose)
  if (json) return without(verbose < 2, ndjson(stdout))
  const live = stderr.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb' && verbose === 0
  if (!live) return without(verbose < 2, plain(stderr, verbose > 0, own))
  const { liveRenderer } = await import('./live.ts')
  return without(true, liveRenderer(own))
}

/** Leaves out what only -vv shows. @param trace there is less than -vv */
export function without(trace: boolean, renderer: Renderer): Renderer {
  return trace ? { ...renderer, sink: (event) => event.level !== 'trace' && renderer.sink(event) } : renderer
}

/**
 * One JSON document a line; event-schema.ts says what stands in it, and what its version means. English, whatever the
 * terminal's language; `said` has the code and the parameters of the message.
 */
export function ndjson(output: Output): Renderer {
  return {
    sink: ({ said, ...event }) => {
      const coded = said === undefined ? {} : { said: { code: said.code, params: said.params } }
      output.write(`${JSON.stringify({ type: 'event', version: 1, ...event, ...coded })}\n`)
    },
    idle: () => Promise.resolve(),
  }
}

/** One line an event, `host: message`; what a step prints only when asked for. */
export function plain(output: Output, verbose: boolean, own: Language = language()): Renderer {
  return {
    sink: (event) => {
      const text = plainLine(event, verbose, own)
      if (text !== null) output.write(`${text}\n`)
    },
    idle: () => Promise.resolve(),
  }
}

/** What a host prints, and what it runs, is shown as it is. */
const AS_IT_IS: ReadonlySet<string> = new Set(['step.output', 'step.script'])

/** What an event says, for who sees it. */
export function wordsOf({ code, said, message }: MmhaEvent, own: Language): string {
  return AS_IT_IS.has(code) ? message : spokenIn(said ?? message, own)
}

/** The line of an event; null: not shown. */
export function plainLine(event: MmhaEvent, verbose: boolean, own: Language): string | null {
  if (event.level === 'debug' && !verbose) return null
  if (event.code === 'phase.end') return null
  const message = wordsOf(event, own)
  const { pair } = event
  if (event.code === 'phase.begin') return `== ${pair === undefined ? '' : `${pair}: `}${message}`
  const at = [pair, event.host].filter((name) => name !== undefined).join(' ')
  const host = at === '' ? '' : `${at}: `
  const mark =
    event.level === 'error' ? frame('error.mark')[own] : event.level === 'warn' ? frame('warning.mark')[own] : ''
  const inner = event.level === 'debug' || event.level === 'trace'
  const indent = inner ? '    ' : event.code.startsWith('step.') ? '  ' : ''
  return `${indent}${mark}${host}${message}`
}
