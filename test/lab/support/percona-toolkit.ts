import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sourcesFor } from '../../../src/lab/apt-sources.ts'
import { must } from '../../../src/lab/command.ts'
import { machineMirrors } from '../../../src/lab/image.ts'
import { cacheRoot } from '../../../src/lab/place.ts'
import { OwnApt } from './own-apt.ts'

/** 3.7.1; Debian 12's 3.2.1 does not know MySQL 9's statements. */
const SUITE = 'sid'

/**
 * Path of a pt-table-checksum that knows MySQL 9. It is not installed, as what its package depends on can't be had in
 * sid at all times: it is one Perl script, and this machine's DBD::mysql speaks caching_sha2_password.
 * Fetched once, into the lab's cache, by an apt whose state is of its own.
 */
export async function tableChecksum(): Promise<string> {
  const program = join(cacheRoot(), `pt-table-checksum-${SUITE}`)
  if (existsSync(program)) return program
  mkdirSync(cacheRoot(), { recursive: true })
  const folder = mkdtempSync(join(cacheRoot(), 'percona-'))
  try {
    const apt = new OwnApt(folder, sourcesFor(machineMirrors(), SUITE, false))
    for (const words of [['update'], ['download', 'percona-toolkit']]) {
      const { code, stderr } = await apt.run(...words)
      if (code !== 0) throw new Error(`apt-get ${words.join(' ')}: ${stderr}`)
    }
    const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.deb'))
    await must(['dpkg-deb', '--extract', join(folder, file), join(folder, 'unpacked')])
    renameSync(join(folder, 'unpacked/usr/bin/pt-table-checksum'), program)
    return program
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
