import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must } from '../../../src/lab/command.ts'
import { indexRepository } from '../../../src/lab/repository.ts'
import type { LabHost, LabState } from '../../../src/lab/state.ts'

/**
 * An apt repository on each of these hosts with the lab's own server packages under another version: the same program, so
 * that what is tested is the way of an upgrade, not the server's own.
 * @param folder of this machine, for the work
 * @param rename the version that a package gets for the one that it has
 */
export async function offerServer(
  lab: LabState,
  hosts: readonly LabHost[],
  folder: string,
  rename: (version: string) => string,
): Promise<void> {
  const { repository } = lab.image
  const files = readdirSync(repository).filter((name) => name.endsWith('.deb'))
  const fields = await Promise.all(
    files.map(async (name) => {
      const field = (what: string) => must(['dpkg-deb', '--field', join(repository, name), what])
      return { name, source: (await field('Source')).trim(), version: (await field('Version')).trim() }
    }),
  )
  const server = fields.find(({ name }) => /^(mysql|mariadb)-server-core/.test(name))
  if (server === undefined) throw new Error(`no server in ${repository}`)
  const made = join(folder, 'newer')
  await must(['mkdir', '-p', made])
  for (const { name } of fields.filter(({ source }) => source === server.source)) {
    const stage = join(folder, 'stage')
    await must(['dpkg-deb', '-R', join(repository, name), stage])
    const control = join(stage, 'DEBIAN/control')
    const text = readFileSync(control, 'utf8')
    writeFileSync(control, text.replaceAll(server.version, rename(server.version)))
    await must(['dpkg-deb', '-Znone', '-b', stage, join(made, `${name.split('_')[0]}.deb`)])
    await must(['rm', '-r', stage])
  }
  await indexRepository(made, 'newer')
  for (const { root } of hosts) {
    await must(['rm', '-rf', join(root, 'opt/newer')])
    await must(['cp', '-r', made, join(root, 'opt/newer')])
    writeFileSync(join(root, 'etc/apt/sources.list.d/newer.list'), 'deb [trusted=yes] file:/opt/newer ./\n')
  }
  await must(['rm', '-r', made])
}
