import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sink } from '../../src/events/event.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { must } from '../../src/lab/command.ts'
import { execIn } from '../../src/lab/machine.ts'
import { cacheRoot } from '../../src/lab/place.ts'
import { indexRepository } from '../../src/lab/repository.ts'
import type { LabHost, LabState } from '../../src/lab/state.ts'
import { labUp } from '../../src/lab/up.ts'

/** The server whose statements Debian 12's community.mysql knows. */
export const FLAVOUR = 'mariadb-10.11'
/** What Ansible needs on a host before it can do anything there: put there beforehand, not part of the job. */
const PYTHON = ['python3', 'python3-apt', 'python3-pymysql']
const PACKAGES = [...PYTHON, 'keepalived']
const PLACE = 'srv/bench-repository'

/** Two fresh hosts, with Python, and with an apt that knows keepalived. */
export async function freshLab(name: string, inventoryFile: string, sink: Sink): Promise<LabState> {
  const inventory = loadInventory(inventoryFile, { sshDefaults: () => null })
  const lab = await labUp({ name, inventory, flavour: FLAVOUR, fallback: null, sink })
  const repository = await repositoryFor(lab)
  await Promise.all(lab.hosts.map((host) => prepare(host, repository)))
  return lab
}

async function prepare(host: LabHost, repository: string): Promise<void> {
  cpSync(repository, join(host.root, PLACE), { recursive: true })
  writeFileSync(join(host.root, 'etc/apt/sources.list.d/bench.list'), `deb [trusted=yes] file:/${PLACE} ./\n`)
  const script = `set -e; export DEBIAN_FRONTEND=noninteractive
    apt-get -q update; apt-get -q -y --no-install-recommends install ${PYTHON.join(' ')}`
  const { code, stdout, stderr } = await execIn(host, ['sh', '-c', script])
  if (code !== 0) throw new Error(`${host.name}: no Python: ${`${stdout}${stderr}`.slice(-2000)}`)
}

/** What the image lacks, from this machine's mirror; kept in the cache. */
async function repositoryFor(lab: LabState): Promise<string> {
  const folder = join(cacheRoot(), 'bench-provision', FLAVOUR)
  if (existsSync(folder)) return folder
  const codename = (await must(['sh', '-c', '. /etc/os-release; echo "$VERSION_CODENAME"'])).trim()
  if (codename !== 'bookworm') throw new Error(`the packages come from this machine's mirror: it must run Debian 12`)
  const building = `${folder}.${process.pid}`
  mkdirSync(join(building, 'partial'), { recursive: true })
  try {
    await must([
      ...(['apt-get', '--yes', '--download-only', '--no-install-recommends'] as const),
      ...['-o', `Dir::State::status=${join(lab.image.root, 'var/lib/dpkg/status')}`],
      ...['-o', `Dir::Cache::archives=${building}`, '-o', 'Dir::Cache::pkgcache=', '-o', 'Dir::Cache::srcpkgcache='],
      ...['-o', 'Debug::NoLocking=1', 'install', ...PACKAGES],
    ])
    for (const left of ['partial', 'lock']) rmSync(join(building, left), { recursive: true, force: true })
    await indexRepository(building, codename)
    renameSync(building, folder)
  } finally {
    rmSync(building, { recursive: true, force: true })
  }
  return folder
}
