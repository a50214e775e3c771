import { randomBytes } from 'node:crypto'
import { EXIT, MmhaError } from '../events/error.ts'
import { errors } from '../events/messages/errors.ts'
import { ROOT_SHELL } from './become.ts'
import type { CommandResult, Connection } from './connection.ts'
import {
  type FrameEvent,
  FrameReader,
  frameScript,
  type ScriptOptions,
  type Section,
  STOPPED,
} from './remote-script.ts'

export interface SectionResult {
  readonly id: string
  readonly code: number
  readonly output: string
}

export interface SectionsResult {
  /** Of the sections that ran to their end, in order; after a failed step, or a stop, comes no other. */
  readonly finished: readonly SectionResult[]
  /** What came on stderr outside the sections, and of probes. */
  readonly stderr: string
}

/** On the host, while steps run. */
const STEPS_LOCK = '/run/mmha/steps'
/** On the host: no further step is to begin. Belongs to the run that holds the host's lock, which begins without it. */
export const STEPS_STOP = '/run/mmha/stop'

/** Asks the steps that run on a host to end after the one that is at work. */
export async function stopSteps(connection: Connection): Promise<void> {
  await connection.exec(ROOT_SHELL, { asRoot: true, stdin: `: >${STEPS_STOP}\n`, what: 'stopping' })
}

/**
 * Runs sections as root in one `/bin/sh -s`: one round trip more than a bare command. Secrets may be in the text: it
 * goes to stdin only.
 * @throws MmhaError SSH_LINK_LOST naming the section that ran, SHELL_FAILED when the shell itself broke.
 */
export async function runSections(
  connection: Connection,
  kind: ScriptOptions['kind'],
  sections: readonly Section[],
  onEvent: (event: FrameEvent) => void = () => {},
  setup?: string,
): Promise<SectionsResult> {
  const nonce = randomBytes(9).toString('hex')
  const finished: SectionResult[] = []
  let running: string | null = null
  const reader = new FrameReader(sections, nonce, (event) => {
    if (event.t === 'begin') running = event.id
    if (event.t === 'end') {
      running = null
      finished.push({ id: event.id, code: event.code, output: event.output })
    }
    onEvent(event)
  })
  const result = await named(
    () => running,
    connection.exec(ROOT_SHELL, {
      asRoot: true,
      stdin: frameScript(sections, {
        nonce,
        kind,
        ...(setup === undefined ? {} : { setup }),
        ...(kind === 'step' ? { exclusive: STEPS_LOCK, stop: STEPS_STOP } : {}),
      }),
      onStdout: (chunk) => reader.feed(chunk),
    }),
  )
  const stopped = kind === 'step' && (result.code === STOPPED || finished.some(({ code }) => code !== 0))
  if (!stopped && finished.length < sections.length) {
    const where: string | null = running
    throw new MmhaError(
      errors('shell.failed', { host: connection.name, status: String(result.code), tail: tail(result.stderr) }),
      {
        code: 'SHELL_FAILED',
        source: 'user',
        exit: EXIT.failed,
        host: connection.name,
        ...(where === null ? {} : { where }),
        hint: errors('shell.failed.do'),
      },
    )
  }
  return { finished, stderr: result.stderr }
}

async function named(where: () => string | null, work: Promise<CommandResult>): Promise<CommandResult> {
  try {
    return await work
  } catch (error) {
    const section = where()
    if (!(error instanceof MmhaError) || section === null || error.where !== undefined) throw error
    const { code, source, exit, host, hintSaid } = error
    throw new MmhaError(error.said, {
      code,
      source,
      exit,
      where: section,
      cause: error,
      ...(host === undefined ? {} : { host }),
      ...(hintSaid === undefined ? {} : { hint: hintSaid }),
    })
  }
}

function tail(text: string): string {
  const lines = text.trim().split('\n').slice(-3).join(' | ')
  return lines === '' ? '' : `: ${lines}`
}
