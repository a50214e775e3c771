import { createReadStream } from 'node:fs'
import { dirname } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Sink } from '../events/event.ts'
import type { Connection } from '../hosts/connection.ts'
import type { FrameEvent } from '../hosts/remote-script.ts'
import { runSections } from '../hosts/run-sections.ts'
import { Secret } from '../inventory/secret.ts'
import { revealed, type Step, shellQuote } from '../modules/step.ts'
import type { Journal } from './journal.ts'

/**
 * Runs a host's steps of one stage in one shell, in order; stops at the first that fails. With a journal each step's files
 * and its inverse are kept on the host before it begins.
 * @throws MmhaError STEP_FAILED (exit 1) with host, step, status and the end of its output.
 */
export async function applySteps(
  connection: Connection,
  steps: readonly Step[],
  sink: Sink,
  journal: Journal | null = null,
): Promise<void> {
  const host = connection.name
  const byId = new Map(steps.map((step) => [step.id, step]))
  for (const step of steps) if (step.payload !== undefined) await send(connection, step, step.payload, sink)
  const hide = hider(steps)
  const sections = steps.map((step) => ({
    id: step.id,
    text: revealed(step.run),
    ...journal?.around(connection.name, step),
  }))
  const begun = new Map<string, number>()
  const hear = (event: FrameEvent) => {
    const title = byId.get(event.id)?.title ?? event.id
    if (event.t === 'begin') {
      begun.set(event.id, performance.now())
      sink({ code: 'step.begin', level: 'info', host, message: title, data: { step: event.id } })
    } else if (event.t === 'line') {
      sink({ code: 'step.output', level: 'debug', host, message: hide(event.text), data: { step: event.id } })
    } else {
      const ms = Math.round(performance.now() - (begun.get(event.id) ?? 0))
      const ok = event.code === 0
      sink({
        code: ok ? 'step.changed' : 'step.failed',
        level: ok ? 'info' : 'error',
        host,
        message: ok ? `${title} (${(ms / 1000).toFixed(1)} s)` : `${title}: failed with status ${event.code}`,
        data: { step: event.id, ms, status: event.code },
      })
    }
  }
  const { finished } = await runSections(connection, 'step', sections, hear, journal?.setup)
  const failed = finished.find(({ code }) => code !== 0)
  if (failed !== undefined) throw stepFailed(host, byId.get(failed.id), failed.id, failed.code, hide(failed.output))
}

/** A shell or a client may repeat what it could not read: no secret of these steps passes. */
function hider(steps: readonly Step[]): (text: string) => string {
  const secrets = steps
    .flatMap(({ run, undo }) => ('none' in undo ? run.parts : [...run.parts, ...undo.parts]))
    .flatMap((part) => (part instanceof Secret ? part.reveal().split('\n') : []))
    .filter((line) => line.length >= 4)
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
}

function stepFailed(host: string, step: Step | undefined, id: string, code: number, output: string): MmhaError {
  const tail = output
    .trim()
    .split('\n')
    .slice(-8)
    .map((line) => `    ${line}`)
    .join('\n')
  return new MmhaError(
    `${step?.title ?? id}: failed on ${host} with status ${code}${tail.trim() === '' ? '' : `\n${tail}`}`,
    {
      code: 'STEP_FAILED',
      source: 'user',
      exit: EXIT.failed,
      host,
      where: id,
      hint: 'mend what the host says above, then run the same command again: it goes on where this one stopped',
    },
  )
}

/** Streams a local file to its place on the host, root-only, beside which the step then works. */
async function send(
  connection: Connection,
  step: Step,
  payload: NonNullable<Step['payload']>,
  sink: Sink,
): Promise<void> {
  const host = connection.name
  const to = shellQuote(payload.to)
  sink({
    code: 'step.upload',
    level: 'info',
    host,
    message: `${step.title}: sending ${megabytes(payload.size)}`,
    data: { step: step.id, bytes: payload.size },
  })
  const inner = `umask 077; mkdir -p ${shellQuote(dirname(payload.to))} && cat >${to}.part && mv -f ${to}.part ${to}`
  const command = `exec /bin/sh -c ${quote(`if [ "$(id -u)" = 0 ]; then exec /bin/sh -c ${quote(inner)}; else exec sudo -n /bin/sh -c ${quote(inner)}; fi`)}`
  const { code, stderr } = await connection.exec(command, {
    stdin: createReadStream(payload.file, { highWaterMark: 1 << 18 }),
    what: step.id,
  })
  if (code !== 0) throw stepFailed(host, step, step.id, code, stderr)
}

function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
