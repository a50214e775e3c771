import type { Duplex, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { ClientChannel } from 'ssh2'
import { ROOT_SHELL } from '../hosts/become.ts'
import type { Connection } from '../hosts/connection.ts'
import { SQL_FUNCTIONS } from '../modules/mysql-client.ts'
import { linkLost, seedFailed } from './remote.ts'

/** One end of a transfer: a program on a host whose stdout, or stdin, is the stream. */
export interface End {
  readonly connection: Connection
  /** For the message: “could not …”. */
  readonly doing: string
  /** sh, run as root after SQL_FUNCTIONS; its stdin is the stream, so none of it may read that but the program. */
  readonly script: string
}

type AnyStream = NodeJS.ReadableStream | NodeJS.WritableStream | NodeJS.ReadWriteStream

/** What a program on a host came to. */
interface Outcome {
  /** null: its channel closed without a word. */
  readonly code: number | null
  readonly stderr: string
}

/** A channel that broke the stream is closed by then; else it was a filter of ours. */
const GONE_WITHIN_MS = 2000

const READY = '@@ready\n'

/**
 * From a program on one host into a program on the other, through here; neither is faster than the other takes it.
 * Resolves when both have ended well.
 * @throws MmhaError SEED_FAILED by the end that failed first, with what it said; SSH_LINK_LOST
 */
export async function transfer(from: End, onto: End, through: readonly Transform[]): Promise<void> {
  const sink = await openEnd(onto)
  const source = await openEnd(from)
  // A channel is closed once all that came on it was read.
  sink.channel.resume()
  const streams = [source.channel, ...through, sink.channel as Duplex]
  const broken: unknown = await pipeline(streams, { signal: failing(sink) }).catch((error) => error)
  if (broken === undefined) {
    // The reader of half a dump may have ended well, or have complained: the writer's word comes first.
    for (const [end, { outcome }] of [
      [from, source],
      [onto, sink],
    ] as const)
      refuseUnlessWell(end, await outcome)
    return
  }
  // Whoever is gone first broke it; the other has to hear of it.
  await Promise.race([source.outcome, sink.outcome, delay(GONE_WITHIN_MS)])
  const gone = (
    [
      [onto, sink],
      [from, source],
    ] as const
  ).find(([, { ended }]) => ended() !== null)
  for (const { channel } of [source, sink]) {
    channel.close()
    channel.resume()
  }
  await Promise.all([source.outcome, sink.outcome])
  const outcome = gone?.[1].ended()
  if (gone !== undefined && outcome != null) refuseUnlessWell(gone[0], outcome)
  throw broken
}

/**
 * Between a program on a host and this machine. Resolves when both have ended well.
 * @param streams its channel among them
 * @throws MmhaError SEED_FAILED with what the program said, SSH_LINK_LOST; what broke a stream here
 */
export async function streamed(end: End, streams: (channel: ClientChannel) => readonly AnyStream[]): Promise<void> {
  const opened = await openEnd(end)
  const { channel, outcome } = opened
  const broken: unknown = await pipeline([...streams(channel)], { signal: failing(opened) }).catch((error) => error)
  if (broken !== undefined) {
    await Promise.race([outcome, delay(GONE_WITHIN_MS)])
    const its = opened.ended()
    channel.close()
    channel.resume()
    if (its !== null && its.code !== null) refuseUnlessWell(end, its)
    throw broken
  }
  refuseUnlessWell(end, await outcome)
}

/** A channel that was closed before anything was written to it says so to no writer. */
function failing({ outcome }: OpenEnd): AbortSignal {
  const failed = new AbortController()
  void outcome.then(({ code }) => {
    if (code !== 0) failed.abort()
  })
  return failed.signal
}

/** @throws MmhaError SEED_FAILED, SSH_LINK_LOST */
export function refuseUnlessWell(end: End, { code, stderr }: Outcome): void {
  if (code === null) throw linkLost(end.connection, end.doing)
  if (code !== 0) throw seedFailed(end.connection.name, end.doing, stderr)
}

interface OpenEnd {
  readonly channel: ClientChannel
  readonly outcome: Promise<Outcome>
  /** null: it is still there. */
  ended(): Outcome | null
}

/** Starts the program of one end; its channel is the stream once this resolves. @throws MmhaError */
export async function openEnd({ connection, doing, script }: End): Promise<OpenEnd> {
  const channel = await connection.openStream(ROOT_SHELL, { asRoot: true })
  const outcome = outcomeOf(channel)
  let end: Outcome | null = null
  void outcome.then((its) => {
    end = its
  })
  const ready = untilReady(channel)
  // One group: the shell has read all of it before its stdin becomes the stream. It never reads on after it.
  channel.write(`{
umask 077
LC_ALL=C; export LC_ALL
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH
${SQL_FUNCTIONS}
printf '${READY.replace('\n', '\\n')}'
${script}
exit
}
`)
  if (await Promise.race([ready, outcome.then(() => false)])) return { channel, outcome, ended: () => end }
  const { code, stderr } = await outcome
  throw code === null ? linkLost(connection, doing) : seedFailed(connection.name, doing, stderr)
}

/** Takes the line off the stream, whatever comes right behind it stays. */
function untilReady(channel: ClientChannel): Promise<boolean> {
  return new Promise((resolve) => {
    let text = Buffer.alloc(0)
    const look = () => {
      for (let chunk = channel.read() as Buffer | null; chunk !== null; chunk = channel.read() as Buffer | null) {
        text = Buffer.concat([text, chunk])
        const at = text.indexOf(READY)
        if (at < 0) continue
        channel.off('readable', look)
        const rest = text.subarray(at + READY.length)
        if (rest.length > 0) channel.unshift(rest)
        resolve(true)
        return
      }
    }
    channel.on('readable', look)
  })
}

const STDERR_KEPT = 4000

function outcomeOf(channel: ClientChannel): Promise<Outcome> {
  return new Promise((resolve) => {
    let code: number | null = null
    let stderr = ''
    channel.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-STDERR_KEPT)
    })
    channel.on('exit', (status: number | null, signal?: string) => {
      code = status ?? (signal === undefined ? null : 128)
    })
    channel.once('close', () => resolve({ code, stderr }))
  })
}
