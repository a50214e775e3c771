import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { must as run } from '../../../src/lab/command.ts'
import type { LabHost } from '../../../src/lab/state.ts'
import type { Stage } from './stage.ts'

/** Replaces a folder of a host that is off, or whose server is down, by another one. */
export async function putBack(host: LabHost, from: string, to: string): Promise<void> {
  rmSync(join(host.root, to), { recursive: true })
  await run(['cp', '-a', join(host.root, from), join(host.root, to)])
}

/**
 * A host that was set aside gets a copy of the holder's data, while clients write.
 * @returns what only the host had, as SQL
 */
export async function rejoin(stage: Stage, host: LabHost, way: 'dump' | 'clone' | 'backup'): Promise<string> {
  const holder = await stage.holder()
  expect(host).not.toBe(holder)
  const refused = await stage.mmha.run('rejoin', stage.inventory, holder.name, '--reseed', way, '--yes', holder.name)
  expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('holds the address') })
  if (way === 'backup')
    await Promise.all(
      stage.hosts.map((one) => stage.on(one, 'apt-get install -y --no-install-recommends mariadb-backup')),
    )
  const load = await stage.load()
  const tail = `${stage.inventory}.tail-${performance.now()}.sql`
  await stage.mmha.ok('rejoin', stage.inventory, host.name, '--reseed', way, '--yes', host.name, '--keep-tail-as', tail)
  await stage.written(50)
  await stage.settled(load)
  if (!existsSync(tail)) return ''
  expect(readFileSync(tail.replace(/\.sql$/, '.binlog')).toString('latin1', 1, 4)).toBe('bin')
  return readFileSync(tail, 'utf8')
}
