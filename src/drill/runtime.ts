import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Connection } from '../hosts/connection.ts'
import type { ProgramFiles } from './program-channel.ts'

/** Files on the controller: an official Node for linux-x64 and our bundle of the drill's programs. */
export interface Assets {
  readonly node: string
  readonly bundle: string
}

const CACHE = '/var/cache/mmha-drill'
/** The runtime that provisioning put on the masters for the daemon. */
const PROVISIONED_NODE = '/usr/lib/mmha/node'

/**
 * Makes sure that a host has a Node and the bundle; both are kept there under the hash of their content, so that the next
 * drill uploads nothing. @throws MmhaError DRILL_UPLOAD (exit 1)
 */
export async function ensureProgramFiles(connection: Connection, assets: Assets): Promise<ProgramFiles> {
  const bundle = `${CACHE}/${await hashOf(assets.bundle)}/mmha-drill.cjs`
  const node = `${CACHE}/${await hashOf(assets.node)}/node`
  const seen = await connection.exec(
    `uname -m; for f in ${PROVISIONED_NODE} ${node} ${bundle}; do [ -s $f ] && echo $f; done; :`,
    { asRoot: true, what: 'looking for the drill programs' },
  )
  const lines = seen.stdout.split('\n')
  const there = (path: string): boolean => lines.includes(path)
  if (!there(bundle)) await upload(connection, assets.bundle, bundle, '0644')
  if (there(PROVISIONED_NODE)) return { node: PROVISIONED_NODE, bundle }
  if (!there(node)) {
    if (lines[0] !== 'x86_64') throw failed(connection, `it is ${lines[0]}, our Node is for x86_64`)
    await upload(connection, assets.node, node, '0755')
  }
  return { node, bundle }
}

/** Streams a file, gzipped, into its place; a broken upload leaves nothing under the final name. */
async function upload(connection: Connection, from: string, to: string, mode: string): Promise<void> {
  const dir = to.slice(0, to.lastIndexOf('/'))
  const script =
    `umask 022; mkdir -p ${dir} && t=$(mktemp ${dir}/.new.XXXXXX) && trap 'rm -f $t' EXIT && ` +
    `gzip -dc >$t && chmod ${mode} $t && mv $t ${to}`
  const gzip = createGzip({ level: 1 })
  const sent = pipeline(createReadStream(from), gzip as Readable & NodeJS.WritableStream)
  const [result] = await Promise.all([
    connection.exec(script, { asRoot: true, stdin: gzip, what: `uploading ${to}` }),
    sent,
  ])
  if (result.code !== 0) throw failed(connection, result.stderr.trim())
}

function failed(connection: Connection, why: string): MmhaError {
  return new MmhaError(`the drill programs can't run on ${connection.name}: ${why}`, {
    code: 'DRILL_UPLOAD',
    source: 'user',
    exit: EXIT.failed,
    host: connection.name,
    hint: `see whether ${CACHE} can be written there and has 130 MB free`,
  })
}

const hashes = new Map<string, Promise<string>>()

/** Of a file that doesn't change while we run; the runtime has 120 MB, so once is enough. */
function hashOf(path: string): Promise<string> {
  const known = hashes.get(path) ?? computeHash(path)
  hashes.set(path, known)
  return known
}

async function computeHash(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex').slice(0, 16)
}
