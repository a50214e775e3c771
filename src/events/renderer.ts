import type { MmhaEvent, Sink } from './event.ts'

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
  readonly verbose: boolean
  readonly stdout: Output
  readonly stderr: Output & { readonly isTTY?: boolean }
  readonly env: NodeJS.ProcessEnv
}

/** NDJSON with --json, a live display on a terminal, plain lines elsewhere (also with NO_COLOR, TERM=dumb, -v). */
export async function chooseRenderer(choice: RendererChoice): Promise<Renderer> {
  const { json, verbose, stdout, stderr, env } = choice
  if (json) return ndjson(stdout)
  const live = stderr.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb' && !verbose
  if (!live) return plain(stderr, verbose)
  const { liveRenderer } = await import('./live.ts')
  return liveRenderer()
}

/** One JSON document a line. */
export function ndjson(output: Output): Renderer {
  return {
    sink: (event) => output.write(`${JSON.stringify({ type: 'event', ...event })}\n`),
    idle: () => Promise.resolve(),
  }
}

/** One line an event, `host: message`; what a step prints only when asked for. */
export function plain(output: Output, verbose: boolean): Renderer {
  return {
    sink: (event) => {
      const text = plainLine(event, verbose)
      if (text !== null) output.write(`${text}\n`)
    },
    idle: () => Promise.resolve(),
  }
}

/** The line of an event; null: not shown. */
export function plainLine(event: MmhaEvent, verbose: boolean): string | null {
  if (event.level === 'debug' && !verbose) return null
  if (event.code === 'phase.end') return null
  if (event.code === 'phase.begin') return `== ${event.message}`
  const host = event.host === undefined ? '' : `${event.host}: `
  const mark = event.level === 'error' ? 'error: ' : event.level === 'warn' ? 'warning: ' : ''
  const indent = event.level === 'debug' ? '    ' : event.code.startsWith('step.') ? '  ' : ''
  return `${indent}${mark}${host}${event.message}`
}
