import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { type FileHandle, open, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { Connection } from '../hosts/connection.ts'
import { sh, shellQuote } from '../modules/step.ts'
import { beganWithout, findTail, savedAs, tailBytes } from '../mysql/binlog-tail.ts'
import type { GtidSet } from '../mysql/gtid-set.ts'
import { Flow, flowText } from './flow.ts'
import { asRootOn } from './remote.ts'
import { streamed } from './transfer.ts'
import type { Site } from './way.ts'

/** Bytes of binary logs that are brought here at most; half of what this machine's temporary folder has room for, if that is less. */
const LIMIT = 4 * 1024 ** 3

type Here = Pick<Site, 'target' | 'dialect' | 'throttle' | 'sink'>

export interface TailCut {
  /** On the host: the index file of its binary logs. */
  readonly index: string
  /** In exact numbers (`beyond`). */
  readonly wanted: GtidSet
  /** On the host, whose folder is there. */
  readonly path: string
}

/**
 * A binlog of just these transactions for a host that has no program for it: its newest binary logs come here, as far back
 * as they can hold any, and what is cut out of them goes back (0600). The host needs no more than a shell.
 * @returns a line about it, also about why there is none
 */
export async function cutHere(site: Here, cut: TailCut): Promise<string> {
  const files: FileHandle[] = []
  try {
    return await cutThere(site, cut, files)
  } catch (error) {
    return `not as a binlog: ${error instanceof Error ? error.message : String(error)}`
  } finally {
    await Promise.all(files.map((file) => file.close()))
  }
}

async function cutThere(site: Here, { index, wanted, path }: TailCut, files: FileHandle[]): Promise<string> {
  const { target, sink, dialect } = site
  const message = 'its binary logs come here as far back as they hold such transactions'
  sink({ code: 'seed.stage', level: 'info', host: target.name, message })
  let room = await roomHere()
  for (const { name, bytes } of (await binlogsOf(target, index)).reverse()) {
    room -= bytes
    if (room < 0) throw new Error('more of its binary logs would have to be read here than there is room for')
    const file = await nameless()
    files.unshift(file)
    await bring(site, { name, bytes, file })
    if (await beganWithout(pathOf(file), wanted)) break
  }
  const tail = await findTail(files.map(pathOf), dialect.flavour, wanted)
  const said = savedAs(dialect.flavour, tail, path)
  await put(site, Readable.from(tailBytes(tail)), path)
  return said
}

async function roomHere(): Promise<number> {
  const { bavail, bsize } = await statfs(tmpdir())
  return Math.min(LIMIT, (bavail * bsize) / 2)
}

interface Binlog {
  readonly name: string
  readonly bytes: number
}

/** Oldest first. */
async function binlogsOf(target: Connection, index: string): Promise<Binlog[]> {
  const folder = dirname(index)
  const script = sh`cd ${shellQuote(folder)}\nxargs -d '\\n' stat -c '%s %n' <${shellQuote(index)}\n`
  const output = await asRootOn(target, 'look for its binary logs', script)
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const at = line.indexOf(' ')
      return { name: resolve(folder, line.slice(at + 1)), bytes: Number(line.slice(0, at)) }
    })
}

/** A file of this user alone that is gone with its handle, also when this process is killed. */
async function nameless(): Promise<FileHandle> {
  const name = join(tmpdir(), `mmha-${randomUUID()}`)
  const file = await open(name, 'wx+', 0o600)
  await rm(name)
  return file
}

function pathOf({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`
}

/** As much of it as there was: the server may write on. */
async function bring(site: Here, { name, bytes, file }: Binlog & { readonly file: FileHandle }): Promise<void> {
  const end = {
    connection: site.target,
    doing: 'read its binary logs',
    script: `exec head -c ${bytes} ${shellQuote(name)} </dev/null`,
  }
  await streamed(end, (channel) => [channel, flowOf(site, bytes), createWriteStream(pathOf(file))])
}

/** What is cut short leaves no file that could be taken for the whole. */
async function put(site: Here, tail: Readable, path: string): Promise<void> {
  const part = shellQuote(`${path}.part`)
  const end = { connection: site.target, doing: 'save its binlog', script: `cat >${part} && sync ${part}` }
  try {
    await streamed(end, (channel) => {
      channel.resume()
      return [tail, flowOf(site, null), channel]
    })
    await asRootOn(site.target, end.doing, sh`mv ${part} ${shellQuote(path)}\nsync -f ${shellQuote(path)}\n`)
  } catch (error) {
    await asRootOn(site.target, end.doing, sh`rm -f ${part}\n`).catch(() => undefined)
    throw error
  }
}

function flowOf({ throttle, sink, target }: Here, expected: number | null): Flow {
  return new Flow({
    throttle,
    expected,
    tell: (state) =>
      sink({ code: 'seed.progress', level: 'info', host: target.name, message: flowText(state), data: { ...state } }),
  })
}
