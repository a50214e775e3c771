import { EXIT, MmhaError } from '../../events/error.ts'
import { text } from '../../mysql/sql-session.ts'
import type { SamplerClient } from '../sampler-client.ts'
import type { ServerProcess } from './fault.ts'

/** Finds the database's own process, as it says itself, and the unit that systemd keeps it in. @throws MmhaError */
export async function findServer(sampler: SamplerClient): Promise<ServerProcess> {
  const [row] = await sampler.query('SELECT @@global.pid_file AS pid_file, @@global.datadir AS datadir')
  const file = text(row, 'pid_file')
  const path = file.startsWith('/') ? file : `${text(row, 'datadir')}${file}`
  const pid = Number((await sampler.exec(['cat', path])).stdout.trim())
  const cgroup = Number.isInteger(pid) && pid > 1 ? (await sampler.exec(['cat', `/proc/${pid}/cgroup`])).stdout : ''
  const unit = unitOf(cgroup)
  if (unit !== null) return { pid, unit }
  throw new MmhaError(`can't tell which systemd unit runs the database on ${sampler.host.name} (pid file ${path})`, {
    code: 'DRILL_SERVER_PROCESS',
    source: 'user',
    exit: EXIT.refused,
    host: sampler.host.name,
    hint: 'the drill needs a database that systemd starts and stops',
  })
}

/** The service of a process from `/proc/PID/cgroup`, cgroup v1 or v2: the last path element that is one. */
export function unitOf(cgroup: string): string | null {
  const services = cgroup.split('\n').flatMap((line) => /\/([^/]+\.service)(?:\/.*)?$/.exec(line)?.[1] ?? [])
  return services[0] ?? null
}
