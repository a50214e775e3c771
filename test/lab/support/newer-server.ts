import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must } from '../../../src/lab/command.ts'
import { indexRepository } from '../../../src/lab/repository.ts'
import type { LabHost, LabState } from '../../../src/lab/state.ts'

/** 9.7.4-2 → 9.7.5-2, 1:10.11.19-0+deb12u1 → 1:10.11.20-0+deb12u1 */
export function newer(version: string): string {
  return version.replace(/^((?:\d+:)?\d+\.\d+\.)(\d+)/, (_, head: string, last: string) => `${head}${Number(last) + 1}`)
}

/** sh that prints packages of the server that could be newer, or a program that was replaced under its process; '': none. */
export const STILL_OLDER = `apt-get -s upgrade | grep -E '^Inst (mysql|mariadb)-server' || :
for process in $(pidof mysqld mariadbd); do readlink /proc/$process/exe | grep deleted || :; done`

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
