import { createReadStream } from 'node:fs'
import { dirname } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Sink } from '../events/event.ts'
import { told } from '../events/message.ts'
import { frame } from '../events/messages/frame.ts'
import { title as shownTitle } from '../events/messages/titles.ts'
import type { Connection } from '../hosts/connection.ts'
import type { FrameEvent } from '../hosts/remote-script.ts'
import { runSections } from '../hosts/run-sections.ts'
import { Secret } from '../inventory/secret.ts'
import { masked, revealed, type Step, shellQuote } from '../modules/step.ts'
import { Guard, upToGuarded } from './guard.ts'
import type { Journal } from './journal.ts'

/**
 * Runs a host's steps of one stage in one shell, in order; stops at the first that fails. With a journal each step's files
 * and its inverse are kept on the host before it begins. After a guarded step a new connection is made before it goes on.
 * @throws MmhaError STEP_FAILED (exit 1) with host, step, status and the end of its output; SHUT_OUT (exit 3).
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
  const begun = new Map<string, number>()
  const hear = (event: FrameEvent) => {
    const title = shownTitle(byId.get(event.id)?.title ?? event.id)
    if (event.t === 'begin') {
      begun.set(event.id, performance.now())
      sink({ code: 'step.begin', level: 'info', host, ...told(title), data: { step: event.id } })
      const script = byId.get(event.id)?.run
      for (const text of script === undefined ? [] : masked(script).trimEnd().split('\n'))
        sink({ code: 'step.script', level: 'trace', host, message: `$ ${text}`, data: { step: event.id } })
    } else if (event.t === 'line') {
      sink({ code: 'step.output', level: 'debug', host, message: hide(event.text), data: { step: event.id } })
    } else {
      const ms = Math.round(performance.now() - (begun.get(event.id) ?? 0))
      const ok = event.code === 0
      const text = ok
        ? frame('step.done', { title, seconds: (ms / 1000).toFixed(1) })
        : frame('step.failed', { title, status: event.code })
      sink({
        code: ok ? 'step.changed' : 'step.failed',
        level: ok ? 'info' : 'error',
        host,
        ...told(text),
        data: {
          step: event.id,
          ms,
          status: event.code,
          ...(ok && byId.get(event.id)?.waits === true ? { waited: true } : {}),
        },
      })
    }
  }
  for (const part of upToGuarded(steps)) {
    const last = part.at(-1)
    const guard = last?.guarded === true ? new Guard(last) : null
    const sections = part.map((step) => {
      const around = journal?.around(host, step)
      const armed = step === last ? guard?.before : undefined
      return { id: step.id, text: revealed(step.run), ...around, before: `${around?.before ?? ''}${armed ?? ''}` }
    })
    const { finished } = await runSections(connection, 'step', sections, hear, journal?.setup)
    const failed = finished.find(({ code }) => code !== 0)
    if (failed !== undefined) throw stepFailed(host, byId.get(failed.id), failed.id, failed.code, hide(failed.output))
    // It was asked to stop.
    if (finished.length < part.length) return
    await guard?.confirm(connection)
  }
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
    frame('step.error', {
      title: shownTitle(step?.title ?? id),
      host,
      status: code,
      output: tail.trim() === '' ? '' : `\n${tail}`,
    }),
    {
      code: 'STEP_FAILED',
      source: 'user',
      exit: EXIT.failed,
      host,
      where: id,
      hint: frame('step.error.do'),
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
    ...told(frame('step.sending', { title: shownTitle(step.title), size: megabytes(payload.size) })),
    data: { step: step.id, bytes: payload.size },
  })
  const inner = `umask 077; mkdir -p ${shellQuote(dirname(payload.to))} && cat >${to}.part && mv -f ${to}.part ${to}`
  const { code, stderr } = await connection.exec(inner, {
    asRoot: true,
    stdin: createReadStream(payload.file, { highWaterMark: 1 << 18 }),
    what: step.id,
  })
  if (code !== 0) throw stepFailed(host, step, step.id, code, stderr)
}

function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
