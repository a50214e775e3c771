import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sourcesFor } from '../../../src/lab/apt-sources.ts'
import { machineMirrors } from '../../../src/lab/image.ts'
import { cacheRoot } from '../../../src/lab/place.ts'
import { OwnApt } from './own-apt.ts'

const NAME = 'keepalived_2.2.7.orig.tar.gz'

/** Upstream's release as Debian 12 has it, from this machine's mirror, kept outside the tree; null: it can't be had. */
export async function keepalivedTarball(): Promise<{ readonly path: string; readonly sha256: string } | null> {
  const folder = join(cacheRoot(), 'sources')
  const path = join(folder, NAME)
  if (!existsSync(path)) await fetchInto(folder)
  if (!existsSync(path)) return null
  return { path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') }
}

async function fetchInto(folder: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'mmha-source-'))
  try {
    const sources = sourcesFor(machineMirrors(), 'bookworm', false).map((line) => line.replace(/^deb /, 'deb-src '))
    const apt = new OwnApt(work, sources)
    await apt.run('update')
    // Its status also counts Debian's own part, which is not needed.
    await apt.run('source', '--download-only', '--only-source', 'keepalived')
    if (!existsSync(join(work, NAME))) return
    mkdirSync(folder, { recursive: true })
    const path = join(folder, NAME)
    copyFileSync(join(work, NAME), `${path}.new`)
    renameSync(`${path}.new`, path)
  } finally {
    rmSync(work, { recursive: true })
  }
}
